"""One story, its reprints: the clusters of `corpus.syndication`, kept in the catalog as articles come and go.

Candidates come from an indexed table of signature bands, so an article costs the same whether there are a hundred
others or a million; only the few that share a band are compared word for word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from corpus import syndication
from corpus.article import Article
from corpus.differences import Differences, differences
from corpus.originals import Copy, credit, representative
from corpus.schema import LIVE, PENDING, ArticleRow, BandRow, Base, LinkRow, VersionRow

Link = tuple[int, int, float]  # (copy, source, overlap), by the keys of their rows


@dataclass(frozen=True, slots=True)
class Story:
    """What several articles have in common: the one that was probably first, and its reprints.

    ``copies`` come with what differs from the original; there are none where an article stands alone.
    """

    original: Article
    copies: tuple[tuple[Article, Differences], ...]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Story:
        """Raises ValueError if there are no articles."""
        first = _first(articles)
        others = [article for article in articles if article is not first]
        return cls(first, tuple((other, differences(first.text, other.text)) for other in others))


def in_order(articles: Sequence[Article]) -> list[Article]:
    """The copies of a story: the likely original, then the others by date, those without one last."""
    if not articles:
        return []
    first = _first(articles)
    others = [article for article in articles if article is not first]
    others.sort(key=lambda article: (article.published.value if article.published else "9999", article.id))
    return [first, *others]


def _first(articles: Sequence[Article]) -> Article:
    known = {article.id: article for article in articles}
    return known[representative([_copy(article) for article in articles]).id]


def _copy(article: Article) -> Copy:
    return Copy(
        id=article.id,
        outlet=article.outlet,
        published=article.published.value if article.published else None,
        text_length=len(article.text),
        credit=credit(article.text),
    )


def place(session: Session, row: ArticleRow, text: str, *, new: bool) -> None:
    """Find the article's copies by its newest text, and join (or leave) their story."""
    former = set() if new else _forget(session, row)
    keys = syndication.bands(syndication.signature(text))
    links = _links(session, row, text, keys) if keys else []
    if keys:
        bands = [{"collection": row.collection, "band": band, "article_key": row.key} for band in keys]
        # 64 rows for every article: not through the objects, which would cost more than all the rest
        session.connection().execute(insert(Base.metadata.tables["bands"]), bands)
    if links:
        session.execute(insert(LinkRow), [{"copy": copy, "source": source, "overlap": o} for copy, source, o in links])
    if former or links:
        _regroup(session, {row.key, *former})


def remove(session: Session, row: ArticleRow) -> None:
    """Take a deleted article out of its story."""
    _regroup(session, {row.key, *_forget(session, row)})


def _forget(session: Session, row: ArticleRow) -> set[int]:
    """Drop what is known of the article's copies; their keys."""
    mine = or_(LinkRow.copy == row.key, LinkRow.source == row.key)
    former = {key for link in session.scalars(select(LinkRow).where(mine)) for key in (link.copy, link.source)}
    session.execute(delete(BandRow).where(BandRow.article_key == row.key))
    session.execute(delete(LinkRow).where(mine))
    return former


def _links(session: Session, row: ArticleRow, text: str, bands: list[int]) -> list[Link]:
    """The articles of the collection that are copies of this text, or that it is a copy of."""
    shared = (BandRow.collection == row.collection, BandRow.band.in_(bands), BandRow.article_key != row.key)
    candidates = list(session.scalars(select(BandRow.article_key).where(*shared).distinct()))
    mine = syndication.shingles(text) if candidates else frozenset()
    links: list[Link] = []
    for key in candidates:
        current = (VersionRow.article_key == key, VersionRow.state.in_((PENDING, LIVE)))
        newest = select(VersionRow.text).where(*current).order_by(VersionRow.state.desc())  # pending before live
        theirs = syndication.shingles(session.scalars(newest).first() or "")
        overlap = syndication.overlap(mine, theirs)
        if overlap >= syndication.LINKED:
            (_, source), (_, copy) = sorted([(-len(mine), row.key), (-len(theirs), key)])
            links.append((copy, source, overlap))
    return links


def _regroup(session: Session, touched: Iterable[int]) -> None:
    """Name each story that the touched articles are in, or were in, by the smallest key of its members."""
    waiting = set(touched)
    while waiting:
        found, links = _connected(session, waiting.pop())
        waiting -= found
        names = {key: min(members) for members in syndication.stories(links) for key in members}
        for row in session.scalars(select(ArticleRow).where(ArticleRow.key.in_(found))):
            row.story = names.get(row.key)
    session.flush()


def _connected(session: Session, start: int) -> tuple[set[int], set[Link]]:
    """The articles that are linked with one, directly or by others, and the links between them."""
    found, frontier = {start}, {start}
    links: set[Link] = set()
    while frontier:
        near = or_(LinkRow.copy.in_(frontier), LinkRow.source.in_(frontier))
        links |= {(link.copy, link.source, link.overlap) for link in session.scalars(select(LinkRow).where(near))}
        frontier = {key for copy, source, _ in links for key in (copy, source)} - found
        found |= frontier
    return found, links
