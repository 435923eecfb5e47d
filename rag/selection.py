"""Answer sentence selection: which sentences of the evidence answer the question, and how sure can we be?

Two steps, like a search: signals that cost no model order all sentences of the evidence, then the best few are compared
with the question token by token (`rag.signals`). The weights were fitted by ``python -m evals.answer_fit``; what they
reach on the folds that were held out stands in `rag.selection_weights`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rag.answer import Evidence
from rag.certainty import confidence, outlook
from rag.misfit import misfit
from rag.ports import Embedder, Reader, Sentences
from rag.question import Question, understand
from rag.reading import reread
from rag.selection_weights import FINAL, FIRST
from rag.signals import FAR, NEAR, Asking, Candidate, candidates, far, near, read

if TYPE_CHECKING:
    from rag.signals import Table

_LATEST = 3.0  # for the newest, where that is asked for; the scores of a question's best sentences spread about 1.5
_FADES = 365.0  # days after which that is 1/e
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
    """All sentences of the evidence, best first; ``confidence`` 0 … 1, that the evidence answers the question.

    ``span``, where a reader is sure of it, is the answer within the first sentence: ``text[start:end]``.
    """

    question: Question = field(default_factory=lambda: understand("?"))
    sentences: tuple[ScoredSentence, ...] = ()
    confidence: float = 0.0
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Scores the sentences of what was found, with a reader's help if there is one (see `rag.reading`)."""

    embedder: Embedder
    reader: Reader | None = None

    def select(
        self,
        question: str,
        evidence: Sequence[Evidence],
        sentences: Sequence[Sentences | None] = (),
        *,
        asking: Asking | None = None,
        recency: float = 0.0,
    ) -> Selection:
        """Score every sentence of the evidence against a standalone question.

        Args:
            sentences: as stored with each passage; without them, only what is compared token by token has a cosine.
            asking: what the question is compared by, if that is known from the search.
            recency: how much what the newest article says is to count, 0 … 1.
        """
        asking = asking or Asking(understand(question), self.embedder.encode([question])[0])
        asked = asking.asked
        found, vectors = candidates(evidence, sentences or [None] * len(evidence))
        if not found:
            return Selection(asked)
        table = far(asking, found, vectors)
        fresh = _LATEST * recency * _recency(found)
        first = _weighed(table, FAR, FIRST) + fresh
        best = sorted(int(place) for place in np.argsort(-first, kind="stable")[:NEAREST])
        closely = dict(zip(best, self.embedder.encode([read(found[place]) for place in best]), strict=True))
        rows = np.hstack([table[best], near(asking, found, closely)])
        final = _weighed(rows, FAR + NEAR, FINAL) + fresh[best]
        # What was not compared closely comes after what was.
        scores = first - first[best].max() + final.min() - 1.0
        scores[best] = final
        order = sorted(range(len(found)), key=lambda place: (-scores[place], place))
        surest = int(np.argmax(final))
        sure = confidence(outlook(rows, final, misfit(asking, found, best[surest]), evidence))
        names = dict(zip(best, (dict(zip(FAR + NEAR, map(float, row), strict=True)) for row in rows), strict=True))
        selection = Selection(
            asked,
            tuple(_scored(found, place, float(scores[place]), names.get(place, {})) for place in order),
            sure,
        )
        return reread(selection, question, self.reader) if self.reader else selection


def _recency(found: Sequence[Candidate]) -> Table:
    """(n,) 1 for what the newest article of all says, less for older ones, 0 without a date."""
    days = [candidate.evidence.published for candidate in found]
    known = [date.fromisoformat(day) for day in days if day and len(day) == len("2024-05-01")]
    newest = max(known, default=date.min)
    ages = [(newest - date.fromisoformat(day)).days if day and len(day) == len("2024-05-01") else None for day in days]
    return np.array([0.0 if age is None else math.exp(-age / _FADES) for age in ages])


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
