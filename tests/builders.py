"""What the tests build again and again: articles, passages, and an assistant over fakes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.article import Article, SourceArticle, text_digest
from corpus.catalog import Catalog
from corpus.fetching import Limits
from rag.answer import Evidence
from rag.assistant import Assistant
from rag.backends.fake import HashingEmbedder, MemoryStorage
from rag.drafting import Drafter
from rag.engine import Engine, Recipe
from rag.indexing import Indexer
from rag.model_writing import ModelWriter
from rag.ports import LanguageModel, LexicalIndex, VectorStore
from rag.reranking import SentenceReranker
from rag.retrieval import Retriever, as_evidence
from rag.selection import Selector
from rag.settings import Retrieval
from rag.splitting import ParagraphSplitter
from rag.verification import BuiltInJudge, Gate
from rag.writing import ExtractiveWriter

LIGHTHOUSE = (
    "The lighthouse of Vennholm was lit in 1871. It burned whale oil until 1902. "
    "The keeper, Ottoline Marrek, counted 4,102 ships in her first year."
)
FERRY = (
    "The night ferry between Orrin and Vessel Point made its last crossing on Sunday. "
    "Blue Tern Lines lost 2.4 million crowns on the route. Mayor Ada Quist called the decision a mistake."
)


def source(text: str = LIGHTHOUSE, name: str = "light", **more: Any) -> SourceArticle:
    """An article as a reader finds it."""
    return SourceArticle(**{"id": name, "title": f"About {name}", "text": text, "origin": f"{name}.txt"} | more)


def stored(text: str = LIGHTHOUSE, name: str = "light", **more: Any) -> Article:
    """An article as the catalog gives it."""
    fields = {"collection": "sound", "title": f"About {name}", "origin": f"{name}.txt"}
    fields |= {"ingested": datetime(2024, 5, 1, tzinfo=UTC)}
    return Article(**fields | {"id": name, "text": text, "sha256": text_digest(text)} | more)


def evidence(text: str = LIGHTHOUSE, marker: int = 1, size: int = 4000, **more: Any) -> Evidence:
    """The first passage of an article made of the text, under a number."""
    return as_evidence(ParagraphSplitter(size).split(stored(text, **more))[0], marker, {})


class MemoryLegs(MemoryStorage):
    """Indexes in memory; called, it gives those of a collection that an assistant built here uses at first."""

    def __call__(self, collection: str) -> tuple[VectorStore, LexicalIndex]:
        return self.indexes("fakes")(collection)


def build_assistant(
    home: Path,
    model: LanguageModel | None = None,
    *,
    legs: MemoryLegs | None = None,
    articles: Sequence[SourceArticle] = (),
    collection: str = "sound",
    size: int = 300,
    threshold: float = 0.5,
) -> Assistant:
    """An assistant as the wiring builds it, over fakes, and a catalog in ``home``."""
    catalog = Catalog(home / "catalog.db")
    legs = legs or MemoryLegs()
    first = Recipe(embedder="fakes", size=size)

    def build(recipe: Recipe) -> Engine:
        embedder = HashingEmbedder()
        fingerprint = "fakes" if recipe == first else str(recipe)
        return Engine(
            recipe=recipe,
            indexer=Indexer(catalog, ParagraphSplitter(recipe.size), embedder, legs.indexes(fingerprint), fingerprint),
            retriever=Retriever(catalog, embedder, legs.indexes(fingerprint), SentenceReranker(), Retrieval()),
            selector=Selector(embedder),
        )

    assistant = Assistant(
        catalog=catalog,
        storage=legs,
        engine=build(first),
        build=build,
        wanted=first,
        limits=Limits(private_addresses=True),
        drafter=Drafter(Gate(BuiltInJudge()), ExtractiveWriter(3, threshold), ModelWriter(model) if model else None),
        settings=Retrieval(),
        close=catalog.close,
    )
    if articles:
        catalog.put(collection, articles)
        assistant.index()
    return assistant
