"""The sentences of passages in SQLite, beside the Chroma collection whose passages they are.

Chroma has no place for several vectors under one record, and a collection of sentences would be six times the size and
the time. Here a passage's sentences are one row that is read by its id. Vectors are kept as bytes, each with a scale of
its own: a quarter of the size, and a cosine moves by less than .005. The passage's own vector lies beside them, in half
precision, for an exact search of the few passages that a narrow filter leaves.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.article import parse_passage_id
from rag.ports import Sentences

if TYPE_CHECKING:
    from rag.ports import Vectors

_HEADER = struct.Struct("<III")  # sentences, dimensions, terms
_SCHEMA = """
CREATE TABLE IF NOT EXISTS passages (
    id TEXT PRIMARY KEY, version TEXT NOT NULL, vector BLOB NOT NULL, sentences BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_version ON passages (version);
"""


class SentenceStore:
    """One SQLite file. What it raises are `sqlite3.Error`s."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()  # the web app asks from several threads
        self._database = sqlite3.connect(path, check_same_thread=False, timeout=60)
        self._database.executescript(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; {_SCHEMA}"
        )
        self._versions: int | None = None

    def put(self, ids: Sequence[str], vectors: Vectors, sentences: Sequence[Sentences]) -> None:
        """``vectors`` (n, d); ``sentences`` has n items, or none."""
        packed: Sequence[bytes | None] = [_packed(item) for item in sentences] or [None] * len(ids)
        halves = vectors.astype(np.float16)
        rows = [
            (id, parse_passage_id(id)[0], vector.tobytes(), blob)
            for id, vector, blob in zip(ids, halves, packed, strict=True)
        ]
        with self._lock, self._database:
            self._database.executemany("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?)", rows)
            self._versions = None

    def delete(self, version_keys: Sequence[str]) -> None:
        with self._lock, self._database:
            self._database.executemany("DELETE FROM passages WHERE version = ?", [(key,) for key in version_keys])
            self._versions = None

    def sentences(self, ids: Sequence[str]) -> dict[str, Sentences]:
        query = "SELECT id, sentences FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        return {id: _unpacked(blob) for id, blob in self._rows(query, ids) if blob is not None}

    def ids_of(self, version_keys: Collection[str]) -> list[str]:
        """The passages of these versions."""
        query = "SELECT id FROM passages WHERE version IN (SELECT value FROM json_each(?))"
        return [id for id, *_ in self._rows(query, version_keys)]

    def nearest(self, vector: Vectors, ids: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """The ``limit`` best of these passages, compared one by one, with their cosines."""
        query = "SELECT id, vector FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._rows(query, ids)
        if not rows:
            return []
        matrix = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.float16).reshape(len(rows), -1)
        scores = matrix.astype(np.float32) @ vector
        best = sorted(zip(-scores, (id for id, _ in rows), strict=True))[:limit]
        return [(id, -float(score)) for score, id in best]

    def versions(self) -> int:
        """Of how many versions it holds passages."""
        with self._lock:
            if self._versions is None:
                (self._versions,) = self._database.execute("SELECT count(DISTINCT version) FROM passages").fetchone()
            return self._versions

    def ids(self) -> set[str]:
        with self._lock:
            return {id for (id,) in self._database.execute("SELECT id FROM passages")}

    def count(self) -> int:
        with self._lock:
            (count,) = self._database.execute("SELECT count(*) FROM passages").fetchone()
            return int(count)

    def scrub(self) -> None:
        """Deleted rows leave the write-ahead log too; in the tables they are overwritten at once."""
        with self._lock:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _rows(self, query: str, values: Collection[str]) -> list[Any]:
        with self._lock:
            return self._database.execute(query, (json.dumps(list(values)),)).fetchall()


def _packed(item: Sentences) -> bytes:
    scales = np.abs(item.vectors).max(axis=1, initial=0.0).astype(np.float32) / 127
    steps = np.where(scales > 0, scales, 1)[:, None]
    parts = (
        item.spans.astype(np.uint32),
        scales,
        np.rint(item.vectors / steps).astype(np.int8),
        item.terms.astype(np.uint32),
        item.owners.astype(np.uint16),
    )
    header = _HEADER.pack(*item.vectors.shape, len(item.terms))
    return header + b"".join(part.tobytes() for part in parts)


def _unpacked(blob: bytes) -> Sentences:
    count, width, terms = _HEADER.unpack_from(blob)
    at = _HEADER.size

    def take(kind: type[np.generic], amount: int) -> np.ndarray:
        nonlocal at
        found = np.frombuffer(blob, dtype=kind, count=amount, offset=at)
        at += found.nbytes
        return found

    spans = take(np.uint32, 2 * count).reshape(count, 2)
    scales = take(np.float32, count)
    vectors = take(np.int8, count * width).reshape(count, width).astype(np.float32) * scales[:, None]
    return Sentences(spans.astype(np.int64), vectors, take(np.uint32, terms), take(np.uint16, terms))
