"""Whether the embedder's faster precision finds what the exact one finds, and how much faster it is here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.speed.measuring import apart, machine, records

if TYPE_CHECKING:
    from rag.ports import Vectors

_NEAREST = 10
_QUESTIONS = 500
_SIZE = 1000  # characters of a passage


def report(folder: Path, limit: int) -> Iterator[str]:
    """bfloat16 beside float32: the passages of so many articles, the folder's questions (headlines, without them)."""
    articles = list(records(folder, limit))
    cases = folder / "cases.jsonl"
    asked = [json.loads(line)["question"] for line in cases.read_text("utf-8").splitlines()] if cases.is_file() else []
    questions = (asked or [record["title"] for record in articles])[:_QUESTIONS]
    exact, exactly, slow, _ = apart(embedded, articles, questions, "float32")
    fast, fastly, quick, where = apart(embedded, articles, questions, "bfloat16")
    if "bfloat16" not in where:
        yield "bfloat16 does not keep the vectors here (or the model is not a plain BERT): float32 is used"
        return
    yield f"{len(exact)} passages, {len(questions)} questions; {where}"
    cosines = (exact * fast).sum(axis=1)
    low, middle = float(cosines.min()), float(np.median(cosines))
    yield f"cosine of a passage's two vectors: lowest {low:.5f}, median {middle:.5f} (goal > .999)"
    same = np.mean([one == other for one, other in zip(nearest(exactly, exact), nearest(fastly, fast), strict=True)])
    yield f"the {_NEAREST} nearest passages are the same for {same:.1%} of the questions (goal ≥ 98%)"
    yield f"bfloat16 / float32, passages a second: {slow / quick:.2f}×"


def embedded(
    articles: list[dict[str, str]], questions: list[str], precision: str
) -> tuple[Vectors, Vectors, float, str]:
    """Passages (n, d) and questions (q, d) as the default embedder has them, the passages' seconds, the machine."""
    from rag.backends.sentence_transformers import BUNDLED, SentenceTransformerEmbedder

    texts = [record["text"][at : at + _SIZE] for record in articles for at in range(0, len(record["text"]), _SIZE)]
    embedder = SentenceTransformerEmbedder(BUNDLED, precision)
    embedder.embed_parts(texts[:32], [()] * len(texts[:32]))
    started = time.perf_counter()
    vectors, _ = embedder.embed_parts(texts, [()] * len(texts))
    seconds = time.perf_counter() - started
    return vectors, embedder.embed(questions), seconds, machine(embedder)


def nearest(questions: Vectors, passages: Vectors) -> list[frozenset[int]]:
    """For each question the places of its `_NEAREST` passages by cosine."""
    order = np.argsort(-(questions @ passages.T), axis=1)[:, :_NEAREST]
    return [frozenset(map(int, row)) for row in order]
