"""What every `rag.ports.Embedder` keeps."""

from __future__ import annotations

import numpy as np
import pytest

from rag.backends.fake import HashingEmbedder
from rag.backends.sentence_transformers import SentenceTransformerEmbedder
from rag.ports import Embedder

TEXTS = [
    "The lighthouse of Vennholm was lit in 1871.",
    "",
    "   \n\t",
    "the of and",
    "🐦‍⬛🗼",
    "灯台は1871年に点灯された。",
    "… — !?",
    "Žďár nad Sázavou’s mayor\u0301 said: “11,000”.",
    "\x00\x01 control \u202e characters",
    "word " * 2000,
]
NAMES = ["sentence", "empty", "white", "stop-words", "emoji", "japanese", "punctuation", "accents", "control", "long"]


@pytest.fixture(scope="module", params=["hashing", "bundled"])
def embedder(request: pytest.FixtureRequest, bundled_embedder: SentenceTransformerEmbedder) -> Embedder:
    return HashingEmbedder() if request.param == "hashing" else bundled_embedder


def test_it_is_an_embedder(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    assert embedder.fingerprint


def test_every_text_gets_a_unit_row_in_order(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), rows.shape[1])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)
    assert embedder.embed([TEXTS[5]])[0] == pytest.approx(rows[5], abs=1e-4)


def test_no_texts_give_no_rows_of_the_same_width(embedder: Embedder) -> None:
    width = embedder.embed(["a"]).shape[1]
    assert embedder.embed([]).shape == (0, width)
    assert embedder.encode([]) == []


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_encoding_says_the_same_as_embedding_and_where_each_token_stands(embedder: Embedder, text: str) -> None:
    (encoded,) = embedder.encode([text])
    assert encoded.vector == pytest.approx(embedder.embed([text])[0], abs=1e-3)
    assert encoded.tokens.shape == (len(encoded.spans), len(encoded.vector))
    assert np.linalg.norm(encoded.tokens, axis=1) == pytest.approx(np.ones(len(encoded.spans)), abs=1e-3)
    assert all(0 <= start < end <= len(text) for start, end in encoded.spans)
    assert list(encoded.spans) == sorted(encoded.spans)


def test_parts_come_from_the_same_pass_and_lie_near_what_they_say(embedder: Embedder) -> None:
    text = "The lighthouse was lit in 1871. Rain ruined the harvest of plums. "
    spans = [(0, 31), (32, 65), (65, 66)]
    vectors, rows = embedder.embed_parts([text, "", text], [spans, [], spans[:1]])
    assert vectors.shape[0] == 3
    assert [len(each) for each in rows] == [3, 0, 1]
    assert rows[0][0] == pytest.approx(rows[2][0], abs=1e-3)
    assert np.linalg.norm(rows[0][:2], axis=1) == pytest.approx([1, 1], abs=1e-3)
    asked = embedder.embed(["When was the lighthouse lit?"])[0]
    assert rows[0][0] @ asked > rows[0][1] @ asked
    assert embedder.embed_parts([], [])[1] == []


def test_texts_encoded_together_do_not_disturb_each_other(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    assert len(together) == len(TEXTS)
    (alone,) = embedder.encode([TEXTS[0]])
    assert together[0].spans == alone.spans
    assert together[0].tokens == pytest.approx(alone.tokens, abs=1e-3)


def test_a_text_about_the_same_is_nearer_than_one_about_something_else(embedder: Embedder) -> None:
    asked, same, other = embedder.embed(
        ["When was the lighthouse lit?", "The lighthouse was lit in 1871.", "Rain ruined the harvest of plums."]
    )
    assert asked @ same > asked @ other
