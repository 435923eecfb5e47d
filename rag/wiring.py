"""The only place that chooses engines."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

from corpus.catalog import Catalog, writable_folder
from rag.assistant import Assistant
from rag.errors import HomeInUse, HomeNotWritable
from rag.indexing import Indexer
from rag.ports import Embedder, LexicalIndex, Splitter, VectorStore, Writer
from rag.retrieval import Retriever
from rag.selection import Selector
from rag.settings import Settings, load_settings
from rag.splitting import SentenceSplitter
from rag.verification import BuiltInJudge
from rag.writing import ExtractiveWriter, ModelWriter


def open_assistant(settings: Settings | None = None) -> Assistant:
    """An assistant over the home that the settings name (by default, from the environment).

    Engines are loaded, and the home is taken, at the first use that needs them.

    Raises:
        HomeNotWritable, CatalogCorrupt: the home cannot be used.
        SettingsError, MissingExtra: the chosen writer cannot be opened.
    """
    settings = settings or load_settings()
    home = writable_folder(settings.home)
    catalog = Catalog(home / "catalog.db")
    embedder = _embedder(settings)
    splitter = SentenceSplitter(settings.passages.size)
    fingerprint = _fingerprint(embedder, splitter)
    indexes = _Indexes(home, fingerprint)

    def close() -> None:
        indexes.close()
        catalog.close()

    return Assistant(
        catalog=catalog,
        indexer=Indexer(catalog, splitter, embedder, indexes.open, fingerprint),
        retriever=Retriever(catalog, embedder, indexes.open, settings.retrieval),
        selector=Selector(embedder),
        extractive=ExtractiveWriter(settings.answers.sentences, settings.answers.threshold),
        judge=BuiltInJudge(),
        model_writer=_model_writer(settings),
        close=close,
    )


def _embedder(settings: Settings) -> Embedder:
    from rag.backends.sentence_transformers import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.models.embedder)


def _model_writer(settings: Settings) -> Writer | None:
    if settings.models.writer == "extractive":
        return None
    from rag.backends.llama_index import open_language_model

    model = open_language_model(
        settings.models.writer, api_key=settings.models.api_key, timeout=settings.models.timeout
    )
    return ModelWriter(model)


def _fingerprint(embedder: Embedder, splitter: Splitter) -> str:
    """Names the indexes that this embedder and splitter fill: another model never meets an old index."""
    return hashlib.sha256(f"{embedder.fingerprint}\n{splitter.fingerprint}".encode()).hexdigest()[:12]


class _Indexes:
    """Opens the two indexes of each collection once, and holds the home's lock from the first on."""

    def __init__(self, home: Path, fingerprint: str) -> None:
        self._home = home
        self._fingerprint = fingerprint
        self._lock: Any = None
        self._opening = threading.Lock()  # the web app asks from several threads
        self._client: Any = None
        self._open: dict[str, tuple[VectorStore, LexicalIndex]] = {}

    def open(self, collection: str) -> tuple[VectorStore, LexicalIndex]:
        from rag.backends.chroma import ChromaVectorStore, collection_name, open_client
        from rag.backends.tantivy import TantivyIndex

        with self._opening:
            if collection not in self._open:
                self._take_home()
                if self._client is None:
                    self._client = open_client(self._home / "chroma")
                name = collection_name(collection, self._fingerprint)
                self._open[collection] = (
                    ChromaVectorStore(self._client, name),
                    TantivyIndex(self._home / "lexical" / name),
                )
            return self._open[collection]

    def _take_home(self) -> None:
        """An embedded Chroma folder is for one process.

        Raises:
            HomeInUse: another process has it.
        """
        import filelock

        if self._lock is None:
            lock = filelock.FileLock(self._home / "lock")
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout as error:
                raise HomeInUse(
                    f"Another Dossier is using {self._home}.",
                    hint="Ask there (in the web chat or the other terminal), or stop it, or set another DOSSIER_HOME.",
                ) from error
            except OSError as error:
                raise HomeNotWritable(
                    f"The home {self._home} cannot be locked ({error.strerror}).",
                    hint="Make it writable, or set DOSSIER_HOME to another folder.",
                ) from error
            self._lock = lock

    def close(self) -> None:
        for pair in self._open.values():
            for index in pair:
                index.close()
        self._open.clear()
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
