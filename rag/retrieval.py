"""Query → evidence: filters first, then both legs, then everything that orders what they proposed.

Each leg proposes its best passages among those that meet the filter, for a question of several parts each part too. The
reranker orders them. A wish for the newest adds a little for recency, a second passage of the same article takes a
little off, and reprints collapse into their original. Every hit is checked against the catalog before it counts.

The legs are not fused by rank: that throws the margins away, and with them the top hit that one leg is sure of. Both
enter the reranker with their scores (see `rag.reranking`, where the choice was measured).
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.article import Article, Passage, parse_passage_id
from corpus.catalog import Catalog
from corpus.directory import Directory, folded
from rag.answer import Evidence, Reprint
from rag.asking import Asker
from rag.collapsing import Collapser, Ranked
from rag.ports import Asked, Candidate, Embedder, Hit, Indexes, Reranker, Sentences
from rag.settings import Retrieval
from rag.understanding import Query
from rag.words import word_spans

Key = tuple[str, str]  # collection, passage id
Allowed = Mapping[str, frozenset[str] | None]  # by collection the version keys that meet the filter; None: all

_AGAIN = 1.0  # off the score for each better passage of the same article; the score's own spread is about 2
_RECENT = 2.0  # for the day itself, if the newest is asked for …
_TIMELY = 1.0  # … and if only the day of asking is known
_FADES = 30.0  # days after which recency counts 1/e
_OF_PARTS = 20  # candidates of each leg for each part
_DEEPER = (1, 4, 16)  # times the candidates, while too few are left after all checks


@dataclass(frozen=True, slots=True)
class Retriever:
    """Finds the passages that bear on a question."""

    catalog: Catalog
    embedder: Embedder
    indexes: Indexes
    reranker: Reranker
    settings: Retrieval

    @property
    def directory(self) -> Directory:
        return self.catalog.directory

    def retrieve(
        self, query: Query, allowed: Allowed, limit: int, timings: dict[str, float] | None = None
    ) -> list[Evidence]:
        """At most ``limit`` passages, best first, numbered from 1; the same words, and the same story, appear once."""
        clock = _Laps(timings if timings is not None else {})
        if not any(versions is None or versions for versions in allowed.values()):
            return []
        collapser = Collapser(self.catalog, self.directory, {name: self.directory.shelf(name) for name in allowed})
        asker = Asker(self.embedder, {name: self.indexes(name) for name in allowed})
        asked = asker.asked(query, self._languages(allowed))
        clock.lap("encode")
        ranked: list[Ranked] = []
        for times in _DEEPER:
            candidates = self._candidates(asked, allowed, times * self.settings.candidates)
            clock.lap("legs")
            fit = [candidate for candidate in candidates if _is_fit(candidate.passage, query)]
            ranked = collapser.collapse(self._ranked(query, asked, fit), lambda article: _is_within(article, allowed))
            clock.lap("rerank")
            if len(ranked) >= limit or len(candidates) < times * self.settings.candidates:
                break
        evidence = [
            as_evidence(
                item.passage,
                number,
                item.scores,
                collapser.reprints(item.passage.article, query.filter.known_by),
            )
            for number, item in enumerate(_diverse(ranked, limit), 1)
        ]
        clock.lap("collapse")
        return evidence

    def allowed(self, query: Query, collections: Sequence[str]) -> tuple[Allowed, tuple[str, ...]]:
        """What meets the query's filter and holds its quotations, by collection; and the quotations that nothing holds.

        As far as stems can tell, that is; the exact words are compared when a passage is read.
        """
        found: dict[str, frozenset[str] | None] = dict.fromkeys(collections)
        if not query.filter.is_empty:
            found = {name: self.directory.matching(name, query.filter) for name in collections}
        missing = []
        languages = self._languages(found) if query.constraints.quotes else frozenset()
        for quote in query.constraints.quotes:
            holders = {name: Asker.holders(self.indexes(name)[1], quote, languages) for name in found}
            found = {name: _both(within, holders[name]) for name, within in found.items()}
            if not any(within is None or within for within in found.values()):
                missing.append(quote)
                break
        return found, tuple(missing)

    def _languages(self, allowed: Allowed) -> frozenset[str]:
        return frozenset({"en"}.union(*(self.directory.shelf(name).languages for name in allowed)))

    def _candidates(self, asked: Asked, allowed: Allowed, limit: int) -> list[Candidate]:
        """The best of both legs, for the question and for each of its parts, that the catalog calls live."""
        dense: dict[Key, float] = {}
        lexical: dict[Key, float] = {}
        proposed: dict[Key, float] = {}  # by the parts; the scores are of other questions, and do not count
        for name, within in allowed.items():
            vectors, index = self.indexes(name)
            for number, (vector, terms) in enumerate(zip(asked.vectors, asked.parts, strict=True)):
                depth = limit if number == 0 else _OF_PARTS
                stems = [stem for term in terms for stem in term.stems]
                near = _keyed(name, vectors.search(vector, depth, within))
                found = _keyed(name, index.search(stems, depth, within))
                if number == 0:
                    dense |= near
                    lexical |= found
                else:
                    proposed |= near | found
        live = self._live(list(dense | lexical | proposed))
        sentences = self._sentences(list(live))
        # What a leg did not propose is at best as good as the worst that it did; and if it proposed all that it had,
        # what is missing holds no word of the question.
        lowest = min(dense.values(), default=0.0)
        least = min(lexical.values(), default=0.0) if len(lexical) >= limit else 0.0
        return [
            Candidate(passage, dense.get(key, lowest), lexical.get(key, least), sentences.get(key))
            for key, passage in live.items()
        ]

    def _live(self, keys: Sequence[Key]) -> dict[Key, Passage]:
        """The passages whose article version the catalog calls live; the others do not answer."""
        by_collection: dict[str, dict[str, tuple[str, int, int]]] = {}
        for collection, passage in keys:
            by_collection.setdefault(collection, {})[passage] = parse_passage_id(passage)
        found = {}
        for collection, passages in by_collection.items():
            articles = self.catalog.live(collection, (key for key, _, _ in passages.values()))
            for passage, (key, start, end) in passages.items():
                if key in articles:
                    found[collection, passage] = Passage(articles[key], start, end)
        return found

    def _sentences(self, keys: Sequence[Key]) -> dict[Key, Sentences]:
        found: dict[Key, Sentences] = {}
        for name in dict.fromkeys(collection for collection, _ in keys):
            ids = [passage for collection, passage in keys if collection == name]
            found |= {(name, passage): item for passage, item in self.indexes(name)[0].sentences(ids).items()}
        return found

    def _ranked(self, query: Query, asked: Asked, candidates: Sequence[Candidate]) -> list[Ranked]:
        scores = self.reranker.scores(asked, candidates)
        newest = max((day for item in candidates if (day := _day(item))), default=query.today)
        today = min(query.today, newest)
        ranked = []
        for candidate, score in zip(candidates, scores, strict=True):
            article = candidate.passage.article
            timely = score + _recency(article, query, today)
            legs = {"score": timely, "dense": candidate.dense, "lexical": candidate.lexical}
            ranked.append(Ranked(candidate.passage, timely, legs))
        return sorted(ranked, key=lambda item: (-item.score, item.passage.article.collection, item.passage.id))


def _is_fit(passage: Passage, query: Query) -> bool:
    """Whether a passage holds every quotation, in its text or headline, and no excluded word."""
    wanted, unwanted = query.constraints.quotes, query.constraints.without
    if not wanted and not unwanted:
        return True
    text = _plain(f"{passage.article.title}\n{passage.text}")
    if not all(_plain(quote) in text for quote in wanted):
        return False
    words = f" {' '.join(folded(word) for _, _, word in word_spans(passage.text))} "
    return not any(f" {' '.join(folded(word) for _, _, word in word_spans(each))} " in words for each in unwanted)


def _plain(text: str) -> str:
    """Quotation marks, case and white space aside: how exact words are compared."""
    return " ".join(text.casefold().translate(_MARKS).split())


_MARKS = str.maketrans(dict.fromkeys("’‘‚‛´`", "'") | dict.fromkeys("“”„«»", '"') | {"–": "-", "—": "-"})


def _is_within(article: Article, allowed: Allowed) -> bool:
    versions = allowed[article.collection]
    return versions is None or article.version_key in versions


def _both(one: frozenset[str] | None, other: Collection[str] | None) -> frozenset[str] | None:
    """What is in both, where None is everything."""
    if one is None or other is None:
        return one if other is None else frozenset(other)
    return one & frozenset(other)


def _day(candidate: Candidate) -> date | None:
    published = candidate.passage.article.published
    return published.last if published else None


def _recency(article: Article, query: Query, today: date) -> float:
    """0 … `_RECENT`, for what was published shortly before ``today``: the day of asking, or the newest there is."""
    weight = _RECENT if query.constraints.latest else _TIMELY if query.constraints.as_of else 0.0
    if not weight or article.published is None:
        return 0.0
    return weight * math.exp(-max(0, (today - article.published.last).days) / _FADES)


def _diverse(ranked: Sequence[Ranked], limit: int) -> list[Ranked]:
    """The best ``limit``, one after the other; each further passage of an article must be that much better."""
    left = list(ranked)
    chosen: list[Ranked] = []
    taken: Counter[tuple[str, str]] = Counter()
    while left and len(chosen) < limit:
        best = max(left, key=lambda item: item.score - _AGAIN * taken[_article(item)])
        left.remove(best)
        chosen.append(best)
        taken[_article(best)] += 1
    return chosen


def _article(item: Ranked) -> tuple[str, str]:
    return item.passage.article.collection, item.passage.article.id


def _keyed(collection: str, hits: Sequence[Hit]) -> dict[Key, float]:
    return {(collection, hit.id): hit.score for hit in hits}


def as_evidence(
    passage: Passage, marker: int, scores: Mapping[str, float], reprints: Sequence[Reprint] = ()
) -> Evidence:
    """A passage with its article's particulars, under a number."""
    article = passage.article
    return Evidence(
        marker=marker,
        article=article.id,
        collection=article.collection,
        version=article.sha256,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        title=article.title,
        outlet=article.outlet,
        published=article.published.calendar if article.published else None,
        url=article.url,
        scores=scores,
        reprints=tuple(reprints),
    )


class _Laps:
    """Seconds by stage, each since the last one."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._seconds[stage] = round(self._seconds.get(stage, 0.0) + now - self._since, 4)
        self._since = now
