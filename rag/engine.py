"""What depends on how articles are cut and embedded, as one piece: when that changes, all of it is replaced at once."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from rag.indexing import Indexer
from rag.ports import Indexes
from rag.retrieval import Retriever
from rag.selection import Selector
from rag.settings import Settings


class Recipe(BaseModel):
    """How an index is made: which embedder, and passages of how many characters."""

    model_config = ConfigDict(frozen=True)

    embedder: str
    size: int

    @classmethod
    def wanted(cls, settings: Settings) -> Recipe:
        return cls(embedder=settings.models.embedder, size=settings.passages.size)

    def __str__(self) -> str:
        return f"{self.embedder}, {self.size} characters"


@dataclass(frozen=True, slots=True)
class Engine:
    """Indexing and searching by one recipe."""

    recipe: Recipe
    indexer: Indexer
    retriever: Retriever
    selector: Selector

    @property
    def fingerprint(self) -> str:
        return self.indexer.fingerprint

    @property
    def indexes(self) -> Indexes:
        return self.indexer.indexes
