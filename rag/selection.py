"""Answer sentence selection: which sentences of the evidence answer the question, and how sure can we be?

Two steps, like a search: signals that cost no model order all sentences of the evidence, then the best few are compared
with the question token by token (`rag.signals`). The weights were fitted by ``python -m evals.answer_fit``; what they
reach on the folds that were held out stands in `rag.selection_weights`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rag.answer import Evidence
from rag.misfit import MISFIT, misfit
from rag.ports import Embedder, Encoded, Sentences
from rag.question import Question, understand
from rag.selection_weights import CONFIDENCE, FINAL, FIRST
from rag.signals import FAR, NEAR, Asking, Candidate, candidates, far, near, read

if TYPE_CHECKING:
    from rag.signals import Table

NEAREST = 6  # sentences that are compared token by token


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of the evidence: ``evidence[marker].text[start:end]``."""

    marker: int
    start: int
    end: int
    text: str
    score: float  # comparable within one question; 1 is the spread of a question's sentences
    before: tuple[int, int] | None = None  # the sentence before it in the same passage
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """All sentences of the evidence, best first; ``confidence`` 0 … 1, that the evidence answers the question."""

    question: Question = field(default_factory=lambda: understand("?"))
    sentences: tuple[ScoredSentence, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Selector:
    """Scores the sentences of what was found."""

    embedder: Embedder

    def select(
        self,
        question: str,
        evidence: Sequence[Evidence],
        sentences: Sequence[Sentences | None] = (),
        *,
        encoded: Encoded | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> Selection:
        """Score every sentence of the evidence against a standalone question.

        Args:
            sentences: as stored with each passage; without them, only what is compared token by token has a cosine.
            encoded: the question, if it has been encoded already.
            weights: how much each of its stems tells (idf), as far as known.
        """
        asked = understand(question)
        asking = Asking(asked, encoded or self.embedder.encode([question])[0], weights or {})
        found, vectors = candidates(evidence, sentences or [None] * len(evidence))
        if not found:
            return Selection(asked)
        table = far(asking, found, vectors)
        first = _weighed(table, FAR, FIRST)
        best = sorted(int(place) for place in np.argsort(-first, kind="stable")[:NEAREST])
        closely = dict(zip(best, self.embedder.encode([read(found[place]) for place in best]), strict=True))
        rows = np.hstack([table[best], near(asking, found, closely)])
        final = _weighed(rows, FAR + NEAR, FINAL)
        # What was not compared closely comes after what was.
        scores = first - first[best].max() + final.min() - 1.0
        scores[best] = final
        order = sorted(range(len(found)), key=lambda place: (-scores[place], place))
        surest = int(np.argmax(final))
        sure = confidence(outlook(rows, final, misfit(asking, found, best[surest]), evidence))
        names = dict(zip(best, (dict(zip(FAR + NEAR, map(float, row), strict=True)) for row in rows), strict=True))
        return Selection(
            asked,
            tuple(_scored(found, place, float(scores[place]), names.get(place, {})) for place in order),
            sure,
        )


def confidence(values: Mapping[str, float]) -> float:
    """0 … 1, by logistic regression on `outlook`."""
    logit = CONFIDENCE["bias"] + sum(CONFIDENCE[name] * value for name, value in values.items() if name in CONFIDENCE)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def outlook(rows: Table, scores: Table, against: Sequence[float], evidence: Sequence[Evidence]) -> dict[str, float]:
    """The signals of confidence, by name: what the best sentence is like, what it lacks, how far it stands out.

    Args:
        rows: (m, FAR + NEAR) signals of the sentences that were compared closely.
        scores: (m,) what they come to.
        against: the `MISFIT` of the best of them.
        evidence: what was found, best first.
    """
    best = int(np.argmax(scores))
    values = dict(zip(FAR + NEAR, map(float, rows[best]), strict=True))
    others = np.delete(scores, best)
    dense = [item.scores.get("dense", 0.0) for item in evidence]
    ranks = sorted((item.scores.get("score", 0.0) for item in evidence), reverse=True)
    return (
        values
        | dict(zip(MISFIT, against, strict=True))
        | {
            "score": float(scores[best]),
            "lead": float(scores[best] - others.max()) if len(others) else 1.0,
            "dense": dense[0],
            "dense_best": max(dense),
            "dense_lead": max(dense) - float(np.mean(dense)),
            "lexical": evidence[0].scores.get("lexical", 0.0),
            "rank_lead": ranks[0] - ranks[1] if len(ranks) > 1 else 0.0,
        }
    )


def _weighed(table: Table, names: Sequence[str], weights: Mapping[str, float]) -> Table:
    """(n,)"""
    total: Table = table @ np.array([weights.get(name, 0.0) for name in names])
    return total


def _scored(found: Sequence[Candidate], place: int, score: float, signals: Mapping[str, float]) -> ScoredSentence:
    candidate = found[place]
    before = found[candidate.before] if candidate.before is not None else None
    return ScoredSentence(
        candidate.evidence.marker,
        candidate.start,
        candidate.end,
        candidate.text,
        score,
        (before.start, before.end) if before else None,
        signals,
    )
