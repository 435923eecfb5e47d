"""Answers and events as JSON, and back."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rag.answer import (
    Answer,
    Answered,
    Checked,
    Citation,
    Claim,
    Drafting,
    Event,
    Evidence,
    Retrieved,
    Searching,
    Status,
    Verdict,
    WriterFailed,
)
from rag.wire import answer_from_json, event_from_json, to_json

TEXT = st.text(max_size=20)
MAYBE = st.none() | TEXT
NUMBER = st.integers(0, 10**9)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner),
    max_leaves=4,
)
SOURCE = {"marker": NUMBER, "article": TEXT, "collection": TEXT, "version": TEXT, "start": NUMBER, "end": NUMBER}
SOURCE |= {"title": TEXT, "outlet": MAYBE, "published": MAYBE, "url": MAYBE}
EVIDENCE = st.builds(Evidence, text=TEXT, scores=st.dictionaries(TEXT, FLOAT, max_size=2), **SOURCE)
CITATION = st.builds(Citation, quote=TEXT, **SOURCE)
CLAIM = st.builds(Claim, TEXT, st.lists(CITATION, max_size=2).map(tuple), st.sampled_from(get_args(Verdict)), TEXT)
ANSWER = st.builds(
    Answer,
    TEXT,
    TEXT,
    st.sampled_from(get_args(Status)),
    st.lists(CLAIM, max_size=2).map(tuple),
    st.lists(EVIDENCE, max_size=2).map(tuple),
    TEXT,
    st.floats(0, 1),
    MAYBE,
    TEXT,
    TEXT,
    st.dictionaries(TEXT, PLAIN, max_size=2),
    st.dictionaries(TEXT, FLOAT, max_size=2),
)
EVENT = st.one_of(
    st.builds(Searching, TEXT, TEXT),
    st.builds(Retrieved, st.lists(EVIDENCE, max_size=2).map(tuple)),
    st.builds(Drafting, TEXT),
    st.builds(Checked, CLAIM),
    st.builds(WriterFailed, TEXT, TEXT),
    st.builds(Answered, ANSWER),
)


@given(ANSWER)
def test_an_answer_comes_back_from_json(answer: Answer) -> None:
    written = json.dumps(to_json(answer))
    assert answer_from_json(json.loads(written)) == answer
    assert json.loads(written)["text"] == answer.text


@given(EVENT)
def test_an_event_comes_back_from_json(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(to_json(event)))) == event


@given(EVIDENCE)
def test_evidence_is_plain_json(evidence: Evidence) -> None:
    plain = json.loads(json.dumps(to_json(evidence)))
    assert plain == to_json(evidence)
    assert TypeAdapter(Evidence).validate_python(plain) == evidence


def test_every_kind_of_event_names_itself() -> None:
    kinds = [kind.__dataclass_fields__["kind"].default for kind in get_args(Event)]
    assert kinds == ["searching", "retrieved", "drafting", "checked", "writer_failed", "answered"]


@pytest.mark.parametrize(
    "value", [{}, {"kind": "unheard"}, {"kind": "checked"}, {"kind": "drafting", "delta": 5}, {"kind": None}]
)
def test_what_is_no_event_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event_from_json(value)


@pytest.mark.parametrize("change", [{"status": "maybe"}, {"claims": "none"}, {"question": None}])
def test_what_is_no_answer_is_refused(change: dict[str, object]) -> None:
    good = json.loads(json.dumps(to_json(Answer("q", "q", "insufficient"))))
    with pytest.raises(ValidationError):
        answer_from_json(good | change)


def test_the_text_of_an_answer_is_its_claims_or_else_its_note() -> None:
    cited = Citation(2, "a", "c", "v", 0, 3, "It.", "Title", outlet="Post", published="2024-03-15")
    answer = Answer(
        "q", "q", "answered", (Claim("It rose.", (cited, cited), "supported"), Claim("It fell.")), note="Beware."
    )
    assert answer.text == "It rose. [2] It fell. [uncited]"
    assert answer.citations == (cited,)
    assert Answer("q", "q", "insufficient", note="Nothing.").text == "Nothing."
    assert str(cited) == "[2] “It.” (Post, Title, 2024-03-15)"
