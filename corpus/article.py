"""What an article is: frozen data, standard library only.

The offset invariant holds everywhere: ``article.text[p.start:p.end] == p.text`` for every passage ``p``
of that version. Offsets count characters (Unicode code points) and are half-open.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

# How a particular of an article came to be known; "text" is what was told from its own words.
Provenance = Literal["given", "metadata", "url", "text", "file", "unknown"]
Precision = Literal["instant", "day", "month", "year"]
Extent = Literal["full", "summary"]  # "summary": the source (a feed, say) carries only the beginning of the article
# What an article's id was made of: an id that its source states, its address, or the path of its file.
Identity = Literal["given", "url", "path"]


def text_digest(text: str) -> str:
    """The sha256 of a text in UTF-8, 64 hex digits: the identity of an article version."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Dated:
    """A year, a month, a day or an instant, and how we came to know it.

    ``value`` is ISO 8601, as precise as the source was: ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, or a full instant with
    its own zone; zones are kept, never converted.
    """

    value: str
    provenance: Provenance = "given"

    @property
    def precision(self) -> Precision:
        known: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
        return known.get(len(self.value), "instant")

    @property
    def calendar(self) -> str:
        """The date without the hour, as precise as it is known: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
        return self.value[:10]

    @property
    def first(self) -> date:
        """The first calendar day that it may be, as written, in the source's own zone."""
        return date.fromisoformat((self.calendar + "-01-01")[:10])

    @property
    def last(self) -> date:
        """The last calendar day that it may be."""
        if self.precision == "year":
            return date(self.first.year, 12, 31)
        if self.precision == "month":
            return date(self.first.year, self.first.month, monthrange(self.first.year, self.first.month)[1])
        return self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is known of an article besides its text. What a source does not state is None, never guessed."""

    title: str
    url: str | None = None  # canonical: no tracking parameters, no fragment
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None  # BCP 47
    language_from: Provenance | None = None
    published: Dated | None = None
    updated: Dated | None = None
    extent: Extent = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceArticle(Description):
    """One article as a reader found it, before the catalog knows it.

    The same id in the same collection is the same article, so reading it again is an update.
    """

    id: str
    text: str
    origin: str  # the file (with ":n" for the n-th record in it, "/name" for a member of an archive) or the address
    file: str = ""  # what holds it, whatever its place in there; if not given, `origin` without its ":n"
    identity: Identity = "given"

    def __post_init__(self) -> None:
        if not self.file:
            head, _, number = self.origin.rpartition(":")
            object.__setattr__(self, "file", head if head and number.isdigit() else self.origin)

    @property
    def sha256(self) -> str:
        return text_digest(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Description):
    """One immutable version of a catalogued article."""

    collection: str
    id: str
    sha256: str  # of `text`: the version
    text: str
    origin: str
    file: str = ""
    ingested: datetime  # aware, UTC; never a stand-in for `published`

    @property
    def version_key(self) -> str:
        """Names this version among all articles of its collection."""
        return version_key(self.id, self.sha256)


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


def version_key(article_id: str, sha256: str) -> str:
    """``id@`` and 16 hex digits of the sha256."""
    return f"{article_id}@{sha256[:16]}"


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
