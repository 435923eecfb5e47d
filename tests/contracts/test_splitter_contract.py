"""What every `rag.ports.Splitter` keeps."""

from __future__ import annotations

import pytest
from builders import stored
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.article import Article
from rag.ports import Splitter
from rag.splitting import ParagraphSplitter

SPLITTERS: dict[str, Splitter] = {f"sentences-{size}": ParagraphSplitter(size) for size in (100, 700)}
PROSE = st.lists(
    st.sampled_from(
        ["It rose. ", "Dr. Quist left at 3.5 p.m. ", "“No!” ", "\n\n", "word " * 60, "灯台。", "x" * 900, "\t"]
    )
).map("".join)


@pytest.fixture(params=SPLITTERS.values(), ids=SPLITTERS)
def splitter(request: pytest.FixtureRequest) -> Splitter:
    return request.param  # type: ignore[no-any-return]


def test_it_is_a_splitter_that_names_its_settings(splitter: Splitter) -> None:
    assert isinstance(splitter, Splitter)
    assert len({each.fingerprint for each in SPLITTERS.values()}) == len(SPLITTERS)


@pytest.mark.parametrize("splitter", SPLITTERS.values(), ids=SPLITTERS)
@given(text=st.one_of(st.text(max_size=400), PROSE), language=st.sampled_from([None, "en", "de-AT", "ja", "xx", ""]))
@example(text="a\u2028b\x85c\x1cd.\x0bE", language=None)
@example(text="e\u0301" * 500, language="fr")
def test_passages_cover_all_words_in_order_and_are_what_the_article_says(
    splitter: Splitter, text: str, language: str | None
) -> None:
    article = stored(text, language=language)
    passages = splitter.split(article)
    at = 0
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        assert not text[at : passage.start].strip()
        assert at <= passage.start < passage.end
        assert passage.text == passage.text.strip()
        at = passage.end
    assert not text[at:].strip()
    assert splitter.split(article) == passages
    assert len({passage.id for passage in passages}) == len(passages)


def test_an_article_of_white_space_has_no_passages(splitter: Splitter) -> None:
    blank: Article = stored(" \n\t\u3000\n")
    assert splitter.split(blank) == []
