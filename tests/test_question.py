"""From a conversation to a question that stands alone."""

from __future__ import annotations

import pytest

from rag.answer import Turn
from rag.errors import QuestionError
from rag.question import LONGEST_QUESTION, checked, standalone, understand

MARCH = Turn("How many people marched for the mine in Orrin?", "About 4,000.")


@pytest.mark.parametrize(
    "follow_up", ["When was it?", "And who organised it?", "Why?", "What about the police?", "Who did that?"]
)
def test_a_follow_up_is_searched_with_its_topic(follow_up: str) -> None:
    assert standalone(follow_up, [MARCH]) == f"{MARCH.question} {follow_up}"


def test_a_chain_of_follow_ups_keeps_its_topic() -> None:
    assert (
        standalone("When was it?", [MARCH, Turn("And who organised it?", "The union.")])
        == f"{MARCH.question} When was it?"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Who painted the Mona Lisa?",
        "What is the reward that is offered for the leader of the gang?",
        "Which bridges in Tarn were closed for repairs in that year of floods?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert standalone(question, [MARCH]) == question


def test_without_a_conversation_every_question_stands_alone() -> None:
    assert standalone("Why?", []) == "Why?"


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (LONGEST_QUESTION + 1)])
def test_what_cannot_be_asked_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(QuestionError) as refused:
        checked(text)
    assert refused.value.hint


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert checked("caf\udcff what") == "caf? what"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many soldiers came?", "number"),
        ("What is the reward?", "money"),
        ("In what year did it end?", "date"),
        ("Who leads them?", "person"),
        ("Why did it fail?", "reason"),
        ("Where is the mill?", "place"),
        ("What share of voters came?", "percent"),
        ("What did she say?", "any"),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question(question: str, expected: str) -> None:
    assert understand(question).expected == expected
