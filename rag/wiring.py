"""The only place that chooses engines."""

from __future__ import annotations

import hashlib
from pathlib import Path

from corpus.catalog import RECIPE, Catalog, writable_folder
from corpus.fetching import Limits
from rag.assistant import Assistant
from rag.engine import Engine, Recipe
from rag.indexing import CONTENT, Indexer
from rag.ports import Embedder, Reranker, Splitter, Storage, Writer
from rag.retrieval import Retriever
from rag.selection import Selector
from rag.settings import Settings, load_settings
from rag.splitting import ParagraphSplitter
from rag.verification import BuiltInJudge
from rag.writing import ExtractiveWriter, ModelWriter


def open_assistant(settings: Settings | None = None) -> Assistant:
    """An assistant over the home that the settings name (by default, from the environment).

    Models and indexes are opened, and the home is taken, at the first use that needs them.

    Raises:
        HomeNotWritable, CatalogCorrupt: the home cannot be used.
        SettingsError, MissingExtra: the chosen writer cannot be opened.
    """
    settings = settings or load_settings()
    folder = writable_folder(settings.home)
    catalog = Catalog(folder / "catalog.db")
    storage = _storage(folder)

    def engine(recipe: Recipe) -> Engine:
        return _engine(settings, catalog, storage, recipe)

    def close() -> None:
        storage.close()
        catalog.close()

    wanted = Recipe.wanted(settings)
    noted = catalog.noted(RECIPE)
    return Assistant(
        catalog=catalog,
        storage=storage,
        engine=engine(Recipe.model_validate_json(noted) if noted else wanted),
        build=engine,
        wanted=wanted,
        limits=Limits(**settings.fetching.model_dump()),
        extractive=ExtractiveWriter(settings.answers.sentences, settings.answers.threshold),
        judge=BuiltInJudge(),
        model_writer=_model_writer(settings),
        settings=settings.retrieval,
        close=close,
    )


def _engine(settings: Settings, catalog: Catalog, storage: Storage, recipe: Recipe) -> Engine:
    embedder = _embedder(recipe, settings.models.precision)
    splitter = ParagraphSplitter(recipe.size)
    fingerprint = _fingerprint(embedder, splitter)
    indexes = storage.indexes(fingerprint)
    return Engine(
        recipe=recipe,
        indexer=Indexer(catalog, splitter, embedder, indexes, fingerprint),
        retriever=Retriever(catalog, embedder, indexes, _reranker(settings.models.reranker), settings.retrieval),
        selector=Selector(embedder),
    )


def _storage(home: Path) -> Storage:
    from rag.backends.storage import DiskStorage

    return DiskStorage(home)


def _embedder(recipe: Recipe, precision: str) -> Embedder:
    from rag.backends.sentence_transformers import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(recipe.embedder, precision)


def _reranker(name: str) -> Reranker:
    if name == "sentences":
        from rag.reranking import SentenceReranker

        return SentenceReranker()
    from rag.backends.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(name)


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
    parts = (embedder.fingerprint, splitter.fingerprint, CONTENT)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
