"""The embedder's two ways: a BERT in plain torch, and any other model through sentence-transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_models import tiny_embedder

from rag.backends.bert import BertEncoder, is_supported
from rag.backends.sentence_transformers import BUNDLED, SentenceTransformerEmbedder, TransformerEncoder
from rag.errors import ModelFilesError

TEXTS = [
    "The lighthouse of Vennholm was lit in 1871.",
    "",
    "It burned whale oil until 1902. The keeper counted 4,102 ships in her first year. " * 20,
    "Žďár, 灯台, 🐦‍⬛ — and more?",
]


def bundled_folder() -> Path:
    return Path(SentenceTransformerEmbedder(BUNDLED)._source)


def test_plain_torch_computes_what_sentence_transformers_computes() -> None:
    plain, library = BertEncoder(bundled_folder(), "cpu"), TransformerEncoder(str(bundled_folder()))
    ours, theirs = plain.tokenize(TEXTS), library.tokenize(TEXTS)
    assert [tokens.ids for tokens in ours] == [tokens.ids for tokens in theirs]
    for (vector, rows), (other, others) in zip(plain.forward(ours), library.forward(theirs), strict=True):
        assert vector.numpy() == pytest.approx(other.cpu().numpy(), abs=1e-4)
        assert rows.numpy() == pytest.approx(others.cpu().numpy(), abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "pooling", "supported"), [("bert", "mean", True), ("bert", "cls", False), ("distilbert", "mean", False)]
)
def test_every_model_is_opened_one_way_or_the_other(tmp_path: Path, kind: str, pooling: str, supported: bool) -> None:
    folder = tiny_embedder(tmp_path / "model", pooling=pooling, kind=kind)
    assert is_supported(folder) is supported
    embedder = SentenceTransformerEmbedder(str(folder), "float32")
    assert isinstance(embedder.load(), BertEncoder if supported else TransformerEncoder)
    vectors, parts = embedder.embed_parts(TEXTS, [[(0, 14)], [], [(0, 31), (32, 60)], []])
    assert vectors.shape == (len(TEXTS), embedder.load().width)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)
    assert [len(rows) for rows in parts] == [1, 0, 2, 0]


@pytest.mark.parametrize("model", [BUNDLED, "distilbert"])
def test_a_faster_precision_keeps_the_vectors(tmp_path: Path, model: str) -> None:
    """Asked for by name it is tried on every processor, and taken only if the vectors stay the same."""
    name = model if model == BUNDLED else str(tiny_embedder(tmp_path / "model", kind=model))
    full, fast = (SentenceTransformerEmbedder(name, precision) for precision in ("float32", "bfloat16"))
    cosines = (full.embed(TEXTS) * fast.embed(TEXTS)).sum(axis=1)
    assert full.precision == "float32"
    assert fast.precision == "bfloat16" or cosines == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert cosines.min() > 0.998


def test_the_processor_decides_if_nobody_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, expected in ((False, "float32"), (True, "bfloat16")):
        monkeypatch.setattr("rag.backends.sentence_transformers._multiplies_bfloat16", lambda device, has=has: has)
        embedder = SentenceTransformerEmbedder(BUNDLED)
        embedder.load()
        assert embedder.precision == expected


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00garbage"], ids=["empty", "object", "garbage"])
def test_damaged_files_are_told_with_the_remedy(tmp_path: Path, file: str, content: bytes) -> None:
    folder = tiny_embedder(tmp_path / "model")
    (folder / file).write_bytes(content)
    try:
        SentenceTransformerEmbedder(str(folder), "float32").embed(["A text."])
    except ModelFilesError as error:
        assert "DOSSIER_MODELS__EMBEDDER" in error.hint  # noqa: PT017  # some damage the library makes good
