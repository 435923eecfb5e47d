"""How good a ranking is: pure functions of the passages found and the gold evidence of one case.

A ranking is best first. Only its first ten hits count. A hit *holds* a gold span when it has at least half of the
span's characters, and a gold article without a known span when it is of that article. Each piece of evidence counts
once, however many hits hold it. All measures are 0 … 1, higher is better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from evals.case import Case, Gold

DEPTH = 10  # hits that count
MEASURES = ("any@1", "any@5", "MRR@10", "recall@5", "recall@10", "all@10")
BY_KIND = ("any@5", "all@10")  # those that are told apart by kind of case

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage: characters of an article, half-open; without them, the whole article."""

    article: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over cases with its 95 % interval."""

    mean: float
    low: float
    high: float


def holds(hit: Hit, gold: Gold) -> bool:
    """Whether a hit has at least half of the gold span, or is of the gold article where one of the spans is unknown."""
    if hit.article != gold.article:
        return False
    if hit.start is None or hit.end is None or gold.start is None or gold.end is None:
        return True
    return min(hit.end, gold.end) - max(hit.start, gold.start) >= 0.5 * (gold.end - gold.start)


def first(hits: Sequence[Hit], evidence: Sequence[Gold]) -> int | None:
    """The rank, from 1, of the first of the ten hits that holds any of the evidence; None if none does."""
    ranks = (rank for rank, hit in enumerate(hits[:DEPTH], 1) if any(holds(hit, gold) for gold in evidence))
    return next(ranks, None)


def recall(hits: Sequence[Hit], evidence: Sequence[Gold], depth: int) -> float:
    """The share of the evidence that the first ``depth`` hits hold (Manning et al., Introduction to IR, ch. 8).

    Raises:
        ValueError: there is no evidence.
    """
    if not evidence:
        raise ValueError("recall needs evidence")
    return sum(any(holds(hit, gold) for hit in hits[:depth]) for gold in evidence) / len(evidence)


def measure(hits: Sequence[Hit], evidence: Sequence[Gold]) -> dict[str, float]:
    """One case by all `MEASURES`:

    any@1, any@5: 1 if the first hit, or one of the first five, holds any of the evidence; else 0.
    MRR@10: 1 / rank of the first hit that holds any of it, 0 if none of ten does; averaged over cases it is the mean
        reciprocal rank (Voorhees, TREC-8 Question Answering Track Report, 1999).
    recall@5, recall@10: see `recall`.
    all@10: 1 if ten hits hold all of the evidence; else 0.

    Raises:
        ValueError: there is no evidence.
    """
    rank, whole = first(hits, evidence), recall(hits, evidence, DEPTH)
    return {
        "any@1": float(rank == 1),
        "any@5": float(rank is not None and rank <= 5),
        "MRR@10": 1 / rank if rank else 0.0,
        "recall@5": recall(hits, evidence, 5),
        "recall@10": whole,
        "all@10": float(whole == 1),
    }


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean with the percentiles 2.5 and 97.5 of 1,000 resamples of cases (Efron and Tibshirani, 1993).

    The same values and seed give the same interval.

    Raises:
        ValueError: there are no values.
    """
    if not len(values):
        raise ValueError("an estimate needs values")
    sample = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)  # a resample at a time: memory does not grow with their number
    means = [sample[rng.integers(len(sample), size=len(sample))].mean() for _ in range(_RESAMPLES)]
    low, high = np.quantile(means, (0.025, 0.975))
    return Estimate(float(sample.mean()), float(low), float(high))


def difference(ours: Sequence[float], theirs: Sequence[float], seed: int = 0) -> Estimate:
    """How much better ours is, paired: both values of a case are drawn together, so that hard cases cancel out.

    Raises:
        ValueError: the two are not over the same cases, or over none.
    """
    return estimate([one - other for one, other in zip(ours, theirs, strict=True)], seed)


def kinds(cases: Sequence[Case], rows: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, Any]:
    """Means by kind of case, where there are several kinds."""
    members: dict[str, list[int]] = {}
    for at, case in enumerate(cases):
        members.setdefault(case.kind, []).append(at)
    if len(members) < 2:
        return {}
    return {
        kind: {"cases": len(group)}
        | {name: {system: fmean(rows[system][at][name] for at in group) for system in rows} for name in BY_KIND}
        for kind, group in sorted(members.items())
    }


def failures(cases: Sequence[Case], rankings: Sequence[Sequence[Hit]]) -> Iterator[dict[str, Any]]:
    """The cases of whose evidence something is missing in ten hits, by kind."""
    for case, hits in sorted(zip(cases, rankings, strict=True), key=lambda pair: (pair[0].kind, pair[0].id)):
        share = measure(hits, case.evidence)["recall@10"]
        if share < 1:
            facts = {"kind": case.kind, "id": case.id, "question": case.question}
            yield facts | {"first": first(hits, case.evidence), "recall@10": share}
