"""The durable truth: collections, articles and their versions.

Everything else (Chroma, the lexical index) is derived from here and can be rebuilt. What still has to be indexed is
not a queue but a question about the rows (`Catalog.unindexed`, `Catalog.leftover`), so it cannot get out of step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager

from corpus import stories
from corpus.article import Article, SourceArticle, version_key
from corpus.database import Database, writable_folder
from corpus.directory import Directory
from corpus.errors import CatalogError, UnknownCollection
from corpus.schema import (
    DELETED,
    LIVE,
    PENDING,
    RETIRED,
    ArticleRow,
    CollectionRow,
    FeedRow,
    FileRow,
    NoteRow,
    VersionRow,
)
from corpus.storing import PARTLY, Outcome, as_article, store

RECIPE = "recipe"  # the note that says how the serving index was made
_CHUNK = 64  # versions whose texts are in memory at once


# Which index a call is about: the one that answers questions, or the one that is being built beside it.
Slot = Literal["serving", "building"]
_COLUMN = {"serving": VersionRow.indexed, "building": VersionRow.building}


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection and how many live articles it holds."""

    name: str
    articles: int


class Catalog:
    """Collections, articles and versions in one database; ``location`` as for `Database`.

    Raises:
        HomeNotWritable: the file cannot be made or written.
        CatalogCorrupt: the file is not a catalog.
    """

    def __init__(self, location: str | Path) -> None:
        self.database = Database(location)
        self.directory = Directory(self.database)

    def close(self) -> None:
        self.database.close()

    # Writing

    def put(self, collection: str, articles: Iterable[SourceArticle]) -> list[Outcome]:
        """Store articles in one transaction.

        A known article with the same text is unchanged (new particulars are taken over); with another text it gets a
        new, pending version, and the old one answers until the new one is indexed.
        """
        outcomes: list[Outcome] = []
        with self.database.session() as session:
            if session.get(CollectionRow, collection) is None:
                session.add(CollectionRow(name=collection, created=datetime.now(UTC)))
                session.flush()
            for article in articles:
                outcome, row = store(session, collection, article)
                if outcome != "unchanged":
                    stories.place(session, row, article.text, new=outcome == "added")
                outcomes.append(outcome)
        return outcomes

    def files(self, collection: str) -> dict[str, tuple[bytes, int]]:
        """The files that were read whole into a collection: the digest of what was read, and how many articles."""
        query = select(FileRow.file, FileRow.digest, FileRow.articles).where(FileRow.collection == collection)
        with self.database.session() as session:
            return {file: (digest, articles) for file, digest, articles in session.execute(query)}

    def remember_files(self, collection: str, files: Mapping[str, tuple[bytes, int]]) -> None:
        """These files were read whole: the same bytes need not be read again."""
        with self.database.session() as session:
            if session.get(CollectionRow, collection) is not None:
                for file, (digest, articles) in files.items():
                    session.merge(FileRow(collection=collection, file=file, digest=digest, articles=articles))

    def feed_state(self, collection: str, url: str) -> tuple[str | None, str | None]:
        """The ETag and the Last-Modified that a watched address gave when it was last read into the collection."""
        with self.database.session() as session:
            row = session.get(FeedRow, (collection, url))
            return (row.etag, row.modified) if row else (None, None)

    def remember_feed(self, collection: str, url: str, etag: str | None, modified: str | None) -> None:
        with self.database.session() as session:
            session.merge(FeedRow(collection=collection, url=url, etag=etag, modified=modified))

    def article_files(self, collection: str) -> set[str]:
        """The files that hold the collection's articles."""
        query = select(VersionRow.file).join(VersionRow.article).distinct()
        wanted = (ArticleRow.collection == collection, VersionRow.state.in_((PENDING, LIVE)))
        with self.database.session() as session:
            return set(session.scalars(query.where(*wanted)))

    def mark_indexing(self, versions: Sequence[Article], slot: Slot = "serving") -> None:
        """Note that an index may hold parts of these versions from now on. Called before anything is written to it."""
        self._set_indexed(versions, PARTLY, slot)

    def publish(self, versions: Sequence[Article], index: str, slot: Slot = "serving") -> None:
        """``index`` holds these versions whole. If it is the serving one they go live, and what they replace retires,
        in one transaction."""
        with self.database.session() as session:
            for row in _rows(session, versions):
                setattr(row, _COLUMN[slot].key, index)
                if slot == "serving":
                    for other in row.article.versions:
                        if other is not row and other.state == LIVE:
                            other.state = RETIRED
                    row.state = LIVE

    def mark_removed(self, versions: Sequence[Article], slot: Slot = "serving") -> None:
        """The index holds these retired versions no more."""
        self._set_indexed(versions, None, slot)

    def swap(self, index: str, recipe: str) -> bool:
        """Let ``index``, built beside the serving one by ``recipe``, take its place.

        False, and nothing is done, if it lacks a live version by now.
        """
        with self.database.session() as session:
            lacks = VersionRow.building.is_(None) | (VersionRow.building != index)
            waiting = (VersionRow.state == PENDING) | ((VersionRow.state == LIVE) & lacks)
            if session.scalar(select(VersionRow.key).where(waiting).limit(1)) is not None:
                return False
            session.execute(update(VersionRow).values(indexed=VersionRow.building, building=None))
            session.merge(NoteRow(name=RECIPE, value=recipe))
            return True

    def delete(self, collection: str, article_ids: Sequence[str] | None = None) -> int:
        """Stop articles (all of the collection's, if none are named) from answering; how many there were.

        They are gone for good after `purge`, once no index holds them.

        Raises:
            UnknownCollection: no collection of that name.
            CatalogError: one of the ids names no article; nothing is deleted.
        """
        self.require(collection)
        with self.database.session() as session:
            rows = list(session.scalars(select(ArticleRow).where(ArticleRow.collection == collection)))
            if article_ids is not None:
                unknown = sorted(set(article_ids) - {row.id for row in rows})
                if unknown:
                    raise CatalogError(
                        f"There is no article {unknown[0]} in “{collection}”.", hint="dossier articles lists them."
                    )
                rows = [row for row in rows if row.id in set(article_ids)]
            for row in rows:
                stories.remove(session, row)
                for version in row.versions:
                    version.state = DELETED
                    in_file = (FileRow.collection == collection, FileRow.file == version.file)
                    session.execute(delete(FileRow).where(*in_file))  # the file would bring the article back if added
            return len(rows)

    def purge(self) -> int:
        """Remove what was deleted and is in no index any more, from the disk too; how many versions there were."""
        with self.database.session() as session:
            gone = (VersionRow.state == DELETED, VersionRow.indexed.is_(None), VersionRow.building.is_(None))
            count = session.scalar(select(func.count()).select_from(VersionRow).where(*gone)) or 0
            session.execute(delete(VersionRow).where(*gone))
            session.execute(delete(ArticleRow).where(~ArticleRow.versions.any()))
        if count:
            self.database.forget_deleted()
        return count

    def drop(self, collection: str) -> None:
        """Forget a collection that holds no articles any more; one that does is left alone."""
        with self.database.session() as session:
            holds = select(ArticleRow.key).where(ArticleRow.collection == CollectionRow.name).exists()
            session.execute(delete(CollectionRow).where(CollectionRow.name == collection, ~holds))

    def mark_outdated(self, collection: str, version_keys: Iterable[str] | None = None) -> None:
        """The serving index cannot be trusted with live versions (all of the collection's, if none are named): they
        are to be indexed again."""
        wanted = VersionRow.state == LIVE
        with self.database.session() as session:
            if version_keys is None:
                keys = select(ArticleRow.key).where(ArticleRow.collection == collection)
                session.execute(
                    update(VersionRow).where(wanted, VersionRow.article_key.in_(keys)).values(indexed=PARTLY)
                )
                return
            for version in version_keys:
                article_id, _, digest = version.rpartition("@")
                keys = select(ArticleRow.key).where(ArticleRow.collection == collection, ArticleRow.id == article_id)
                these = (wanted, VersionRow.article_key.in_(keys), VersionRow.sha256.startswith(digest))
                session.execute(update(VersionRow).where(*these).values(indexed=PARTLY))

    def note(self, name: str, value: str) -> None:
        """Remember a fact about the home itself."""
        with self.database.session() as session:
            session.merge(NoteRow(name=name, value=value))

    def _set_indexed(self, versions: Sequence[Article], index: str | None, slot: Slot) -> None:
        with self.database.session() as session:
            for row in _rows(session, versions):
                setattr(row, _COLUMN[slot].key, index)

    # Reading

    def noted(self, name: str) -> str | None:
        """What `note` stored under this name."""
        with self.database.session() as session:
            return session.scalar(select(NoteRow.value).where(NoteRow.name == name))

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
        with self.database.session() as session:
            return [CollectionInfo(name, count) for name, count in session.execute(counted)]

    def require(self, collection: str) -> None:
        """Raises UnknownCollection unless there is such a collection."""
        with self.database.session() as session:
            known = sorted(session.scalars(select(CollectionRow.name)))
        if collection not in known:
            hint = f"There are: {', '.join(known)}." if known else "Add articles first: dossier add PATH."
            raise UnknownCollection(f'There is no collection "{collection}".', hint=hint)

    def unindexed(self, index: str, collection: str | None = None, slot: Slot = "serving") -> Iterator[Article]:
        """Versions that should be in ``index`` and are not known to be there whole, a few in memory at a time.

        Those that answer come before those that replace them, so that publishing in this order leaves the right ones.
        """
        yield from self._versions(_lacking(index, slot), collection)

    def count_unindexed(self, index: str, slot: Slot = "serving") -> int:
        """How many versions `unindexed` would give."""
        with self.database.session() as session:
            return session.scalar(select(func.count()).select_from(VersionRow).where(_lacking(index, slot))) or 0

    def leftover(self, slot: Slot = "serving", *, deleted: bool = False) -> Iterator[Article]:
        """Retired (or deleted) versions that the index may still hold."""
        gone = VersionRow.state == (DELETED if deleted else RETIRED)
        yield from self._versions(and_(gone, _COLUMN[slot].is_not(None)), None)

    def articles(self, collection: str) -> Iterator[Article]:
        """The newest version of each article of a collection, in the order in which they came.

        Raises:
            UnknownCollection: no collection of that name.
        """
        self.require(collection)
        newer = aliased(VersionRow)
        replaced = exists().where(newer.article_key == VersionRow.article_key, newer.state == PENDING)
        newest = or_(VersionRow.state == PENDING, and_(VersionRow.state == LIVE, ~replaced))
        yield from self._versions(newest, collection, VersionRow.article_key)

    def live(self, collection: str, version_keys: Iterable[str]) -> dict[str, Article]:
        """Of the given version keys, those that are live, by key. What is not live is left out."""
        wanted = dict.fromkeys(version_keys)
        ids = {key.rpartition("@")[0] for key in wanted}
        # By columns, not by objects: every question comes through here. The state is looked at afterwards: SQLite would
        # go through all live versions by its index.
        query = select(ArticleRow.collection, ArticleRow.id, *VersionRow.__table__.columns[1:]).join(VersionRow.article)
        query = query.where(ArticleRow.collection == collection, ArticleRow.id.in_(ids))
        with self.database.session() as session:
            found = [as_article(row, row) for row in session.execute(query) if row.state == LIVE]
        return {article.version_key: article for article in found if article.version_key in wanted}

    def live_articles(self, collection: str) -> Iterator[Article]:
        """The versions of a collection that answer, a few in memory at a time."""
        yield from self._versions(VersionRow.state == LIVE, collection)

    def unsettled(self, collection: str, index: str) -> set[str]:
        """The version keys of which ``index`` may hold anything: work on them was begun, or is still to be done."""
        unknown = or_(VersionRow.indexed.is_not(None) & (VersionRow.indexed != index), _lacking(index, "serving"))
        gone = VersionRow.state.in_((RETIRED, DELETED)) & VersionRow.indexed.is_not(None)
        query = select(ArticleRow.id, VersionRow.sha256).join(VersionRow.article).where(or_(unknown, gone))
        with self.database.session() as session:
            found = session.execute(query.where(ArticleRow.collection == collection))
            return {version_key(article_id, digest) for article_id, digest in found}

    def live_twice(self) -> list[str]:
        """The ids of articles of which several versions are live, which never should be."""
        query = select(ArticleRow.id).join(ArticleRow.versions).where(VersionRow.state == LIVE)
        with self.database.session() as session:
            return list(session.scalars(query.group_by(ArticleRow.key).having(func.count() > 1)))

    def fingerprints(self) -> set[str]:
        """The indexes that are being built beside the serving one."""
        query = select(VersionRow.building).where(VersionRow.building.is_not(None), VersionRow.building != PARTLY)
        with self.database.session() as session:
            return set(session.scalars(query.distinct()))

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

    def versions(self, collection: str, article_id: str) -> list[Article]:
        """Every stored version of an article, the newest first.

        Raises:
            UnknownCollection, CatalogError: there is no such collection or article.
        """
        self.require(collection)
        kept = and_(ArticleRow.id == article_id, VersionRow.state != DELETED)
        found = list(self._versions(kept, collection, VersionRow.key.desc()))
        if not found:
            raise CatalogError(
                f"There is no article {article_id} in “{collection}”.", hint="dossier articles lists them."
            )
        order = {PENDING: 0, LIVE: 1}
        with self.database.session() as session:
            query = select(VersionRow.sha256, VersionRow.state).join(VersionRow.article)
            rows = session.execute(query.where(ArticleRow.collection == collection, kept))
            states = {row.sha256: row.state for row in rows}
        return sorted(found, key=lambda article: order.get(states[article.sha256], 2))

    def collection_of(self, article_id: str) -> str:
        """The one collection that holds an article of this id.

        Raises:
            CatalogError: none does, or several do.
        """
        wanted = (ArticleRow.id == article_id, VersionRow.state != DELETED)
        with self.database.session() as session:
            query = select(ArticleRow.collection).join(ArticleRow.versions).where(*wanted).distinct()
            found = sorted(session.scalars(query))
        if len(found) != 1:
            where = f"in several collections: {', '.join(found)}" if found else "in no collection"
            hint = "Name one of them: --collection." if found else "dossier articles lists what there is."
            raise CatalogError(f"The article {article_id} is {where}.", hint=hint)
        return found[0]

    def copies(self, collection: str, article_id: str) -> list[Article]:
        """All copies of an article's story, the article itself among them; only it, if there are no others."""
        of_story = select(ArticleRow.story).where(ArticleRow.collection == collection, ArticleRow.id == article_id)
        same = or_(ArticleRow.id == article_id, ArticleRow.story == of_story.scalar_subquery())
        current = and_(VersionRow.state.in_((LIVE, PENDING)), same)
        newest = {article.id: article for article in self._versions(current, collection)}  # pending after live
        return list(newest.values())

    def in_file(self, collection: str, file: str) -> list[str]:
        """The ids of the articles that this file holds, as far as the catalog knows."""
        query = select(ArticleRow.id).join(ArticleRow.versions).order_by(ArticleRow.key).distinct()
        wanted = (VersionRow.file == file, VersionRow.state.in_((PENDING, LIVE)))
        with self.database.session() as session:
            return list(session.scalars(query.where(ArticleRow.collection == collection, *wanted)))

    def _versions(
        self, wanted: ColumnElement[bool], collection: str | None, *order: ColumnElement[Any] | Any
    ) -> Iterator[Article]:
        """Read in chunks, each in a transaction of its own, so that the caller may write in between."""
        query = select(VersionRow.key).join(VersionRow.article).where(wanted)
        if collection is not None:
            query = query.where(ArticleRow.collection == collection)
        with self.database.session() as session:
            ordered = query.order_by(*(order or (VersionRow.state, VersionRow.key)))  # live, pending, retired
            keys = list(session.scalars(ordered))
        for at in range(0, len(keys), _CHUNK):
            chunk = keys[at : at + _CHUNK]
            whole = select(VersionRow).join(VersionRow.article).options(contains_eager(VersionRow.article))
            with self.database.session() as session:
                found = {
                    row.key: as_article(row, row.article)
                    for row in session.scalars(whole.where(VersionRow.key.in_(chunk)))
                }
            yield from (found[key] for key in chunk if key in found)


def _lacking(index: str, slot: Slot) -> ColumnElement[bool]:
    column = _COLUMN[slot]
    live = and_(VersionRow.state == LIVE, or_(column.is_(None), column != index))
    return or_(VersionRow.state == PENDING, live) if slot == "serving" else live


def _rows(session: Session, versions: Sequence[Article]) -> list[VersionRow]:
    found: list[VersionRow] = []
    for version in versions:
        wanted = (ArticleRow.collection == version.collection, ArticleRow.id == version.id)
        query = select(VersionRow).join(VersionRow.article).where(*wanted, VersionRow.sha256 == version.sha256)
        found += session.scalars(query)
    return found


__all__ = ["Catalog", "CollectionInfo", "Outcome", "Slot", "writable_folder"]
