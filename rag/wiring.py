"""The only place that chooses engines."""

from __future__ import annotations

import hashlib
from pathlib import Path

from corpus.catalog import RECIPE, Catalog, writable_folder
from corpus.fetching import Limits
from rag.answer import Citation
from rag.assistant import Assistant
from rag.drafting import Drafter
from rag.engine import Engine, Recipe
from rag.errors import CatalogError
from rag.indexing import CONTENT, Indexer
from rag.judging import BuiltInJudge, ModelJudge
from rag.model_writing import ModelWriter
from rag.ports import Embedder, Judge, Reader, Reranker, Splitter, Storage
from rag.retrieval import Retriever
from rag.selection import Selector
from rag.settings import Models, Settings, load_settings
from rag.splitting import ParagraphSplitter
from rag.verification import Gate
from rag.writing import ExtractiveWriter


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
        drafter=_drafter(settings, catalog),
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
        selector=Selector(embedder, _reader(settings.models.reader)),
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


def _reader(name: str) -> Reader | None:
    if not name:
        return None
    from rag.backends.question_answering import QuestionAnsweringReader

    return QuestionAnsweringReader(name)


def _drafter(settings: Settings, catalog: Catalog) -> Drafter:
    return Drafter(
        gate=_gate(settings, catalog),
        extractive=ExtractiveWriter(settings.answers.sentences, settings.answers.threshold, settings.answers.doubt),
        model_writer=_model_writer(settings),
        leave_out=settings.answers.unsupported == "leave-out",
    )


def _gate(settings: Settings, catalog: Catalog) -> Gate:
    def stored(citation: Citation) -> str | None:
        try:
            return catalog.version(citation.collection, citation.article, citation.version).text
        except CatalogError:
            return None

    return Gate(open_judge(settings.models), stored)


def open_judge(models: Models) -> Judge:
    """The judge that the settings name.

    Raises:
        SettingsError, MissingExtra: it cannot be opened.
    """
    kind, _, model = models.judge.partition(":")
    if models.judge == "built-in":
        return BuiltInJudge()
    if kind == "entailment" and model:
        from rag.backends.entailment import EntailmentJudge

        return EntailmentJudge(model)
    from rag.backends.llama_index import open_language_model

    return ModelJudge(
        open_language_model(models.judge, api_key=models.api_key, timeout=models.timeout, context=models.context)
    )


def _model_writer(settings: Settings) -> ModelWriter | None:
    models = settings.models
    if models.writer == "extractive":
        return None
    from rag.backends.llama_index import open_language_model

    model = open_language_model(models.writer, api_key=models.api_key, timeout=models.timeout, context=models.context)
    return ModelWriter(model, models.context)


def _fingerprint(embedder: Embedder, splitter: Splitter) -> str:
    """Names the indexes that this embedder and splitter fill: another model never meets an old index."""
    parts = (embedder.fingerprint, splitter.fingerprint, CONTENT)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
