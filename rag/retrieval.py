"""Query → evidence: filters first, then both legs, then everything that orders what they proposed.

Each leg proposes its best passages among those that meet the filter, for a question of several parts each part too
(`rag.proposing`). The reranker orders them. A wish for the newest adds a little for recency, a second passage of the
same article takes a little off, and reprints collapse into their original. Texts are read only for the best, from the
catalog, which has the last word on what is live.

The legs are not fused by rank: that throws the margins away, and with them the top hit that one leg is sure of. Both
enter the reranker with their scores (see `rag.reranking`, where the choice was measured).
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from corpus.article import Article, Passage, passage_id
from corpus.catalog import Catalog
from corpus.directory import Directory
from rag.answer import Evidence, Reprint
from rag.asking import Asker
from rag.collapsing import Collapser, Ranked
from rag.exact_words import is_fit
from rag.hostility import flags
from rag.ports import Asked, Embedder, Indexes, Reranker, Sentences
from rag.proposing import Allowed, Proposed, propose
from rag.reranking import SentenceReranker, standardized
from rag.settings import Retrieval
from rag.understanding import Query

_AGAIN = 1.0  # off the score for each better passage of the same article; the score's own spread is about 2
_SPREAD = 2.0  # what the scores of a reranker with a unit of its own are brought to
_RECENT = 3.0  # for the day itself, if the newest is asked for …
_TIMELY = 2.0  # … and if only the day of asking is known
_FADES = 21.0  # days after which recency counts 1/e
_DEEPER = (1, 4, 16)  # times the candidates, while too few are left after all checks
_READ = 3  # times the limit: how many passages are read to choose from
_FOR_READERS = 40  # candidates that a reranker is given that reads them


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence, best first; its stored sentences, in the same order; and the question as it was compared."""

    evidence: tuple[Evidence, ...] = ()
    sentences: tuple[Sentences | None, ...] = ()
    asked: Asked | None = None  # None: there was nothing to search


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

    def retrieve(self, query: Query, allowed: Allowed, limit: int, timings: dict[str, float] | None = None) -> Found:
        """At most ``limit`` passages, best first, numbered from 1; the same words, and the same story, appear once."""
        clock = _Laps(timings if timings is not None else {})
        if not any(versions is None or versions for versions in allowed.values()):
            return Found()
        shelves = {name: self.directory.shelf(name) for name in allowed}
        collapser = Collapser(self.catalog, self.directory, shelves)
        asker = Asker(self.embedder, {name: self.indexes(name) for name in allowed})
        asked = asker.asked(query, self._languages(allowed))
        clock.lap("encode")
        ranked: list[Ranked] = []
        for times in _DEEPER:
            proposed = propose(self.indexes, shelves, asked, allowed, times * self.settings.candidates)
            clock.lap("legs")
            ordered = self._ordered(query, asked, proposed)
            clock.lap("rerank")
            ranked = self._read(ordered, query, allowed, limit, collapser)
            clock.lap("read")
            if len(ranked) >= limit or len(proposed) < times * self.settings.candidates:
                break
        evidence = []
        for number, item in enumerate(_diverse(ranked, limit), 1):
            reprints = collapser.reprints(item.passage.article, query.filter.known_by)
            evidence.append(as_evidence(item.passage, number, item.scores, reprints))
        return Found(tuple(evidence), self._sentences(evidence), asked)

    def _sentences(self, evidence: Sequence[Evidence]) -> tuple[Sentences | None, ...]:
        """As they are stored with each passage."""
        ids = [passage_id(f"{item.article}@{item.version[:16]}", item.start, item.end) for item in evidence]
        stored: dict[str, Sentences] = {}
        for name in {item.collection for item in evidence}:
            of_one = [id for id, item in zip(ids, evidence, strict=True) if item.collection == name]
            stored |= self.indexes(name)[0].sentences(of_one)
        return tuple(stored.get(id) for id in ids)

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

    def _ordered(self, query: Query, asked: Asked, proposed: Sequence[Proposed]) -> list[tuple[Proposed, float]]:
        """Best first. A reranker that reads is given the best by the one that does not."""
        scores = (SentenceReranker() if self.reranker.reads else self.reranker).scores(
            asked, [item.candidate for item in proposed]
        )
        if self.reranker.reads:
            best = sorted(zip(scores, range(len(proposed)), strict=True), reverse=True)[:_FOR_READERS]
            proposed = [proposed[place] for _, place in best]
            texts = self._passages(proposed)
            read = [
                replace(item.candidate, text=texts[place].text) for place, item in enumerate(proposed) if place in texts
            ]
            proposed = [item for place, item in enumerate(proposed) if place in texts]
            scores = [float(score) for score in _SPREAD * standardized(np.array(self.reranker.scores(asked, read)))]
        newest = max((item.entry.last for item in proposed if item.entry.last), default=query.today)
        today = min(query.today, newest)
        timely = [
            (item, score + _recency(item.entry.last, query, today))
            for item, score in zip(proposed, scores, strict=True)
        ]
        return sorted(timely, key=lambda pair: (-pair[1], pair[0].collection, pair[0].candidate.id))

    def _read(
        self,
        ordered: Sequence[tuple[Proposed, float]],
        query: Query,
        allowed: Allowed,
        limit: int,
        collapser: Collapser,
    ) -> list[Ranked]:
        """The best that hold what they must, each story once; about `_READ` times the limit, to choose from."""
        quotes, without = query.constraints.quotes, query.constraints.without
        ranked: list[Ranked] = []
        kept: list[Ranked] = []
        for at in range(0, len(ordered), _READ * limit):
            chunk = ordered[at : at + _READ * limit]
            texts = self._passages([item for item, _ in chunk])
            for place, (item, score) in enumerate(chunk):
                if place in texts and is_fit(texts[place], quotes, without):
                    legs = {"score": score, "dense": item.candidate.dense, "lexical": item.candidate.lexical}
                    ranked.append(Ranked(texts[place], score, legs))
            kept = collapser.collapse(ranked, lambda article: _is_within(article, allowed))
            if len(kept) >= 2 * limit:
                break
        return kept

    def _passages(self, proposed: Sequence[Proposed]) -> dict[int, Passage]:
        """The passages of those whose version the catalog still calls live, by their places in the sequence."""
        articles: dict[str, dict[str, Article]] = {}
        for name in {item.collection for item in proposed}:
            articles[name] = self.catalog.live(name, (item.entry.key for item in proposed if item.collection == name))
        return {
            place: Passage(articles[item.collection][item.entry.key], item.start, item.end)
            for place, item in enumerate(proposed)
            if item.entry.key in articles[item.collection]
        }


def _is_within(article: Article, allowed: Allowed) -> bool:
    versions = allowed[article.collection]
    return versions is None or article.version_key in versions


def _both(one: frozenset[str] | None, other: Collection[str] | None) -> frozenset[str] | None:
    """What is in both, where None is everything."""
    if one is None or other is None:
        return one if other is None else frozenset(other)
    return one & frozenset(other)


def _recency(published: date | None, query: Query, today: date) -> float:
    """0 … `_RECENT`, for what was published shortly before ``today``: the day of asking, or the newest there is."""
    weight = _RECENT if query.constraints.latest else _TIMELY if query.constraints.as_of else 0.0
    if not weight or published is None:
        return 0.0
    return weight * math.exp(-max(0, (today - published).days) / _FADES)


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
        flags=flags(passage.text),
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
