"""Sentences: the segmenter decides where they end, we answer for the offsets."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.sentences import sentence_spans

MIXED = st.lists(
    st.sampled_from(
        [
            "He left. ",
            "Dr. ",
            "3.5",
            "“No!” ",
            "\n\n",
            "\r\n",
            "e\u0301",
            "🐦‍⬛",
            "。",
            "؟ ",
            "\u2028",
            "\x85",
            "…",
            " ",
        ]
    )
).map("".join)


@given(
    text=st.one_of(st.text(max_size=300), MIXED), language=st.sampled_from([None, "", "en", "de-CH", "ja", "ar", "qq"])
)
@example(text="", language=None)
@example(text=" \n\t\u3000 ", language="en")
@example(text="\ufeffIt rose.\x1c\x1d It fell.\u2029", language="en")
def test_spans_are_in_order_apart_and_leave_out_nothing_but_white_space(text: str, language: str | None) -> None:
    at = 0
    for start, end in sentence_spans(text, language):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rose. It fell.", ["It rose.", "It fell."]),
        ("Dr. Quist left at 3.5 p.m. on Sunday.", ["Dr. Quist left at 3.5 p.m. on Sunday."]),
        ("A headline\n\nThe text.", ["A headline", "The text."]),
        ("The U.S. Treasury acted. Then it rested.", ["The U.S. Treasury acted.", "Then it rested."]),
        ("It lost 2.4 million. Why?", ["It lost 2.4 million.", "Why?"]),
    ],
    ids=["two", "abbreviations", "paragraphs", "initials", "figures"],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences
