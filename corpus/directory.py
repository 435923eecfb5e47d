"""What answers, with its particulars, in memory: filters are settled here, exactly, before anything is searched.

Loaded from the catalog at the first use, and again whenever the catalog has changed.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import select

from corpus.article import Dated, version_key
from corpus.database import Database
from corpus.schema import LIVE, ArticleRow, VersionRow

T = TypeVar("T")

_REMEMBERED = 256  # outcomes that are kept


def folded(name: str) -> str:
    """A name without case, accents and surplus blanks: how filters compare."""
    decomposed = unicodedata.normalize("NFKD", " ".join(name.split()).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article must meet; an empty field excludes nothing.

    ``since`` and ``until`` are days, inclusive. An article is within only if it is known to be: one of which no date is
    known is not, and one dated "2024" is within no window that is shorter than that year. ``known_by`` excludes only
    what is known to have been published later.
    """

    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    known_by: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Entry:
    """A live article version, as filters and rankings see it; names of outlets, authors and languages are folded."""

    key: str  # version key
    id: str
    outlet: str
    authors: frozenset[str]
    language: str
    first: date | None  # the first and the last day on which it may have been published
    last: date | None
    story: int | None = None
    title: str = ""


@dataclass(frozen=True)
class Shelf:
    """The live articles of one collection."""

    entries: tuple[Entry, ...]
    outlets: frozenset[str]  # names as written
    authors: frozenset[str]

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def by_outlet(self) -> Mapping[str, Sequence[Entry]]:
        """By the outlets' folded names."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.outlet, []).append(entry)
        return found

    @cached_property
    def folded_authors(self) -> Mapping[str, str]:
        """The authors' folded names with the names as written."""
        return {folded(name): name for name in sorted(self.authors)}

    @cached_property
    def languages(self) -> frozenset[str]:
        """The first parts of the articles' language tags."""
        return frozenset(entry.language.split("-")[0] for entry in self.entries if entry.language)

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of what is dated."""
        first = [entry.first for entry in self.entries if entry.first]
        last = [entry.last for entry in self.entries if entry.last]
        return (min(first), max(last)) if first else None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a filter can name: outlets, authors and languages, sorted, and the days that articles are from."""

    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, shelves: Sequence[Shelf]) -> Particulars:
        days = [day for shelf in shelves for day in shelf.days or ()]
        return cls(
            outlets=tuple(sorted({name for shelf in shelves for name in shelf.outlets}, key=folded)),
            authors=tuple(sorted({name for shelf in shelves for name in shelf.authors}, key=folded)),
            languages=tuple(sorted({code for shelf in shelves for code in shelf.languages})),
            first=min(days, default=None),
            last=max(days, default=None),
        )


_EMPTY = Shelf((), frozenset(), frozenset())


@dataclass(slots=True)
class Directory:
    """The shelves of all collections."""

    database: Database
    _revision: object = None
    _shelves: dict[str, Shelf] = field(default_factory=dict)
    _memory: dict[Hashable, Any] = field(default_factory=dict)
    _loading: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def shelf(self, collection: str) -> Shelf:
        """The collection's live articles, as the catalog has them now."""
        with self._loading:
            self._refresh()
            return self._shelves.get(collection, _EMPTY)

    def names(self) -> list[str]:
        """The collections that hold live articles."""
        with self._loading:
            self._refresh()
            return sorted(self._shelves)

    def matching(self, collection: str, wanted: Filter) -> frozenset[str]:
        """The version keys of the collection's live articles that meet the filter."""
        return self.remembered((collection, wanted), lambda: _matching(self.shelf(collection), wanted))

    def remembered(self, what: Hashable, make: Callable[[], T]) -> T:
        """``make``'s result, kept until the catalog changes."""
        with self._loading:
            self._refresh()
            if what not in self._memory:
                while len(self._memory) >= _REMEMBERED:
                    del self._memory[next(iter(self._memory))]
                self._memory[what] = make()
            found: T = self._memory[what]
            return found

    def _refresh(self) -> None:
        revision = self.database.revision()
        if revision is not None and revision == self._revision:
            return
        self._shelves = _shelves(self.database)
        self._memory.clear()
        self._revision = revision


def _matching(shelf: Shelf, wanted: Filter) -> frozenset[str]:
    outlets, authors = sorted(set(map(folded, wanted.outlets))), frozenset(map(folded, wanted.authors))
    of_outlets = [entry for name in outlets for entry in shelf.by_outlet.get(name, ())] if outlets else shelf.entries
    languages, articles = set(map(folded, wanted.languages)), set(wanted.articles)
    return frozenset(
        entry.key
        for entry in of_outlets
        if (not authors or authors & entry.authors)
        and (not languages or entry.language in languages or entry.language.split("-")[0] in languages)
        and (not articles or entry.id in articles)
        and (not wanted.since or (entry.first is not None and entry.first >= wanted.since))
        and (not wanted.until or (entry.last is not None and entry.last <= wanted.until))
        and (not wanted.known_by or entry.first is None or entry.first <= wanted.known_by)
    )


def _shelves(database: Database) -> dict[str, Shelf]:
    version = VersionRow
    columns = (version.sha256, version.title, version.outlet, version.authors, version.language, version.published)
    query = select(ArticleRow.collection, ArticleRow.id, ArticleRow.story, *columns).join(version.article)
    entries: dict[str, list[Entry]] = {}
    outlets: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    with database.session() as session:
        for row in session.execute(query.where(version.state == LIVE).order_by(version.key)):
            published = Dated(row.published) if row.published else None
            entry = Entry(
                key=version_key(row.id, row.sha256),
                id=row.id,
                title=row.title,
                outlet=folded(row.outlet or ""),
                authors=frozenset(map(folded, row.authors)),
                language=folded(row.language or ""),
                first=published.first if published else None,
                last=published.last if published else None,
                story=row.story,
            )
            entries.setdefault(row.collection, []).append(entry)
            outlets.setdefault(row.collection, set()).update({row.outlet} if row.outlet else ())
            names.setdefault(row.collection, set()).update(row.authors)
    return {
        name: Shelf(tuple(found), frozenset(outlets[name]), frozenset(names[name])) for name, found in entries.items()
    }
