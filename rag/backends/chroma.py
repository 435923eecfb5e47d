"""Passages in Chroma: one Chroma collection per Dossier collection and fingerprint.

Documents and flat metadata, readable by any Chroma client; the passages' sentences lie beside them in a file.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import struct
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.article import Passage
from rag.backends.failures import explained
from rag.backends.filtering import deepened
from rag.backends.sentence_store import SentenceStore
from rag.ports import Hit, Sentences

if TYPE_CHECKING:
    from rag.ports import Vectors


# What a filter leaves is compared one by one if it is this little: an HNSW graph would be walked nearly whole for it.
# If it leaves more, its hits come soon enough in the unfiltered order; if they do not, Chroma is told the ids.
_FEW = 8000  # passages, as far as the share of the articles tells
_DEEPEST = 2000  # hits of the unfiltered order


def open_client(folder: Path) -> Any:
    """The embedded Chroma of a home, telemetry off.

    Raises:
        IndexDamaged: the folder is not a usable Chroma folder.
    """
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    with _explained(str(folder), folder):
        try:
            return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        except Exception:
            # Chroma keeps what it has opened of a folder, and would give out the half-started rest the next time.
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
            raise


def collection_name(collection: str, fingerprint: str) -> str:
    """A legal Chroma name (3–512 of ``[a-zA-Z0-9._-]``) that is unique to the collection and the fingerprint."""
    slug = re.sub(r"[^a-zA-Z0-9]+", "-", collection).strip("-")[:40].strip("-") or "collection"
    return f"{slug}-{hashlib.sha256(collection.encode()).hexdigest()[:8]}-{fingerprint}"


class ChromaVectorStore:
    """A `rag.ports.VectorStore`."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._folder = Path(client.get_settings().persist_directory)
        self._name = name
        with self._explained():
            self._collection = client.get_or_create_collection(
                name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
            self._batch = int(client.get_max_batch_size())
            self._sentences = SentenceStore(sentences_file(self._folder, name))
            self._held: int | None = None  # passages; Chroma counts them one by one

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Sentences] = ()) -> None:
        with self._changing():
            self._sentences.put([passage.id for passage in passages], vectors, sentences)
            for at in range(0, len(passages), self._batch):
                batch = passages[at : at + self._batch]
                self._collection.upsert(
                    ids=[passage.id for passage in batch],
                    embeddings=vectors[at : at + self._batch],
                    documents=[passage.text for passage in batch],
                    metadatas=[_metadata(passage) for passage in batch],
                )

    def delete(self, version_keys: Sequence[str]) -> None:
        with self._changing():
            for at in range(0, len(version_keys), self._batch):
                self._collection.delete(where={"version": {"$in": list(version_keys[at : at + self._batch])}})
            self._sentences.delete(version_keys)

    def search(self, vector: Vectors, limit: int, within: Collection[str] | None = None) -> list[Hit]:
        with self._explained():
            count = self.count()
            if within is None:
                return self._query(vector, min(limit, count))
            share = len(within) / max(1, self._sentences.versions())
            if share * count <= _FEW:
                return [Hit(id, score) for id, score in self._sentences.nearest(vector, within, limit)]
            depth = min(count, int(1.5 * limit / share) + limit)
            hits = deepened(lambda depth: self._query(vector, min(depth, count)), limit, within, depth, _DEEPEST)
            if hits is None:
                return self._query(vector, limit, ids=self._sentences.ids_of(within))
            return hits

    def sentences(self, ids: Sequence[str]) -> dict[str, Sentences]:
        with self._explained():
            return self._sentences.sentences(ids)

    def _query(self, vector: Vectors, limit: int, **allowed: Any) -> list[Hit]:
        if not limit:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"], **allowed)
        return [Hit(id, 1.0 - distance) for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[str]:
        with self._explained():
            return set(self._collection.get(include=[])["ids"]) & self._sentences.ids()  # half a passage is none

    def count(self) -> int:
        with self._explained():
            if self._held is None:
                self._held = min(int(self._collection.count()), self._sentences.count())
            return self._held

    def scrub(self) -> None:
        with self._explained():
            self._sentences.scrub()
            scrub(self._folder)

    def close(self) -> None:
        """The client is shared, and closed by whoever opened it."""
        self._sentences.close()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            with self._explained():
                yield
        finally:
            self._held = None

    def _explained(self) -> AbstractContextManager[None]:
        return _explained(self._name, self._folder)


def sentences_file(folder: Path, name: str) -> Path:
    """Where the sentences of a Chroma collection's passages lie."""
    return folder / f"{name}.sentences.db"


def scrub(folder: Path) -> None:
    """Overwrite what Chroma has deleted, and give the disk back.

    Chroma keeps the metadata of deleted records in its write-ahead table until it writes the vectors out, and never
    empties the pages that deleted rows leave. The vectors in that table are still needed; the metadata have been
    applied already. The folder of a deleted collection stays; and the unused part of a file of vectors holds whatever
    was in memory when it was made, words of articles among it.
    """
    with closing(sqlite3.connect(folder / "chroma.sqlite3", timeout=60)) as database:
        database.execute(
            "UPDATE embeddings_queue SET metadata = NULL WHERE id NOT IN (SELECT embedding_id FROM embeddings)"
        )
        database.commit()
        database.execute("VACUUM")
        used = {segment for (segment,) in database.execute("SELECT id FROM segments")}
    for vectors in (path for path in folder.iterdir() if path.is_dir()):
        if vectors.name in used:
            _blank_unused(vectors)
        else:
            shutil.rmtree(vectors)


def _blank_unused(folder: Path) -> None:
    """Zeros for the elements of an HNSW file that are not in use yet."""
    header, data = folder / "header.bin", folder / "data_level0.bin"
    if header.exists() and data.exists():
        # hnswlib's header: version, offset of level 0, room for elements, elements, bytes of an element
        _, _, _, count, size = struct.unpack_from("<iqqqq", header.read_bytes())
        unused = data.stat().st_size - count * size
        if unused > 0:
            with data.open("r+b") as file:
                file.seek(count * size)
                file.write(bytes(unused))


def _metadata(passage: Passage) -> dict[str, str | int]:
    article = passage.article
    values: dict[str, str | int | None] = {
        "article": article.id,
        "version": article.version_key,
        "start": passage.start,
        "end": passage.end,
        "title": article.title,
        "outlet": article.outlet,
        "url": article.url,
        "language": article.language,
        "published": int(article.published.first.strftime("%Y%m%d")) if article.published else None,
        "published_until": int(article.published.last.strftime("%Y%m%d")) if article.published else None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _explained(index: str, folder: Path) -> AbstractContextManager[None]:
    from chromadb.errors import ChromaError, InternalError

    # AttributeError: what Chroma stumbles over while it clears up after a file that it could not open.
    kinds = (ChromaError, InternalError, OSError, ValueError, RuntimeError, AttributeError, sqlite3.Error)
    return explained(f"vector index {index}", folder, kinds)
