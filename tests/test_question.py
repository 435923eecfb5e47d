"""Which questions can be asked, and what kind of answer they expect."""

from __future__ import annotations

import pytest

from rag.errors import QuestionError
from rag.question import LONGEST_QUESTION, checked, understand


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
