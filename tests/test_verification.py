"""The gate: what is cited must say what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from builders import LIGHTHOUSE, evidence
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Claim, Verdict
from rag.checks import Finding
from rag.citation import citation
from rag.judging import BuiltInJudge
from rag.ports import Support
from rag.verification import Gate, citation_precision, citation_recall, lowered

PRISON = "President Nicolas Maduro dispatched 11,000 soldiers in September 2023 to take control of the Tocorón Prison."
MINE = "The mine in Žbrunov will not close before March, Halgrim’s chief executive Annelore Fisk-Drummond said."


def checked(claim: str, *quotes: str, title: str = "About light", published: str | None = None) -> Claim:
    """The claim as the gate leaves it, citing each quote as a passage of its own."""
    found = {
        marker: replace(evidence(quote, marker, name=f"a{marker}", title=title), published=published)
        for marker, quote in enumerate(quotes, 1)
    }
    return Gate().check(Claim(claim, tuple(citation(item, 0, len(item.text)) for item in found.values())), found)


def verdict(claim: str, *quotes: str, **more: str) -> Verdict:
    return checked(claim, *quotes, **more).verdict


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        (PRISON, PRISON, "supported"),
        ("dispatched 11,000\nsoldiers  in September 2023", PRISON, "supported"),
        ("Maduro dispatched eleven thousand soldiers to take control of Tocorón Prison.", PRISON, "supported"),
        ("Maduro dispatched 12,000 soldiers to take control of the Tocorón Prison.", PRISON, "unsupported"),
        ("1,000 soldiers in September 2023", PRISON, "unsupported"),
        ("Maduro dispatched 11,000 soldiers in September 2024.", PRISON, "unsupported"),
        ("President Nicolas Guerrero dispatched 11,000 soldiers to the Tocorón Prison.", PRISON, "unsupported"),
        ("Maduro dispatched no soldiers to take control of the Tocorón Prison.", PRISON, "contradicted"),
        ("The mine in Žbrunov will close before March.", MINE, "contradicted"),
        ("The mine in Zbrunov won’t close before March.", MINE, "supported"),
        ("The mine in Žbrunov will not close before March, said Annelore Fisk-Drummond of Halgrim.", MINE, "supported"),
        ("The weather in Orrin was fine.", PRISON, "unsupported"),
        ("it rained for weeks and plums rotted", PRISON, "unsupported"),
    ],
    ids=["verbatim", "part-of-it", "number-in-words", "changed-number", "end-of-a-number", "changed-year",
         "changed-name", "negated", "negation-dropped", "accents-and-short-form", "reordered",
         "other-place", "other-words"],
)  # fmt: skip
def test_a_claim_is_judged_by_the_cited_words(claim: str, quote: str, expected: str) -> None:
    assert verdict(claim, quote) == expected


# Names, context, several sources


def test_what_stands_elsewhere_in_the_passage_does_not_support_a_number() -> None:
    found = evidence()
    first = citation(found, 0, LIGHTHOUSE.index("1871.") + 5)
    assert Gate().check(Claim("It was lit in 1902.", (first,)), {1: found}).verdict == "unsupported"


def test_a_name_that_stands_elsewhere_in_the_passage_supports_in_part() -> None:
    found = evidence()
    last = citation(found, LIGHTHOUSE.index("The keeper"), len(LIGHTHOUSE))
    claim = Claim("The keeper of Vennholm counted 4,102 ships in her first year.", (last,))
    assert Gate().check(claim, {1: found}).verdict == "partial"


def test_a_name_in_the_headline_counts() -> None:
    claim = "In Vessel Point the keeper counted 4,102 ships in her first year."
    quote = "The keeper counted 4,102 ships in her first year."
    assert verdict(claim, quote, title="A light over Vessel Point") == "supported"
    assert verdict(claim, quote) == "unsupported"


def test_a_name_in_the_context_of_the_claim_counts() -> None:
    found = evidence("Ada Quist spoke on Sunday. She called the decision a mistake.")
    before, said = citation(found, 0, 26), citation(found, 27, len(found.text))
    claim = Claim("Ada Quist called the decision a mistake.", (said,))
    assert Gate().check(claim, {1: found}).verdict == "partial"
    assert Gate().check(replace(claim, context=before), {1: found}).verdict == "supported"


def test_a_fact_from_two_sources_that_neither_says_is_partial_and_both_bear_it() -> None:
    claim = checked("The toll rose from 3 crowns to 5 crowns.", "The toll was 3 crowns.", "The toll is now 5 crowns.")
    assert claim.verdict in ("partial", "unsupported")
    assert verdict("The toll rose from 3 crowns to 5 crowns.", "The toll was 3 crowns.") == "unsupported"
    together = checked(
        "Orla Venn opened the fair and the market in Tarn.",
        "Orla Venn opened the fair.",
        "She opened the market in Tarn.",
    )
    assert together.verdict == "partial"
    assert together.bears == (True, True)


def test_sources_that_only_together_hold_the_words_are_not_enough() -> None:
    claim = checked(
        "Orla Venn robbed the bank in Tarn.", "Mayor Orla Venn opened the fair.", "A gang robbed the bank in Tarn."
    )
    assert claim.verdict != "supported"
    assert claim.reason


def test_each_citation_is_judged_by_itself() -> None:
    claim = checked(PRISON, PRISON, "The weather in Orrin was fine.")
    assert claim.verdict == "supported"
    assert claim.bears == (True, False)


def test_a_contradiction_is_told_before_silence() -> None:
    claim = checked("Halgrim closed the mine.", "Plums were cheap in autumn.", "Halgrim did not close the mine.")
    assert (claim.verdict, claim.bears) == ("contradicted", (False, False))


def test_without_a_citation_a_claim_is_uncited() -> None:
    claim = checked(PRISON)
    assert (claim.verdict, claim.bears) == ("uncited", ())


# The citation itself


def test_a_quote_that_does_not_stand_at_its_offsets_bears_nothing() -> None:
    found = evidence(PRISON)
    cited = citation(found, 0, len(PRISON))
    for wrong in (replace(cited, start=1), replace(cited, quote=PRISON.replace("11,000", "12,000"))):
        claim = Gate().check(Claim(wrong.quote, (wrong,)), {1: found})
        assert claim.verdict == "unsupported"
        assert claim.bears == (False,)
        assert "as quoted" in claim.reason


def test_a_marker_that_names_no_evidence_bears_nothing() -> None:
    cited = replace(citation(evidence(PRISON), 0, len(PRISON)), marker=7)
    claim = Gate().check(Claim(PRISON, (cited,)), {1: evidence(PRISON)})
    assert claim.verdict == "unsupported"
    assert "[7]" in claim.reason


@pytest.mark.parametrize(
    ("text", "expected"), [(PRISON, "supported"), ("Another text.", "unsupported"), (None, "unsupported")]
)
def test_with_a_look_up_the_stored_version_decides(text: str | None, expected: str) -> None:
    found = evidence(PRISON)
    gate = Gate(BuiltInJudge(), lambda _: text)
    assert gate.check(Claim(PRISON, (citation(found, 0, len(PRISON)),)), {1: found}).verdict == expected


# The judge's part


class Decided:
    """A judge that always says the same, and keeps what it was asked."""

    name = "decided"

    def __init__(self, part: float, full: float, contradicted: float) -> None:
        self.said = Support(part, full, contradicted, "It was decided.")
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def support(self, claim: str, quotes: Sequence[str]) -> Support:
        self.asked.append((claim, tuple(quotes)))
        return self.said


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ((1, 0.6, 0), "supported"),
        ((0.6, 0.4, 0), "partial"),
        ((0.4, 0.1, 0), "unsupported"),
        ((0.9, 0.9, 0.8), "contradicted"),
    ],
)
def test_the_judge_decides_on_what_passes_the_checks(says: tuple[float, float, float], expected: str) -> None:
    found = evidence("The keeper counted the ships.")
    claim = Claim("The ships were counted by the keeper.", (citation(found, 0, len(found.text)),))
    judged = Gate(Decided(*says)).check(claim, {1: found})
    assert (judged.verdict, judged.reason) == (expected, "It was decided.")


def test_no_judge_mends_what_the_checks_refuse_nor_is_it_asked() -> None:
    judge = Decided(1, 1, 0)
    found = evidence(PRISON)
    claim = Claim("Maduro dispatched 12,000 soldiers.", (citation(found, 0, len(PRISON)),))
    assert Gate(judge).check(claim, {1: found}).verdict == "unsupported"
    assert judge.asked == []


def test_a_dropped_hedge_is_partial_whatever_the_judge_says() -> None:
    found = evidence("Rolf Tannevik allegedly robbed the bank.")
    claim = Claim("Rolf Tannevik robbed the bank.", (citation(found, 0, len(found.text)),))
    assert Gate(Decided(1, 1, 0)).check(claim, {1: found}).verdict == "partial"
    assert Gate(Decided(0, 0, 0)).check(claim, {1: found}).verdict == "unsupported"


def test_each_fact_that_is_objected_to_lowers_the_support_and_a_contradiction_shows() -> None:
    support = Support(0.9, 0.8, 0.0, "It was decided.")
    one, two = (lowered(support, [Finding("number", "unsupported", "No.", facts)]) for facts in (1, 2))
    assert support.full > one.full > two.full > 0
    assert lowered(support, []).full == support.full
    assert lowered(support, [Finding("order", "contradicted", "No.")]).contradicted == 1


# Recall and precision of citations


def test_recall_counts_sentences_and_precision_citations() -> None:
    claims = [
        checked(PRISON, PRISON, "The weather in Orrin was fine."),
        checked(PRISON),
        checked("Plums rotted.", MINE),
    ]
    assert citation_recall(claims) == pytest.approx(1 / 3)
    assert citation_precision(claims) == pytest.approx(1 / 3)
    assert citation_recall([]) is citation_precision([]) is citation_precision([checked(PRISON)]) is None


# Properties

_WORDS = st.lists(
    st.sampled_from("The keeper Ottoline Marrek counted not up to allegedly 4,102 ships in May 1902 five".split()),
    min_size=1,
)


@given(_WORDS.map(" ".join))
def test_a_verbatim_quote_is_always_supported(words: str) -> None:
    quote = f"{words}."
    assert verdict(quote, quote) == "supported"


@given(st.integers(2, 10**9), st.integers(2, 10**9), st.sampled_from(["ships", "crowns", "%", "km", "people in Orrin"]))
def test_a_swapped_number_is_never_supported(one: int, other: int, unit: str) -> None:
    if one != other:
        assert verdict(f"The keeper counted {other:,} {unit}.", f"The keeper counted {one:,} {unit}.") == "unsupported"
