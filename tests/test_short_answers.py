"""The few words that are the answer: the right ones, never more than the sentence says, none where it is unclear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import understand
from rag.short_answers import short_answer

QUESTIONS = [
    "Who lit the lighthouse?",
    "When was the pier opened?",
    "Where is the mill?",
    "How many ships did the keeper count?",
    "How much did the pier cost?",
    "How long was the harbour frozen?",
    "What percentage of the voters came?",
    "Why did the ferry stop?",
    "What is a marl pit?",
]


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("How many ships did the keeper count?", "The keeper counted 4,102 ships in 12 months.", "4,102 ships"),
        ("How many people fell ill in Orrin?", "In all, 71 people fell ill and five of them died.", "71 people"),
        ("How much did the pier cost?", "The pier cost 2.4 million crowns, the mayor said.", "2.4 million crowns"),
        ("How long was the harbour frozen?", "The harbour was frozen for three weeks.", "three weeks"),
        ("What percentage of the catch was cod?", "Of the catch 12.5 per cent was cod.", "12.5 per cent"),
        ("When was the lighthouse lit?", "The lighthouse of Vennholm was lit in 1871.", "1871"),
        (
            "When will the pier open?",
            "The November figures were a draft, but the pier is to open in the spring of 2027.",
            "spring of 2027",
        ),
        ("Who won the election for mayor?", "Casimir Thorn has won Sunday’s election in Orrin.", "Casimir Thorn"),
        ("Why did the ferry stop?", "The ferry stopped because of ice, which came early.", "because of ice"),
    ],
)
def test_the_answer_is_given_in_a_few_words(question: str, sentence: str, short: str) -> None:
    assert short_answer(understand(question), sentence) == short


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        ("About 4,000 people marched.", "About 4,000 people"),
        ("Up to 4,000 people marched.", "Up to 4,000 people"),
        ("Fewer than 4,000 people marched.", "Fewer than 4,000 people"),
        ("At least 4,000 people marched.", "At least 4,000 people"),
        ("The town saw nearly 4,000 people march.", "nearly 4,000 people"),
        ("The town saw 4,000 people march.", "4,000 people"),
    ],
)
def test_a_figure_keeps_what_limits_it(sentence: str, short: str) -> None:
    assert short_answer(understand("How many people marched?"), sentence) == short


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was the recount?", "The recount was ordered after boxes were found twice."),
        ("Who is Ada Quist?", "Casimir Thorn praised Ada Quist."),
        ("Who was captain of the ferry?", "The ferry ran aground off the island of Kvern."),
        ("How many ships came?", "Ships came from everywhere."),
        ("How many came?", "12 came and 15 came."),
        ("Why did the ferry stop?", "The ferry stopped on Sunday."),
        ("What did the mayor say?", "The mayor said 12 words."),
        ("Where was Ada Quist born?", "Ada Quist, of Orrin, was born in Vessel Point."),
    ],
)
def test_where_nothing_is_clearly_the_answer_there_is_none_in_short(question: str, sentence: str) -> None:
    assert short_answer(understand(question), sentence) is None


WORDS = st.sampled_from(
    "about over Ada Quist keeper counted 4,102 ships pier cost 2.4 million crowns opened on 3 May 1902 in Orrin for "
    "three weeks 12 per cent of voters because ferry stopped , . ; — “no” lighthouse lit by Sunday’s mill".split()
)


@given(st.sampled_from(QUESTIONS), st.lists(WORDS, max_size=20).map(" ".join) | st.text(max_size=60))
def test_a_short_answer_is_always_a_stretch_of_the_sentence(question: str, sentence: str) -> None:
    short = short_answer(understand(question), sentence)
    assert short is None or (short and short in sentence)
