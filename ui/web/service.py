"""What the web front end needs of the assistant; `rag.assistant.Assistant` fits, and so does a scripted double."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from corpus.article import Article
from corpus.directory import Particulars
from rag.answer import Event, Turn
from rag.scope import Scope


class CollectionInfo(Protocol):
    """A collection as the picker shows it."""

    @property
    def name(self) -> str: ...

    @property
    def articles(self) -> int: ...


class Assistant(Protocol):
    """The service behind the page; every method may raise `DossierError`."""

    @property
    def writer(self) -> str: ...

    def collections(self) -> Sequence[CollectionInfo]: ...

    def particulars(self, collection: str | None = None) -> Particulars: ...

    def stream(self, question: str, history: Sequence[Turn] = (), *, scope: Scope | None = None) -> Iterator[Event]: ...

    def article(self, collection: str, article_id: str, version: str) -> Article: ...
