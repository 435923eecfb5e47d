"""Articles, passages, and the ids that both are known by."""

from __future__ import annotations

from datetime import date

import pytest
from builders import stored
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Dated, Passage, parse_passage_id, passage_id, text_digest
from corpus.readers.source import article_id

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates among them
OFFSETS = st.integers(0, 10**9)


@given(key=ANY_TEXT.filter(bool), start=OFFSETS, end=OFFSETS)
def test_a_passage_id_comes_back_in_its_parts(key: str, start: int, end: int) -> None:
    assert parse_passage_id(passage_id(key, start, end)) == (key, start, end)


@given(name=ANY_TEXT.filter(bool), text=ANY_TEXT, start=st.integers(0, 300), length=st.integers(0, 300))
def test_a_passage_of_any_article_leads_back_to_it(name: str, text: str, start: int, length: int) -> None:
    passage = Passage(stored(text, name), start, start + length)
    key, first, last = parse_passage_id(passage.id)
    assert key == passage.article.version_key
    assert key.rpartition("@")[0] == name
    assert passage.article.text[first:last] == passage.text


@pytest.mark.parametrize("value", ["", "a", "a:b", ":1-2", "a:1", "a:1-", "a:x-y"])
def test_what_is_no_passage_id_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_passage_id(value)


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_a_text_is_known_by_its_digest(one: str, other: str) -> None:
    assert (text_digest(one) == text_digest(other)) == (one == other)
    assert len(text_digest(one)) == 64


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_an_article_id_is_short_plain_and_its_own(one: str, other: str) -> None:
    made = article_id(one)
    assert made == article_id(one)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 12 <= len(made) <= 59
    assert (made == article_id(other)) == (one == other)


@pytest.mark.parametrize(
    ("identity", "beginning"),
    [
        ("https://courier.example/2024/bridge-opens", "bridge-opens-"),
        ("https://courier.example/2024/Bridge%20opens.html?id=1#top", "bridge-20opens-"),
        ("/home/ann/Žďár – the mine.txt", "zdar-the-mine-"),
        ("https://courier.example/", "article-"),
        ("http://[not-an-address", "not-an-address-"),
        ("灯台", "article-"),
        ("", "article-"),
    ],
)
def test_an_article_id_can_be_read(identity: str, beginning: str) -> None:
    assert article_id(identity).startswith(beginning)


@pytest.mark.parametrize("value", ["2024-03-15", "2024-03-15T23:30:00-11:00", "2024-03-15T00:10:00+14:00"])
def test_the_day_is_the_one_that_the_source_wrote(value: str) -> None:
    assert Dated(value).first == Dated(value).last == date(2024, 3, 15)
