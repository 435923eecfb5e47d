"""The durable truth: collections, articles and their versions.

Everything else (Chroma, the lexical index) is derived from here and can be rebuilt. What still has to be indexed is
not a queue but a question about the rows (`Catalog.unindexed`, `Catalog.leftover`), so it cannot get out of step.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from sqlalchemy import ColumnElement, and_, create_engine, delete, event, func, or_, select, update
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, contains_eager

from corpus.article import Article, Dated, Provenance, SourceArticle, text_digest
from corpus.errors import CatalogCorrupt, CatalogError, HomeNotWritable, UnknownCollection
from corpus.schema import DELETED, LIVE, PENDING, RETIRED, ArticleRow, Base, CollectionRow, VersionRow

Outcome = Literal["added", "changed", "unchanged"]
_PARTLY = "partly"  # for `VersionRow.indexed`: some index may hold this version, incomplete or with other metadata


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection and how many live articles it holds."""

    name: str
    articles: int


class Catalog:
    """Collections, articles and versions in one database.

    Args:
        location: a SQLAlchemy URL, or the path of a SQLite file, made if absent.

    Raises:
        HomeNotWritable: the file cannot be made or written.
        CatalogCorrupt: the file is not a catalog.
    """

    def __init__(self, location: str | Path) -> None:
        self._location = str(location)
        url = self._location if "://" in self._location else f"sqlite:///{self._location}"
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _tune_sqlite)
        with self._explained():
            Base.metadata.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    # Writing

    def put(self, collection: str, articles: Iterable[SourceArticle]) -> Iterator[Outcome]:
        """Store articles in one transaction, committed when the iterator is exhausted.

        A known id with the same text is unchanged (new metadata is taken over); with another text it gets a new,
        pending version, and the old one answers until the new one is indexed.
        """
        with self._session() as session:
            if session.get(CollectionRow, collection) is None:
                session.add(CollectionRow(name=collection, created=datetime.now(UTC)))
                session.flush()
            for article in articles:
                yield _put(session, collection, article)

    def mark_indexing(self, versions: Sequence[Article]) -> None:
        """Note that an index may hold parts of these versions from now on. Called before anything is written to it."""
        self._set_indexed(versions, _PARTLY)

    def publish(self, versions: Sequence[Article], index: str) -> None:
        """``index`` holds these versions whole: they go live, and what they replace retires, in one transaction."""
        with self._session() as session:
            for row in _rows(session, versions):
                for other in row.article.versions:
                    if other is not row and other.state == LIVE:
                        other.state = RETIRED
                row.state = LIVE
                row.indexed = index

    def mark_removed(self, versions: Sequence[Article]) -> None:
        """No index holds these retired versions any more."""
        self._set_indexed(versions, None)

    def delete(self, collection: str, article_ids: Sequence[str] | None = None) -> int:
        """Stop articles (all of the collection's, if none are named) from answering; how many there were.

        They are gone for good after `purge`, once no index holds them.

        Raises:
            UnknownCollection: no collection of that name.
            CatalogError: one of the ids names no article; nothing is deleted.
        """
        self.require(collection)
        with self._session() as session:
            rows = list(session.scalars(select(ArticleRow).where(ArticleRow.collection == collection)))
            if article_ids is not None:
                unknown = sorted(set(article_ids) - {row.id for row in rows})
                if unknown:
                    raise CatalogError(
                        f"There is no article {unknown[0]} in “{collection}”.", hint="dossier articles lists them."
                    )
                rows = [row for row in rows if row.id in set(article_ids)]
            for version in (version for row in rows for version in row.versions):
                version.state = DELETED
            return len(rows)

    def purge(self) -> None:
        """Remove what was deleted and is in no index any more."""
        with self._session() as session:
            gone = (VersionRow.state == DELETED, VersionRow.indexed.is_(None))
            session.execute(delete(VersionRow).where(*gone))
            session.execute(delete(ArticleRow).where(~ArticleRow.versions.any()))

    def drop(self, collection: str) -> None:
        """Forget a collection that holds no articles any more; one that does is left alone."""
        with self._session() as session:
            holds = select(ArticleRow.key).where(ArticleRow.collection == CollectionRow.name).exists()
            session.execute(delete(CollectionRow).where(CollectionRow.name == collection, ~holds))

    def mark_outdated(self, collection: str) -> None:
        """The index of a collection cannot be trusted: all its live versions are to be indexed again."""
        keys = select(ArticleRow.key).where(ArticleRow.collection == collection)
        live = (VersionRow.state == LIVE, VersionRow.article_key.in_(keys))
        with self._session() as session:
            session.execute(update(VersionRow).where(*live).values(indexed=_PARTLY))

    def _set_indexed(self, versions: Sequence[Article], index: str | None) -> None:
        with self._session() as session:
            for row in _rows(session, versions):
                row.indexed = index

    # Reading

    def collections(self) -> list[CollectionInfo]:
        """All collections by name, with the number of articles that are live or about to be."""
        counted = (
            select(CollectionRow.name, func.count(func.distinct(VersionRow.article_key)))
            .outerjoin(ArticleRow, ArticleRow.collection == CollectionRow.name)
            .outerjoin(
                VersionRow, and_(VersionRow.article_key == ArticleRow.key, VersionRow.state.in_((PENDING, LIVE)))
            )
            .group_by(CollectionRow.name)
            .order_by(CollectionRow.name)
        )
        with self._session() as session:
            return [CollectionInfo(name, count) for name, count in session.execute(counted)]

    def require(self, collection: str) -> None:
        """Raises UnknownCollection unless there is such a collection."""
        known = [info.name for info in self.collections()]
        if collection not in known:
            hint = f"There are: {', '.join(known)}." if known else "Add articles first: dossier add PATH."
            raise UnknownCollection(f'There is no collection "{collection}".', hint=hint)

    def unindexed(self, index: str, collection: str | None = None) -> Iterator[Article]:
        """Versions that should be in ``index`` and are not known to be there whole.

        Those that answer come before those that replace them, so that publishing in this order leaves the right ones.
        """
        wanted = or_(
            VersionRow.state == PENDING,
            and_(VersionRow.state == LIVE, or_(VersionRow.indexed.is_(None), VersionRow.indexed != index)),
        )
        yield from self._versions(wanted, collection)

    def leftover(self) -> Iterator[Article]:
        """Retired and deleted versions that an index may still hold."""
        gone = VersionRow.state.in_((RETIRED, DELETED))
        yield from self._versions(and_(gone, VersionRow.indexed.is_not(None)), None)

    def articles(self, collection: str) -> Iterator[Article]:
        """The newest version of each article of a collection, in the order in which they came.

        Raises:
            UnknownCollection: no collection of that name.
        """
        self.require(collection)
        newest = {article.id: article for article in self._versions(VersionRow.state.in_((PENDING, LIVE)), collection)}
        yield from newest.values()

    def live(self, collection: str, version_keys: Iterable[str]) -> dict[str, Article]:
        """Of the given version keys, those that are live, by key. What is not live is left out."""
        wanted = dict.fromkeys(version_keys)
        ids = {key.rpartition("@")[0] for key in wanted}
        found = self._versions(and_(VersionRow.state == LIVE, ArticleRow.id.in_(ids)), collection)
        return {article.version_key: article for article in found if article.version_key in wanted}

    def version(self, collection: str, article_id: str, sha256: str) -> Article:
        """One version, live or not, so that every citation ever given can be shown.

        Raises:
            CatalogError: it is not stored.
        """
        wanted = and_(ArticleRow.id == article_id, VersionRow.sha256 == sha256)
        found = next(self._versions(wanted, collection), None)
        if found is None:
            raise CatalogError(f"The cited version of {article_id} is not in the catalog.", hint="It was deleted.")
        return found

    def _versions(self, wanted: ColumnElement[bool], collection: str | None) -> Iterator[Article]:
        query = (
            select(VersionRow)
            .join(VersionRow.article)
            .options(contains_eager(VersionRow.article))
            .where(wanted)
            .order_by(VersionRow.state, VersionRow.key)  # live, pending, retired
        )
        if collection is not None:
            query = query.where(ArticleRow.collection == collection)
        with self._session() as session:
            yield from [_article(row) for row in session.scalars(query)]

    # Errors in words

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._explained(), Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise self._operational(str(error.orig)) from error
        except DatabaseError as error:
            raise CatalogCorrupt(
                f"The catalog {self._location} cannot be read ({error.orig}).",
                hint="Restore it from a backup, or move it away and add your articles again.",
            ) from error

    def _operational(self, reason: str) -> CatalogError:
        if "locked" in reason:
            return CatalogError(
                f"The catalog {self._location} is busy in another program.",
                hint="Wait for it, or stop it, and try again.",
            )
        if "readonly" in reason or "unable to open" in reason or "disk" in reason:
            return HomeNotWritable(
                f"The catalog {self._location} cannot be written ({reason}).",
                hint="Make its folder writable and free some space, or set DOSSIER_HOME to another folder.",
            )
        return CatalogCorrupt(
            f"The catalog {self._location} is not usable ({reason}).",
            hint="Restore it from a backup, or move it away and add your articles again.",
        )


def _tune_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _put(session: Session, collection: str, article: SourceArticle) -> Outcome:
    row = _row_of(session, collection, article.id)
    if row is not None and _another_article(row, article):
        # Two sources number their articles alike ("1", "2", …); neither may overwrite the other.
        other_id = f"{article.id}~{text_digest(_file_of(article.origin))[:8]}"
        article = replace(article, id=other_id)
        row = _row_of(session, collection, other_id)
    outcome: Outcome = "changed" if row else "added"
    if row is None:
        row = ArticleRow(collection=collection, id=article.id)
        session.add(row)
        session.flush()
    versions = {version.sha256: version for version in row.versions}
    version = versions.get(article.sha256)
    overtaken = [other for other in versions.values() if other.state == PENDING and other is not version]
    for other in overtaken:
        other.state = RETIRED
    if version is not None and version.state in (PENDING, LIVE):
        if _take_metadata(version, article):
            version.indexed = _PARTLY  # the indexes carry headline and date too
            return "changed"
        return "changed" if overtaken else "unchanged"
    if version is None:
        version = VersionRow(article=row, sha256=article.sha256, text=article.text)
        session.add(version)
    version.state = PENDING
    version.ingested = datetime.now(UTC)
    _take_metadata(version, article)
    session.flush()
    return outcome


def _row_of(session: Session, collection: str, article_id: str) -> ArticleRow | None:
    return session.scalar(select(ArticleRow).where(ArticleRow.collection == collection, ArticleRow.id == article_id))


def _another_article(row: ArticleRow, article: SourceArticle) -> bool:
    """Whether an article with a known id is not the known article: another file, and nothing else in common."""
    return not any(
        _file_of(known.origin) == _file_of(article.origin)
        or known.sha256 == article.sha256
        or known.title == article.title
        or (known.url is not None and known.url == article.url)
        for known in row.versions
    )


def _file_of(origin: str) -> str:
    """The file of a record's origin: ``news.jsonl:12`` → ``news.jsonl``."""
    file, _, line = origin.rpartition(":")
    return file if file and line.isdigit() else origin


def _take_metadata(version: VersionRow, article: SourceArticle) -> bool:
    """Copy what is known besides the text; whether anything differed."""
    new = {
        "title": article.title,
        "origin": article.origin,
        "url": article.url,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "language": article.language,
        "published": article.published.value if article.published else None,
        "published_from": article.published.provenance if article.published else None,
        "updated": article.updated.value if article.updated else None,
        "updated_from": article.updated.provenance if article.updated else None,
    }
    differs = any(getattr(version, name) != value for name, value in new.items())
    for name, value in new.items():
        setattr(version, name, value)
    return differs


def _rows(session: Session, versions: Sequence[Article]) -> list[VersionRow]:
    found: list[VersionRow] = []
    for version in versions:
        wanted = (ArticleRow.collection == version.collection, ArticleRow.id == version.id)
        query = select(VersionRow).join(VersionRow.article).where(*wanted, VersionRow.sha256 == version.sha256)
        found += session.scalars(query)
    return found


def _article(row: VersionRow) -> Article:
    return Article(
        collection=row.article.collection,
        id=row.article.id,
        sha256=row.sha256,
        title=row.title,
        text=row.text,
        origin=row.origin,
        ingested=row.ingested if row.ingested.tzinfo else row.ingested.replace(tzinfo=UTC),
        url=row.url,
        outlet=row.outlet,
        authors=tuple(row.authors),
        language=row.language,
        published=_dated(row.published, row.published_from),
        updated=_dated(row.updated, row.updated_from),
    )


def _dated(value: str | None, provenance: str | None) -> Dated | None:
    return Dated(value, cast(Provenance, provenance or "unknown")) if value else None


def writable_folder(path: Path) -> Path:
    """The folder, made if absent.

    Raises:
        HomeNotWritable: it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeNotWritable(
            f"The folder {path} cannot be made ({error.strerror}).", hint="Set DOSSIER_HOME to a folder you can write."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise HomeNotWritable(
            f"The folder {path} cannot be written.",
            hint="Change its permissions, or set DOSSIER_HOME to another folder.",
        )
    return path
