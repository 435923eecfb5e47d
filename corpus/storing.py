"""Which article is it? From what a reader found to the rows of the catalog.

An article is known by the id that its source states, by its address, or by the path of its file; a renamed file is
recognised by its text. Whatever is decided here is decided the same way when the same sources come again.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from corpus.article import Article, Dated, Description, Extent, Provenance, SourceArticle, text_digest
from corpus.schema import LIVE, PENDING, RETIRED, ArticleRow, FileRow, VersionRow

Outcome = Literal["added", "changed", "unchanged"]
PARTLY = "partly"  # for `VersionRow.indexed`: some index may hold this version, incomplete or with other metadata
_CURRENT = (PENDING, LIVE)
_DATES = ("published", "updated")
_PLAIN = [field.name for field in fields(Description) if field.name not in (*_DATES, "authors")]


def store(session: Session, collection: str, article: SourceArticle) -> tuple[Outcome, ArticleRow]:
    """Put one article into its place: a new row, a new pending version, new particulars, or nothing at all."""
    row, article = _identified(session, collection, article)
    outcome: Outcome = "changed" if row else "added"
    if row is None:
        row = ArticleRow(collection=collection, id=article.id)
        session.add(row)
        session.flush()
    versions = {version.sha256: version for version in row.versions}
    version = versions.get(article.sha256)
    _forget_former_file(session, row, article)
    if _superseded(version, article, row) or _sums_up(article, row):
        return "unchanged", row
    overtaken = [other for other in versions.values() if other.state == PENDING and other is not version]
    for other in overtaken:
        other.state = RETIRED
    if version is not None and version.state in _CURRENT:
        if describe(version, article):
            version.indexed = PARTLY  # the indexes carry headline and date too
            version.building = version.building and PARTLY
            return "changed", row
        return ("changed" if overtaken else "unchanged"), row
    if version is None:
        version = VersionRow(article=row, sha256=article.sha256, text=article.text)
        session.add(version)
    version.state = PENDING
    version.ingested = datetime.now(UTC)
    describe(version, article)
    session.flush()
    return outcome, row


def _identified(session: Session, collection: str, article: SourceArticle) -> tuple[ArticleRow | None, SourceArticle]:
    """The row that the article belongs to, if there is one, and the article under the id that it is to have."""
    row = _by_id(session, collection, article.id)
    if row is not None and _another_article(row, article):
        # Two sources number their articles alike ("1", "2", …); neither may overwrite the other.
        article = replace(article, id=f"{article.id}~{text_digest(article.file or article.origin)[:8]}")
        row = _by_id(session, collection, article.id)
    if row is None:
        row = _in_the_same_file(session, collection, article) or _renamed(session, collection, article)
    return row, article


def _by_id(session: Session, collection: str, article_id: str) -> ArticleRow | None:
    return session.scalar(select(ArticleRow).where(ArticleRow.collection == collection, ArticleRow.id == article_id))


def _in_the_same_file(session: Session, collection: str, article: SourceArticle) -> ArticleRow | None:
    """The article that this file held before, if it holds one article only: it may have got another address or id."""
    if not article.file or article.origin != article.file:
        return None
    held = (VersionRow.file == article.file, VersionRow.origin == article.origin)
    return next(iter(_all_current(session, collection, *held)), None)


def _renamed(session: Session, collection: str, article: SourceArticle) -> ArticleRow | None:
    """The article with this very text whose file is gone: the file was renamed or moved."""
    if article.identity != "path":
        return None
    found = _all_current(session, collection, VersionRow.sha256 == article.sha256)
    gone = (row for row in found if not any(Path(v.file).exists() for v in row.versions if v.state in _CURRENT))
    return next(gone, None)


def _all_current(session: Session, collection: str, *wanted: Any) -> list[ArticleRow]:
    query = select(ArticleRow).join(ArticleRow.versions)
    query = query.where(ArticleRow.collection == collection, VersionRow.state.in_(_CURRENT), *wanted)
    return list(session.scalars(query.order_by(ArticleRow.key)))


def _another_article(row: ArticleRow, article: SourceArticle) -> bool:
    """Whether an article with a known id is not the known article: another file, and nothing else in common.

    An address in common is not enough where the outlets differ: a reprint may name its original's address as its own.
    """
    return not any(
        known.file == article.file
        or known.sha256 == article.sha256
        or known.title == article.title
        or (known.url is not None and known.url == article.url and _may_be_one(known.outlet, article.outlet))
        for known in row.versions
    )


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _forget_former_file(session: Session, row: ArticleRow, article: SourceArticle) -> None:
    """A renamed file's old name is no file that was read: whatever comes to lie there is to be read anew."""
    for former in {version.file for version in row.versions if version.state in _CURRENT} - {article.file}:
        if not Path(former).exists():
            session.execute(delete(FileRow).where(FileRow.collection == row.collection, FileRow.file == former))


def _sums_up(article: SourceArticle, row: ArticleRow) -> bool:
    """Whether this is a feed's summary of an article that is there whole."""
    current = [version for version in row.versions if version.state in _CURRENT]
    return article.extent == "summary" and any(version.extent == "full" for version in current)


def _superseded(version: VersionRow | None, article: SourceArticle, row: ArticleRow) -> bool:
    """Whether this is an old copy of an article that another file, still there, holds in a newer text."""
    return (
        version is not None
        and version.state == RETIRED
        and any(
            newer.state in _CURRENT and newer.file != article.file and Path(newer.file).exists()
            for newer in row.versions
        )
    )


def describe(version: VersionRow, article: SourceArticle) -> bool:
    """Copy what is known besides the text; whether anything differed."""
    version.origin, version.file = article.origin, article.file  # no index knows them
    new: dict[str, object] = {name: getattr(article, name) for name in _PLAIN}
    new["authors"] = list(article.authors)
    for name in _DATES:
        date = getattr(article, name)
        new[name] = date and date.value
        new[f"{name}_from"] = date and date.provenance
    differs = any(getattr(version, name) != value for name, value in new.items())
    for name, value in new.items():
        setattr(version, name, value)
    return differs


def as_article(row: VersionRow | Row[Any], article: ArticleRow | Row[Any]) -> Article:
    return Article(
        collection=article.collection,
        id=article.id,
        sha256=row.sha256,
        title=row.title,
        text=row.text,
        origin=row.origin,
        file=row.file,
        ingested=row.ingested if row.ingested.tzinfo else row.ingested.replace(tzinfo=UTC),
        url=row.url,
        outlet=row.outlet,
        authors=tuple(row.authors),
        section=row.section,
        language=row.language,
        language_from=cast("Provenance | None", row.language_from),
        published=_dated(row.published, row.published_from),
        updated=_dated(row.updated, row.updated_from),
        extent=cast(Extent, row.extent),
    )


def _dated(value: str | None, provenance: str | None) -> Dated | None:
    return Dated(value, cast(Provenance, provenance or "unknown")) if value else None
