"""The catalog's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# The states of a version. A pending one is not yet in the indexes whole; a live one answers; a retired one only
# keeps old citations resolving; a deleted one waits to be taken out of the indexes, and is then removed for good.
# At most one version of an article is live.
PENDING, LIVE, RETIRED, DELETED = "pending", "live", "retired", "deleted"


class Base(DeclarativeBase):
    pass


class CollectionRow(Base):
    __tablename__ = "collections"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ArticleRow(Base):
    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("collection", "id"),)
    key: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(ForeignKey("collections.name"))
    id: Mapped[str] = mapped_column(String(1000))
    versions: Mapped[list[VersionRow]] = relationship(back_populates="article", order_by="VersionRow.key")


class VersionRow(Base):
    """One text of one article.

    ``indexed`` names the index that holds it whole, or says that one may hold parts of it: it is set before the first
    write and cleared after the last removal, so that no kill at any instant can leave an orphan unnoticed.
    """

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("article_key", "sha256"), Index("ix_versions_state", "state", "indexed"))
    key: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[int] = mapped_column(ForeignKey("articles.key"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default=PENDING)
    indexed: Mapped[str | None] = mapped_column(String(64), default=None)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    ingested: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    url: Mapped[str | None] = mapped_column(Text)
    outlet: Mapped[str | None] = mapped_column(Text)
    authors: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str | None] = mapped_column(String(40))
    published: Mapped[str | None] = mapped_column(String(40))
    published_from: Mapped[str | None] = mapped_column(String(10))
    updated: Mapped[str | None] = mapped_column(String(40))
    updated_from: Mapped[str | None] = mapped_column(String(10))
    article: Mapped[ArticleRow] = relationship(back_populates="versions")
