"""One story once: of the reprints among the candidates, the likely original speaks, and says how many they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from corpus.article import Article, Passage
from corpus.catalog import Catalog
from corpus.directory import Directory, Shelf
from corpus.stories import in_order
from rag.answer import Reprint
from rag.words import language_of, terms

_SAME = 0.8  # share of a passage's content words that the other one holds, to say all that it says


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its place among the candidates: the score that ordered it, and those of the legs."""

    passage: Passage
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collapser:
    """Over a catalog and its directory, which says what belongs to one story."""

    catalog: Catalog
    directory: Directory
    shelves: Mapping[str, Shelf]  # of the collections that are searched, as they are now

    def collapse(self, ranked: Sequence[Ranked], within: Callable[[Article], bool]) -> list[Ranked]:
        """Without the passages that say the same as another one: of the same words, or of the same story.

        ``ranked`` best first. In each group of the same, the passage of the likely original stays, with the best score
        of the group. A passage that only a copy has (what an outlet added) stays beside it.

        Args:
            within: whether an article meets the filters; the original speaks only if it does.
        """
        kept: list[Ranked] = []
        texts: dict[str, int] = {}
        groups: dict[tuple[str, int], list[int]] = {}
        for item in ranked:
            story = self._story(item.passage.article)
            group = groups.setdefault((item.passage.article.collection, story), []) if story is not None else []
            place = texts.get(item.passage.text)
            if place is None:
                place = next((at for at in group if self._says_same(kept[at], item)), None)
            if place is None:
                texts[item.passage.text] = len(kept)
                group.append(len(kept))
                kept.append(item)
            elif self._precedes(item.passage.article, kept[place].passage.article):
                kept[place] = replace(kept[place], passage=item.passage, scores=item.scores)
                texts[item.passage.text] = place
        return [self._by_the_original(item, within) for item in kept]

    def reprints(self, article: Article, known_by: date | None = None) -> tuple[Reprint, ...]:
        """The other live copies of the article's story, the likely original first; none from after ``known_by``."""
        return tuple(
            Reprint(
                article=copy.id,
                title=copy.title,
                outlet=copy.outlet,
                published=copy.published.calendar if copy.published else None,
                url=copy.url,
            )
            for copy in self._copies(article)
            if copy.id != article.id and not (known_by and copy.published and copy.published.first > known_by)
        )

    def _by_the_original(self, item: Ranked, within: Callable[[Article], bool]) -> Ranked:
        """The same words in the story's original, where it has them and was not among the candidates."""
        for copy in self._copies(item.passage.article):
            if copy.id == item.passage.article.id:
                break
            at = copy.text.find(item.passage.text) if within(copy) else -1
            if at >= 0:
                return replace(item, passage=Passage(copy, at, at + len(item.passage.text)))
        return item

    def _precedes(self, article: Article, other: Article) -> bool:
        """Whether both are of one story, and the first is nearer to its source."""
        order = [copy.id for copy in self._copies(other)]
        return article.collection == other.collection and article.id in order[: order.index(other.id)]

    def _says_same(self, kept: Ranked, other: Ranked) -> bool:
        """Whether of two passages of one story the one that stays holds mostly the words of the one that goes."""
        if kept.passage.article.version_key == other.passage.article.version_key:
            return False
        stays, goes = kept, other
        if self._precedes(other.passage.article, kept.passage.article):
            stays, goes = other, kept
        held, lost = _bag(stays.passage), _bag(goes.passage)
        return (held & lost).total() >= _SAME * lost.total() > 0

    def _copies(self, article: Article) -> Sequence[Article]:
        """The copies of the article's story, the likely original first, the earlier before the later; [it] if alone."""
        story = self._story(article)
        if story is None:
            return [article]
        live = self.shelves[article.collection].by_key

        def copies() -> list[Article]:
            found = self.catalog.copies(article.collection, article.id)
            return in_order([copy for copy in found if copy.version_key in live])

        found = self.directory.remembered((article.collection, story), copies)
        return found if any(copy.id == article.id for copy in found) else [article]

    def _story(self, article: Article) -> int | None:
        entry = self.shelves[article.collection].by_key.get(article.version_key)
        return entry.story if entry else None


def _bag(passage: Passage) -> Counter[str]:
    return Counter(terms(passage.text, language_of(passage.article.language)))
