"""What kind of answer a question asks for, how it is put together, and where a sentence holds something of the kind."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_types import Expected, expected, focus, form, typed
from rag.words import fold, stem, words

KINDS = [kind for kind in get_args(Expected) if kind != "any"]
PIECES = (
    "Ada Quist", "the council of Orrin", "about 4,102 ships", "2.4 million crowns", "$3m", "12.5 per cent", "6%",
    "three weeks", "on 3 May 1902", "in the spring of 2027", "at 6.20 p.m.", "Sunday’s", "Žďárkovec", "because of ice",
    "after the war", "nineteen hundred", "the 12th century", "1914–18", "“No,”", "é", "\n", "…", ", ", ". ",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who lit the lighthouse of Vennholm?", "person"),
        ("Which company runs the ferry to Orrin?", "person"),
        ("By whom was the pier built?", "person"),
        ("When was the pier of Orrin opened?", "date"),
        ("And until when did it burn whale oil?", "date"),
        ("In which year did the mill close?", "date"),
        ("Where is the mill of Orrin?", "place"),
        ("In what town does Ada Quist live?", "place"),
        ("How many ships did the keeper count?", "number"),
        ("How tall is the tower?", "number"),
        ("How much did the new pier cost?", "money"),
        ("How much did Blue Tern Lines lose?", "money"),
        ("How long was the harbour frozen?", "duration"),
        ("What percentage of the catch was cod?", "percent"),
        ("Why did the ferry stop?", "reason"),
        ("Did the ferry stop?", "any"),
        ("What is a marl pit?", "any"),
        # Words of asking that ask nothing where they stand:
        ("Who was on the bridge when the ferry struck the reef?", "person"),
        ("Who owns the yard where the ferry was built?", "person"),
        ("What did the keeper burn when the oil ran out?", "any"),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question(question: str, kind: str) -> None:
    assert expected(question) == kind


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Who lit the lighthouse?", "fact"),
        ("Did the ferry stop?", "yes-no"),
        ("Is the pier open?", "yes-no"),
        ("List the ships that called at Orrin.", "list"),
        ("Which ships have called at Orrin?", "list"),
        ("What were the demands of the fishers?", "list"),
        ("How do the mayor and the fishers differ?", "comparison"),
        ("Compare the old pier with the new one.", "comparison"),
        ("What is a marl pit?", "definition"),
        ("Who is Ada Quist?", "definition"),
        ("How did the price of the pier develop?", "development"),
        ("What is the history of the lighthouse?", "development"),
        ("What happened in March 2025?", "overview"),
        ("What's new about the ferry?", "overview"),
        ("Summarise everything.", "overview"),
        ("Give me an overview of the dispute.", "overview"),
    ],
)
def test_the_form_of_an_answer_is_told_from_the_question(question: str, how: str) -> None:
    assert form(question) == how


@pytest.mark.parametrize(
    ("kind", "sentence", "found"),
    [
        ("number", "On 3 May 1902 the keeper counted 4,102 ships.", ["4,102"]),
        ("number", "Two dozen boats lay in the harbour.", ["Two dozen"]),
        ("money", "Blue Tern Lines lost 2.4 million crowns in 40 weeks.", ["2.4 million crowns"]),
        ("money", "The pier cost $3.5 million.", ["$3.5 million"]),
        ("percent", "Of 900 voters 12.5 per cent stayed at home.", ["12.5 per cent"]),
        ("duration", "The harbour was frozen for three weeks.", ["three weeks"]),
        ("date", "It was lit on 3 May 1871 by 40 men.", ["3 May 1871"]),
        ("date", "It is to open in the spring of 2027.", ["spring of 2027"]),
        ("date", "The mill closed on Sunday.", ["Sunday"]),
        ("person", "Mayor Ada Quist called it a mistake.", ["Mayor Ada Quist"]),
        ("person", "Casimir Thorn won Sunday’s election.", ["Casimir Thorn"]),
        ("place", "Ada Quist was born in Vessel Point.", ["Vessel Point"]),
        ("reason", "The ferry stopped because of ice.", ["because"]),
        ("number", "The mill stands by the river.", []),
        ("person", "The mill stands by the river.", []),
    ],
)
def test_what_is_asked_for_is_found_in_a_sentence(kind: Expected, sentence: str, found: list[str]) -> None:
    assert [sentence[start:end] for start, end in typed(kind, (), sentence)] == found


def test_what_the_question_says_is_no_answer() -> None:
    asked = {form for word in words("Who told Ada Quist in 1902 of 40 ships?") for form in (fold(word), stem(word))}
    sentence = "Ada Quist heard in 1902 of 40 ships."
    assert [typed(kind, asked, sentence) for kind in ("person", "number")] == [[], []]


@given(st.sampled_from(KINDS), st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=8).map(" ".join))
def test_every_span_lies_in_the_sentence_and_holds_something(kind: Expected, sentence: str) -> None:
    spans = typed(kind, (), sentence)
    assert all(0 <= start < end <= len(sentence) and sentence[start:end].strip() for start, end in spans)


@given(st.text(max_size=80))
def test_any_question_has_a_kind_and_a_form(question: str) -> None:
    assert expected(question) in get_args(Expected)
    assert form(question)


def test_what_is_asked_for_by_name_is_the_focus() -> None:
    assert focus("What governing body has the keeper?") == {stem("governing"), stem("body")}
    assert focus("How many ships did she count?") == {stem("ships")}
    assert focus("Why did the ferry stop?") == frozenset()
