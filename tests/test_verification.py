"""The built-in check: what is cited must say what is claimed."""

from __future__ import annotations

import pytest
from builders import LIGHTHOUSE, evidence

from rag.answer import Citation
from rag.citation import citation
from rag.verification import BuiltInJudge

PRISON = "President Nicolas Maduro dispatched 11,000 soldiers in September 2023 to take control of the Tocorón Prison."
MINE = "The mine in Žbrunov will not close before March, Halgrim’s chief executive Annelore Fisk-Drummond said."


def verdict(claim: str, quote: str, title: str = "About light") -> str:
    found = evidence(quote, title=title)
    return BuiltInJudge().judge(claim, [citation(found, 0, len(found.text))], {1: found})[0]


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


def test_what_stands_elsewhere_in_the_passage_does_not_support_a_number() -> None:
    found = evidence()
    first = citation(found, 0, LIGHTHOUSE.index("1871.") + 5)
    assert BuiltInJudge().judge("It was lit in 1902.", [first], {1: found})[0] == "unsupported"


def test_a_name_that_stands_elsewhere_in_the_passage_supports_in_part() -> None:
    found = evidence()
    last = citation(found, LIGHTHOUSE.index("The keeper"), len(LIGHTHOUSE))
    claim = "The keeper of Vennholm counted 4,102 ships in her first year."
    assert BuiltInJudge().judge(claim, [last], {1: found})[0] == "partial"


def test_a_name_in_the_headline_counts() -> None:
    claim = "In Vessel Point the keeper counted 4,102 ships in her first year."
    quote = "The keeper counted 4,102 ships in her first year."
    assert verdict(claim, quote, title="A light over Vessel Point") == "supported"
    assert verdict(claim, quote) == "unsupported"


def test_two_citations_support_together() -> None:
    one, two = evidence("The toll was 3 crowns."), evidence("The toll is now 5 crowns.", 2, name="b")
    cited: list[Citation] = [citation(item, 0, len(item.text)) for item in (one, two)]
    judged = BuiltInJudge().judge("The toll rose from 3 crowns to 5 crowns.", cited, {1: one, 2: two})
    assert judged[0] in ("supported", "partial")
    assert BuiltInJudge().judge("The toll rose from 3 crowns to 5 crowns.", cited[:1], {1: one})[0] == "unsupported"


def test_without_a_citation_a_claim_is_uncited() -> None:
    assert BuiltInJudge().judge(PRISON, [], {1: evidence(PRISON)})[0] == "uncited"


def test_sources_that_only_together_hold_the_words_support_in_part() -> None:
    first, second = (
        Citation(marker, "a", "valley", "0" * 64, 0, len(quote), quote, "Notes")
        for marker, quote in ((1, "Mayor Orla Venn opened the fair."), (2, "The gang robbed the bank in Tarn."))
    )
    verdict, reason = BuiltInJudge().judge("Orla Venn robbed the bank in Tarn.", [first, second], {})
    assert verdict != "supported"
    assert reason


def test_words_cut_out_of_a_denial_are_contradicted() -> None:
    quote = "Halgrim denied that the mine will close."
    cited = Citation(1, "a", "valley", "0" * 64, 0, len(quote), quote, "Notes")
    assert BuiltInJudge().judge("the mine will close.", [cited], {})[0] == "contradicted"


def test_another_month_is_another_day() -> None:
    quote = "The vote was held on June 3."
    cited = Citation(1, "a", "valley", "0" * 64, 0, len(quote), quote, "Notes")
    assert BuiltInJudge().judge("The vote was held on May 3.", [cited], {})[0] == "unsupported"
