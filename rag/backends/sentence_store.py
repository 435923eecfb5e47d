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

from corpus.article import parse_passage_id, passage_id
from rag.ports import Sentences

if TYPE_CHECKING:
    from rag.ports import Integers, Vectors

_HEADER = struct.Struct("<III")  # sentences, dimensions, terms
# The vectors of an article version lie in one row: a filter leaves versions, and all of theirs are compared.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    version TEXT PRIMARY KEY, held INTEGER NOT NULL, spans BLOB NOT NULL, vectors BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sentences (id TEXT PRIMARY KEY, version TEXT NOT NULL, packed BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS sentences_by_version ON sentences (version);
DROP TABLE IF EXISTS passages;
"""
_MAPPED = 1 << 34  # bytes of the file that are read as memory, at most
_VERSIONS = "SELECT version, held, spans, vectors FROM versions WHERE version IN (SELECT value FROM json_each(?))"


class SentenceStore:
    """One SQLite file. What it raises are `sqlite3.Error`s."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()  # the web app asks from several threads
        self._database = sqlite3.connect(path, check_same_thread=False, timeout=60)
        self._database.executescript(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
            f"PRAGMA mmap_size={_MAPPED}; {_SCHEMA}"
        )
        self._versions: int | None = None

    def put(self, ids: Sequence[str], vectors: Vectors, sentences: Sequence[Sentences]) -> None:
        """``vectors`` (n, d); ``sentences`` has n items, or none."""
        placed = [parse_passage_id(id) for id in ids]
        packed = [
            (id, version, _packed(item)) for id, (version, *_), item in zip(ids, placed, sentences, strict=True)
        ] if sentences else []  # fmt: skip
        with self._lock, self._database:
            of_versions = self._of({version for version, *_ in placed})
            for (version, start, end), vector in zip(placed, vectors.astype(np.float16), strict=True):
                of_versions.setdefault(version, {})[start, end] = vector.tobytes()
            rows = [
                (version, len(held), np.array(list(held), dtype=np.uint32).tobytes(), b"".join(held.values()))
                for version, held in of_versions.items()
            ]
            self._database.executemany("INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?)", rows)
            self._database.executemany("DELETE FROM sentences WHERE id = ?", [(id,) for id in ids])
            self._database.executemany("INSERT INTO sentences VALUES (?, ?, ?)", packed)
            self._versions = None

    def _of(self, version_keys: Collection[str]) -> dict[str, dict[tuple[int, int], bytes]]:
        """By version, the vectors of its passages by their places."""
        found = {}
        for version, held, spans, vectors in self._rows(_VERSIONS, version_keys):
            size = len(vectors) // held
            places = map(tuple, _spans(spans).tolist())
            found[version] = {place: vectors[at * size : (at + 1) * size] for at, place in enumerate(places)}
        return found

    def delete(self, version_keys: Sequence[str]) -> None:
        with self._lock, self._database:
            keys = [(key,) for key in version_keys]
            self._database.executemany("DELETE FROM versions WHERE version = ?", keys)
            self._database.executemany("DELETE FROM sentences WHERE version = ?", keys)
            self._versions = None

    def sentences(self, ids: Sequence[str]) -> dict[str, Sentences]:
        query = "SELECT id, packed FROM sentences WHERE id IN (SELECT value FROM json_each(?))"
        return {id: _unpacked(blob) for id, blob in self._rows(query, ids)}

    def ids_of(self, version_keys: Collection[str]) -> list[str]:
        """The passages of these versions."""
        rows = self._rows(_VERSIONS, version_keys)
        return [passage_id(row[0], start, end) for row in rows for start, end in _spans(row[2]).tolist()]

    def nearest(self, vector: Vectors, version_keys: Collection[str], limit: int) -> list[tuple[str, float]]:
        """The ``limit`` best of the passages of these versions, compared one by one, with their cosines."""
        rows = self._rows(_VERSIONS, version_keys)
        if not rows:
            return []
        spans = _spans(b"".join(row[2] for row in rows))
        matrix = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float16).reshape(len(spans), -1)
        scores = np.vecdot(matrix.astype(np.float32), vector)  # not `@`, whose threads get in the way of the encoder's
        best = np.flatnonzero(scores >= np.sort(scores)[-min(limit, len(scores))])
        owners = np.repeat(np.arange(len(rows)), [row[1] for row in rows])
        found = [(passage_id(rows[owners[at]][0], *spans[at].tolist()), float(scores[at])) for at in best]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def versions(self) -> int:
        """Of how many versions it holds passages."""
        with self._lock:
            if self._versions is None:
                (self._versions,) = self._database.execute("SELECT count(*) FROM versions").fetchone()
            return self._versions

    def ids(self) -> set[str]:
        with self._lock:
            rows = self._database.execute("SELECT version, spans FROM versions").fetchall()
        return {passage_id(version, start, end) for version, spans in rows for start, end in _spans(spans).tolist()}

    def count(self) -> int:
        with self._lock:
            (count,) = self._database.execute("SELECT coalesce(sum(held), 0) FROM versions").fetchone()
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


def _spans(blob: bytes) -> Integers:
    """(n, 2)"""
    return np.frombuffer(blob, dtype=np.uint32).reshape(-1, 2).astype(np.int64)


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
