"""The catalog's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, DateTime, Float, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# The states of a version. A pending one is not yet in the indexes whole; a live one answers; a retired one only
# keeps old citations resolving; a deleted one waits to be taken out of the indexes, and is then removed for good.
# At most one version of an article is live.
PENDING, LIVE, RETIRED, DELETED = "pending", "live", "retired", "deleted"

# What tables have gained since the first release, for catalogs made by it.
LATER_COLUMNS = {
    "articles": {"story"},
    "versions": {"building", "file", "section", "language_from", "extent"},
}


class Base(DeclarativeBase):
    pass


class CollectionRow(Base):
    __tablename__ = "collections"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ArticleRow(Base):
    """``story`` groups near-duplicates: the smallest key among them; None for an article that stands alone."""

    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("collection", "id"),)
    key: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(ForeignKey("collections.name"))
    id: Mapped[str] = mapped_column(String(1000))
    story: Mapped[int | None] = mapped_column(index=True, default=None)
    versions: Mapped[list[VersionRow]] = relationship(back_populates="article", order_by="VersionRow.key")


class VersionRow(Base):
    """One text of one article.

    ``indexed`` names the serving index if that holds this version whole, or says that it may hold parts of it: it is
    set before the first write and cleared after the last removal, so that no kill at any instant can leave an orphan
    unnoticed. ``building`` says the same of an index that is being built beside it.
    """

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("article_key", "sha256"), Index("ix_versions_state", "state", "indexed"))
    key: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[int] = mapped_column(ForeignKey("articles.key"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(10), default=PENDING)
    indexed: Mapped[str | None] = mapped_column(String(64), default=None)
    building: Mapped[str | None] = mapped_column(String(64), default=None)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(Text, index=True, default="", server_default="")
    ingested: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    outlet: Mapped[str | None] = mapped_column(Text)
    authors: Mapped[list[str]] = mapped_column(JSON)
    section: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(40))
    language_from: Mapped[str | None] = mapped_column(String(10))
    published: Mapped[str | None] = mapped_column(String(40))
    published_from: Mapped[str | None] = mapped_column(String(10))
    updated: Mapped[str | None] = mapped_column(String(40))
    updated_from: Mapped[str | None] = mapped_column(String(10))
    extent: Mapped[str] = mapped_column(String(10), default="full", server_default="full")
    article: Mapped[ArticleRow] = relationship(back_populates="versions")


class BandRow(Base):
    """A band of the MinHash signature of an article's newest version: near-duplicates share at least one."""

    __tablename__ = "bands"
    __table_args__ = (Index("ix_bands", "collection", "band"),)
    key: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(200))
    band: Mapped[int] = mapped_column(BigInteger)
    article_key: Mapped[int] = mapped_column(ForeignKey("articles.key", ondelete="CASCADE"), index=True)


class LinkRow(Base):
    """An article that shares most of its words with a longer one; see `corpus.syndication.stories`."""

    __tablename__ = "links"
    copy: Mapped[int] = mapped_column(ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True)
    source: Mapped[int] = mapped_column(ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True, index=True)
    overlap: Mapped[float] = mapped_column(Float)


class FileRow(Base):
    """A file that was read whole, so that the same bytes need not be read again. ``digest`` covers how it was read."""

    __tablename__ = "files"
    collection: Mapped[str] = mapped_column(ForeignKey("collections.name", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    articles: Mapped[int]


class FeedRow(Base):
    """What a watched address last answered, so that it can be asked only for what is new."""

    __tablename__ = "feeds"
    collection: Mapped[str] = mapped_column(ForeignKey("collections.name", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(Text, primary_key=True)
    etag: Mapped[str | None] = mapped_column(Text)
    modified: Mapped[str | None] = mapped_column(Text)


class NoteRow(Base):
    """What the home remembers about itself, such as which index serves."""

    __tablename__ = "notes"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
