"""One story, its reprints: the clusters of `corpus.syndication`, kept in the catalog as articles come and go.

Candidates come from an indexed table of signature bands, so an article costs the same whether there are a hundred
others or a million; only the few that share a band are compared word for word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from corpus import syndication
from corpus.article import Article
from corpus.schema import LIVE, PENDING, ArticleRow, BandRow, LinkRow, VersionRow


@dataclass(frozen=True, slots=True)
class Story:
    """What several articles have in common: the one that was probably first, and its reprints.

    ``copies`` come with what differs from the original; there are none where an article stands alone.
    """

    original: Article
    copies: tuple[tuple[Article, syndication.Differences], ...]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Story:
        """Raises ValueError if there are no articles."""
        known = {article.id: article for article in articles}
        first = known[syndication.representative([_copy(article) for article in articles]).id]
        others = [article for article in articles if article is not first]
        return cls(first, tuple((other, syndication.differences(first.text, other.text)) for other in others))


def _copy(article: Article) -> syndication.Copy:
    return syndication.Copy(
        id=article.id,
        outlet=article.outlet,
        published=article.published.value if article.published else None,
        text_length=len(article.text),
        credit=syndication.credit(article.text),
    )


def place(session: Session, row: ArticleRow, text: str, *, new: bool) -> None:
    """Find the article's copies by its newest text, and join (or leave) their story."""
    former = set() if new else _forget(session, row)
    keys = syndication.bands(syndication.signature(text))
    similar = _similar(session, row, text, keys) if keys else {}
    bands = [{"collection": row.collection, "band": band, "article_key": row.key} for band in keys]
    links = [{"one": min(key, row.key), "other": max(key, row.key), "similarity": s} for key, s in similar.items()]
    if bands:
        session.execute(insert(BandRow), bands)
    if links:
        session.execute(insert(LinkRow), links)
    if former or similar:
        _regroup(session, {row.key, *former, *similar})


def remove(session: Session, row: ArticleRow) -> None:
    """Take a deleted article out of its story."""
    _regroup(session, {row.key, *_forget(session, row)})


def _forget(session: Session, row: ArticleRow) -> set[int]:
    """Drop what is known of the article's copies; their keys."""
    mine = or_(LinkRow.one == row.key, LinkRow.other == row.key)
    former = {key for link in session.scalars(select(LinkRow).where(mine)) for key in (link.one, link.other)}
    session.execute(delete(BandRow).where(BandRow.article_key == row.key))
    session.execute(delete(LinkRow).where(mine))
    return former


def _similar(session: Session, row: ArticleRow, text: str, bands: list[int]) -> dict[int, float]:
    """The articles of the collection that are copies of this text, with their similarity."""
    shared = (BandRow.collection == row.collection, BandRow.band.in_(bands), BandRow.article_key != row.key)
    candidates = list(session.scalars(select(BandRow.article_key).where(*shared).distinct()))
    mine = syndication.shingles(text)
    found: dict[int, float] = {}
    for key in candidates:
        current = (VersionRow.article_key == key, VersionRow.state.in_((PENDING, LIVE)))
        newest = select(VersionRow.text).where(*current).order_by(VersionRow.state.desc())  # pending before live
        other = session.scalars(newest).first()
        similarity = syndication.overlap(mine, syndication.shingles(other)) if other else 0.0
        if similarity >= syndication.LINKED:
            found[key] = similarity
    return found


def _regroup(session: Session, touched: Iterable[int]) -> None:
    """Name each story that the touched articles are in, or were in, by the smallest key of its connected copies."""
    waiting = set(touched)
    while waiting:
        component = _connected(session, waiting.pop())
        waiting -= component
        story = min(component) if len(component) > 1 else None
        for row in session.scalars(select(ArticleRow).where(ArticleRow.key.in_(component))):
            row.story = story
    session.flush()


def _connected(session: Session, start: int) -> set[int]:
    found, frontier = {start}, {start}
    while frontier:
        near: dict[int, set[int]] = defaultdict(set)
        for link in session.scalars(select(LinkRow).where(or_(LinkRow.one.in_(frontier), LinkRow.other.in_(frontier)))):
            near[link.one].add(link.other)
            near[link.other].add(link.one)
        frontier = {key for keys in near.values() for key in keys} - found
        found |= frontier
    return found
