"""Question → evidence: both legs, fused by score, checked against the catalog.

Fusion is the weighted sum of z-scored leg scores. Rank fusion (RRF) throws the margins away, and with them the top
hit that one leg is sure of.
"""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from corpus.article import Passage, parse_passage_id
from corpus.catalog import Catalog
from rag.answer import Evidence
from rag.ports import Embedder, Hit, Indexes
from rag.settings import Retrieval

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Retriever:
    """Finds the passages that bear on a question."""

    catalog: Catalog
    embedder: Embedder
    indexes: Indexes
    settings: Retrieval

    def retrieve(self, question: str, collections: Sequence[str], limit: int | None = None) -> list[Evidence]:
        """At most ``limit`` passages, best first, numbered from 1; the same words appear once."""
        vector = self.embedder.embed([question])[0]
        dense: dict[tuple[str, str], float] = {}
        lexical: dict[tuple[str, str], float] = {}
        wordless: dict[tuple[str, str], float] = {}  # what is known to hold no word of the question
        for collection in collections:
            vectors, index = self.indexes(collection)
            near = _keyed(collection, vectors.search(vector, self.settings.candidates))
            found = _keyed(collection, index.search(question, self.settings.candidates))
            dense |= near
            lexical |= found
            if len(found) < self.settings.candidates:
                wordless |= dict.fromkeys(near.keys() - found.keys(), 0.0)
        fused = fuse(
            (dense, self.settings.dense_weight), (lexical | wordless if lexical else {}, 1 - self.settings.dense_weight)
        )
        ranked = sorted(fused, key=lambda key: (-fused[key], key))
        live = self._live(ranked)
        evidence: list[Evidence] = []
        seen: set[str] = set()
        for key in ranked:
            passage = live.get(key)
            if passage is None or passage.text in seen:
                continue
            seen.add(passage.text)
            scores = {"fused": fused[key]}
            scores |= {name: leg[key] for name, leg in (("dense", dense), ("lexical", lexical)) if key in leg}
            evidence.append(as_evidence(passage, len(evidence) + 1, scores))
            if len(evidence) == (limit or self.settings.evidence):
                break
        return evidence

    def _live(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Passage]:
        """The passages whose article version the catalog calls live; the others do not answer."""
        by_collection: dict[str, list[str]] = {}
        for collection, passage in keys:
            by_collection.setdefault(collection, []).append(passage)
        found = {}
        for collection, passages in by_collection.items():
            parsed = {passage: parse_passage_id(passage) for passage in passages}
            articles = self.catalog.live(collection, (key for key, _, _ in parsed.values()))
            for passage, (key, start, end) in parsed.items():
                if key in articles:
                    found[collection, passage] = Passage(articles[key], start, end)
        return found


def fuse(*legs: tuple[Mapping[K, float], float]) -> dict[K, float]:
    """Weighted sum of z-scored scores over the union of the legs' keys.

    A key that a leg did not propose gets that leg's lowest score: it is at best as good as the last one proposed.
    A leg without spread says nothing about order and adds 0.
    """
    keys = dict.fromkeys(key for leg, _ in legs for key in leg)
    fused = dict.fromkeys(keys, 0.0)
    for leg, weight in legs:
        if not leg:
            continue
        floor = min(leg.values())
        scores = [leg.get(key, floor) for key in keys]
        mean, spread = statistics.fmean(scores), statistics.pstdev(scores)
        if spread > 0:
            for key, score in zip(keys, scores, strict=True):
                fused[key] += weight * (score - mean) / spread
    return fused


def _keyed(collection: str, hits: Sequence[Hit]) -> dict[tuple[str, str], float]:
    return {(collection, hit.id): hit.score for hit in hits}


def as_evidence(passage: Passage, marker: int, scores: Mapping[str, float]) -> Evidence:
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
    )
