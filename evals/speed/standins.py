"""Embedders to measure with: one that counts its seconds, and one that costs next to nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from rag import Assistant
    from rag.ports import Span, Vectors

_DIMENSIONS, _CLUSTERS = 384, 64  # of the default encoder; clusters of texts without topics
_OWN = 2048  # directions of which any two make a text's own
_NOISE = 0.8  # the length of a text's own direction beside its topic's: cosine 0.6 between two texts of one topic


def embed_with(assistant: Assistant, embedder: Any) -> None:
    """Let an assistant index, but not answer, with another embedder: the indexes keep the name of the real one's."""
    indexer = replace(assistant.engine.indexer, embedder=embedder)
    assistant.engine = replace(assistant.engine, indexer=indexer)


@dataclass
class Timed:
    """An embedder that counts the seconds it works, whatever it is asked for."""

    inner: Any
    seconds: float = 0.0

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self.inner, name)
        if not callable(asked):
            return asked

        def counted(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return asked(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started

        return counted


@dataclass
class StandIn:
    """An embedder that costs next to nothing, to see what the rest costs: clustered unit vectors, told by the text.

    A text's vector is the centre of the first topic that one of its words belongs to, and a direction of its own; so is
    a part's. Whatever else is asked of it goes to ``inner``.

    Args:
        topics: a row of ``centres`` for each word that belongs to a topic; other texts get a row by their checksum.
        centres: (k, d), rows of length 1.
    """

    inner: Any
    topics: Mapping[str, int] = field(default_factory=dict)
    centres: Vectors = field(default_factory=lambda: _directions(0, _CLUSTERS, _DIMENSIONS))

    def __post_init__(self) -> None:
        self._own = _directions(1, _OWN, self.centres.shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        sums = np.array([crc32(text.encode("utf-8", "surrogatepass")) for text in texts], dtype=np.int64)
        rows = [self._topic(text, int(checksum)) for text, checksum in zip(texts, sums, strict=True)]
        own = _unit(self._own[sums % _OWN] + self._own[sums // _OWN % _OWN])  # four million of them
        return _unit(self.centres[np.array(rows, dtype=np.int64)] + _NOISE * own)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        flat = self.embed([text[start:end] for text, spans in zip(texts, parts, strict=True) for start, end in spans])
        ends = np.cumsum([len(spans) for spans in parts], dtype=np.int64)
        return self.embed(texts), np.split(flat, ends[:-1]) if len(parts) else []

    def _topic(self, text: str, checksum: int) -> int:
        found = (self.topics[word] for word in text.split() if word in self.topics) if self.topics else iter(())
        return next(found, checksum % len(self.centres))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _directions(seed: int, count: int, dimensions: int) -> Vectors:
    """(count, dimensions) pseudo-random rows of length 1."""
    return _unit(np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32))


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
