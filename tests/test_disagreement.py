"""Sources that say different things about the same are found; what only looks so is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.sentences import sentence_spans
from rag.answer import Claim, Disagreement, Evidence, Reprint
from rag.citation import citation
from rag.disagreement import disagreements, told
from rag.measures import measures


def found(marker: int, text: str, published: str | None = "2024-05-03", **more: object) -> Evidence:
    fields = {"title": "A day in Vennholm", "outlet": f"Outlet {marker}", "version": f"v{marker}"} | more
    where = {"collection": "sound", "start": 0, "end": len(text)}
    return Evidence(marker, f"a{marker}", text=text, published=published, **where, **fields)  # type: ignore[arg-type]


def quoted(evidence: Evidence) -> Claim:
    start, end = sentence_spans(evidence.text)[0]
    return Claim(evidence.text[start:end], (citation(evidence, start, end),), "supported")


def values(question: str, *evidence: Evidence) -> list[list[str]]:
    return [
        [side.value for side in each.statements] for each in disagreements(question, [quoted(evidence[0])], evidence)
    ]


MARCH = "How many people joined the march for the Orrin mine?"
POLICE = "About 4,000 people took part in the march for the Orrin mine, police said."
UNION = "The union said 9,000 people had joined the march from the pithead to the market of Orrin."


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        (MARCH, POLICE, UNION, ["About 4,000 people", "9,000 people"]),
        ("How many passengers were on the Blue Tern when it grounded?",
         "The operator of the Blue Tern says there are 168 passengers on board.",
         "The Blue Tern was carrying 171 passengers and 15 crew, Ola Brandt told reporters.",
         ["168 passengers", "171 passengers"]),
        ("At what time did the alarm at the Vennholm Museum go off?",
         "Police in Vennholm said the alarm at the museum went off at 2.40 a.m.",
         "The guard of the Vennholm Museum says the alarm did not sound until ten past four in the morning.",
         ["2.40 a.m.", "ten past four in the morning"]),
        ("How much does the Orrin Bridge cost?", "The Orrin Bridge will cost 428 million crowns.",
         "The Orrin Bridge will cost 461 million crowns.", ["428 million crowns", "461 million crowns"]),
        ("When was the crane built?", "The crane on the North Mole was built in 1908.",
         "The old crane on the North Mole was built in 1911.", ["in 1908", "in 1911"]),
        ("What was the turnout?", "Turnout in the Orrin election was 67.4 per cent.",
         "Turnout in the Orrin election was 61 per cent.", ["67.4 per cent", "61 per cent"]),
    ],
)  # fmt: skip
def test_a_disagreement_is_found(question: str, one: str, other: str, expected: list[str]) -> None:
    assert values(question, found(1, one), found(2, other, "2024-05-05")) == [expected]
    assert values(question, found(1, one, "2024-05-05"), found(2, other)) == [expected[::-1]]  # the older first


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        # the same, written otherwise, rounded or hedged
        ("How many ships?", "The keeper counted 4,102 ships in her first year.",
         "The keeper counted about 4,000 ships in her first year."),
        ("How many ships?", "The keeper counted eleven thousand ships in all.",
         "The keeper counted 11,204 ships in all."),
        ("How many ships?", "The keeper counted more than 900 ships in spring.",
         "The keeper counted 1,020 ships in spring."),
        # other years, days, rates and units
        ("How many ships?", "In 2023 the keeper counted 4,102 ships in the sound.",
         "In 2024 the keeper counted 4,900 ships in the sound."),
        ("How many came?", "On Saturday 400 visitors came to the fair in Orrin.",
         "On Sunday 700 visitors came to the fair in Orrin."),
        ("What is the fare?", "The ferry fare is 12 crowns a day in summer.",
         "The ferry fare is 30 crowns a week in summer."),
        ("How long is the pier?", "The new pier in Orrin is 34 metres long.", "The new pier in Orrin is 34 years old."),
        # other outcomes and other things
        ("How many people were killed in the flood?", "40 people were killed in the flood in Orrin.",
         "60 people were injured in the flood in Orrin."),
        ("How many passengers died on the Blue Tern?", "12 passengers died on the Blue Tern.",
         "171 passengers were on the Blue Tern."),
        ("How much did the insurer pay for the Blue Tern?", "The insurer paid out 74 million crowns for the Blue Tern.",
         "A replacement for the Blue Tern was bought for 190 million crowns."),
        (MARCH, POLICE, "Some 9,000 people live in Orrin, and most of them by the mine."),
        ("How many homes lost power?", "Storm Ada left 14,200 homes in Orrin without power.",
         "Storm Ivo left 9,000 homes in Vennholm without power."),
        # what a figure is compared with, and increases
        ("How many cases?", "The count of cases in Orrin was revised to 58 cases from 63 cases.",
         "The count of cases in Orrin was 63 cases."),
        ("How many cases?", "The board reported 5 new cases in Orrin.", "The board reported 58 cases in Orrin."),
        # other languages
        ("Wie viele kamen?", "Die Gewerkschaft zählte 9.000 Menschen auf dem Platz.",
         "Die Polizei zählte 4.000 Menschen auf dem Platz."),
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_not(question: str, one: str, other: str) -> None:
    assert values(question, found(1, one), found(2, other, "2024-05-05")) == []
    assert values(question, found(2, other, "2024-05-05"), found(1, one)) == []


def test_a_story_does_not_disagree_with_itself() -> None:
    one, other = found(1, POLICE), found(2, UNION)
    assert values(MARCH, one, other)
    assert not values(MARCH, found(1, POLICE, reprints=(Reprint("a2", "T"),)), other)
    assert not values(MARCH, one, found(2, UNION, version="v1"))
    assert not values(MARCH, found(1, f"{POLICE} {UNION}"))


def test_figures_that_grow_over_months_are_no_disagreement() -> None:
    one = found(1, "The Orrin Bridge will cost 428 million crowns.", "2025-03-13")
    assert not values("How much?", one, found(2, "The Orrin Bridge will cost 461 million crowns.", "2025-11-19"))


def test_only_what_a_claim_quotes_is_held_against_others() -> None:
    evidence = [found(1, "It rained. " + POLICE), found(2, UNION)]
    assert disagreements(MARCH, [], evidence) == ()
    assert disagreements(MARCH, [quoted(evidence[0])], evidence) == ()  # it quotes the rain
    failed = Claim(UNION, quoted(evidence[1]).citations, "contradicted")
    assert disagreements(MARCH, [failed], evidence) == ()


def test_the_later_statement_is_told_as_later() -> None:
    (item,) = disagreements(MARCH, [quoted(found(1, POLICE))], [found(1, POLICE), found(2, UNION, "2024-05-05")])
    assert [later for _, later in told(item)] == [False, True]
    (item,) = disagreements(MARCH, [quoted(found(1, POLICE))], [found(1, POLICE), found(2, UNION, None)])
    assert [later for _, later in told(item)] == [False, False]


counts = st.integers(10, 99_000)


@given(counts, counts, counts, st.permutations([1, 2, 3]))
@settings(max_examples=150, deadline=None)
def test_statements_are_exact_ordered_and_apart(one: int, two: int, three: int, order: list[int]) -> None:
    numbers = {1: one, 2: two, 3: three}
    evidence = [
        found(key, f"The union counted {numbers[key]:,} people on the square of Orrin.", f"2024-05-0{key}")
        for key in order
    ]
    claims = [quoted(item) for item in evidence]
    result = disagreements("How many people?", claims, evidence)
    assert result == disagreements("How many people?", claims[::-1], evidence[::-1])
    for item in result:
        assert len(item.statements) >= 2
        dates = [side.citation.published or "" for side in item.statements]
        assert dates == sorted(dates)
        for side in item.statements:
            assert side.value in side.citation.quote
        ranges = [measures(side.citation.quote)[0] for side in item.statements]
        assert not any(a.meets(b) for place, a in enumerate(ranges) for b in ranges[:place])
    if one == two == three:
        assert result == ()
    if max(numbers.values()) > 1.2 * min(numbers.values()) and max(numbers.values()) < 2 * min(numbers.values()):
        assert isinstance(result[0], Disagreement)


@given(st.text(max_size=200), st.none() | st.text(max_size=12))
def test_any_text_is_measured(text: str, published: str | None) -> None:
    for measure in measures(text, published):
        assert 0 <= measure.start < measure.end <= len(text)
        assert measure.low <= measure.high
        assert measure.meets(measure)


def test_it_is_cheap() -> None:
    evidence = [found(number, f"{POLICE} {UNION} " * 4 + f"{number} ships came.") for number in range(1, 11)]
    disagreements(MARCH, [quoted(evidence[0])], evidence)
    started = time.perf_counter()
    disagreements(MARCH, [quoted(evidence[0])], evidence)
    assert time.perf_counter() - started < 0.2  # about 10 ms where nothing else runs
