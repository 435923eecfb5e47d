"""What an article is: frozen data, standard library only.

The offset invariant holds everywhere: ``article.text[p.start:p.end] == p.text`` for every passage ``p``
of that version. Offsets count characters (Unicode code points) and are half-open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Provenance = Literal["given", "metadata", "url", "text", "file", "unknown"]


def text_digest(text: str) -> str:
    """The sha256 of a text in UTF-8, 64 hex digits: the identity of an article version."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Dated:
    """A day or an instant, and how we came to know it.

    ``value`` is ISO 8601, ``YYYY-MM-DD`` or a full instant with its own zone; zones are kept, never converted.
    """

    value: str
    provenance: Provenance = "given"

    @property
    def day(self) -> date:
        """The calendar day as written, in the source's own zone."""
        return date.fromisoformat(self.value[:10])


@dataclass(frozen=True, slots=True)
class SourceArticle:
    """One article as a reader found it, before the catalog knows it.

    ``id`` is the identity that the source itself gives (a record's ``id``), or derived from ``origin``;
    the same id in the same collection is the same article, so reading it again is an update.
    """

    id: str
    title: str
    text: str
    origin: str  # the file (with "#id" for a record in it) or the URL it was read from
    url: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None  # BCP 47, as given
    published: Dated | None = None
    updated: Dated | None = None

    @property
    def sha256(self) -> str:
        return text_digest(self.text)


@dataclass(frozen=True, slots=True)
class Article:
    """One immutable version of a catalogued article."""

    collection: str
    id: str
    sha256: str  # of `text`: the version
    title: str
    text: str
    origin: str
    ingested: datetime  # aware, UTC; never a stand-in for `published`
    url: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    published: Dated | None = None
    updated: Dated | None = None

    @property
    def version_key(self) -> str:
        """Names this version among all articles of its collection: ``id@`` and 16 hex digits of the sha256."""
        return f"{self.id}@{self.sha256[:16]}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article version: the unit that is embedded and retrieved."""

    article: Article = field(repr=False)
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def id(self) -> str:
        """Deterministic, so that every index write is an idempotent upsert."""
        return passage_id(self.article.version_key, self.start, self.end)


def passage_id(version_key: str, start: int, end: int) -> str:
    """``id@digest:start-end``."""
    return f"{version_key}:{start}-{end}"


def parse_passage_id(value: str) -> tuple[str, int, int]:
    """The inverse of `passage_id`: (version key, start, end).

    Raises:
        ValueError: the value is not a passage id.
    """
    key, _, span = value.rpartition(":")
    start, _, end = span.partition("-")
    if not key:
        raise ValueError(f"not a passage id: {value!r}")
    return key, int(start), int(end)
