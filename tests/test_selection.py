"""Which sentences answer: all of them scored, the best first, and how sure it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import FERRY, LIGHTHOUSE, evidence

from corpus.sentences import sentence_spans
from rag.backends.fake import HashingEmbedder
from rag.selection import NEAREST, Selector

SHOWN = [evidence(), evidence(FERRY, 2, name="ferry")]
SELECT = Selector(HashingEmbedder()).select


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("When was the lighthouse of Vennholm lit?", "The lighthouse of Vennholm was lit in 1871."),
        ("How many ships did the keeper count?", "The keeper, Ottoline Marrek, counted 4,102 ships in her first year."),
        ("What did the mayor call the decision?", "Mayor Ada Quist called the decision a mistake."),
        ("How much did Blue Tern Lines lose?", "Blue Tern Lines lost 2.4 million crowns on the route."),
    ],
)
def test_the_sentence_that_answers_comes_first(question: str, best: str) -> None:
    assert SELECT(question, SHOWN).sentences[0].text == best


def test_every_sentence_is_there_once_in_its_place_best_first() -> None:
    found = SELECT("When was the lighthouse lit?", SHOWN)
    spans = [(item.marker, *span) for item in SHOWN for span in sentence_spans(item.text)]
    assert sorted((one.marker, one.start, one.end) for one in found.sentences) == spans
    assert all(SHOWN[one.marker - 1].text[one.start : one.end] == one.text for one in found.sentences)
    scores = [one.score for one in found.sentences]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= found.confidence <= 1
    before = {one.text: one.before for one in found.sentences}
    assert before["It burned whale oil until 1902."] == sentence_spans(LIGHTHOUSE)[0]
    assert before["The lighthouse of Vennholm was lit in 1871."] is None


def test_only_the_best_few_are_compared_closely_and_they_stay_before_the_rest() -> None:
    long = evidence(" ".join(f"Boat {at} of Orrin called on day {at}." for at in range(3 * NEAREST)))
    found = SELECT("When was the lighthouse lit?", [*SHOWN, replace(long, marker=3)])
    assert [bool(one.signals) for one in found.sentences] == [True] * NEAREST + [False] * (
        len(found.sentences) - NEAREST
    )


def test_what_is_asked_and_answered_is_surer_than_what_is_not() -> None:
    asked, unasked = "When was the lighthouse of Vennholm lit?", "Who designed the cathedral of Grash?"
    assert SELECT(asked, SHOWN).confidence > SELECT(unasked, SHOWN).confidence


@pytest.mark.parametrize("question", ["?", "the of and", "🐦‍⬛", "When " * 300])
def test_any_question_gets_an_order(question: str) -> None:
    found = SELECT(question, SHOWN)
    assert len(found.sentences) == 6
    assert 0 <= found.confidence <= 1


def test_nothing_found_selects_nothing() -> None:
    found = SELECT("When was the lighthouse lit?", [])
    assert (found.sentences, found.confidence) == ((), 0.0)


def test_where_the_newest_is_asked_for_it_comes_first() -> None:
    old, new = "The pier of Orrin costs 30 crowns.", "The pier of Orrin costs 52 crowns."
    shown = [
        replace(evidence(old), published="2020-01-01"),
        replace(evidence(new, 2, name="new"), published="2025-01-01"),
        replace(evidence("The mill burned.", 3, name="undated"), published="2025"),
    ]
    question = "How much does the pier of Orrin cost?"
    plain = {one.text: one.score for one in SELECT(question, shown).sentences}
    fresh = {one.text: one.score for one in SELECT(question, shown, recency=1.0).sentences}
    assert plain[old] == pytest.approx(plain[new])
    assert fresh[new] > fresh[old]
