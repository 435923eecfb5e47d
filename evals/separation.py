"""How well a score tells two classes apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evals.metrics import Estimate

_RESAMPLES = 1000


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The chance that a positive case scores above a negative one, ties counting half (Hanley and McNeil, 1982).

    0.5 is guessing, 1 is told apart.

    Raises:
        ValueError: one of the two classes is empty, or the lengths differ.
    """
    if len(scores) != len(positive):
        raise ValueError("a score and a class for each case are needed")
    flags = np.asarray(positive, dtype=bool)
    if not len(flags) or flags.all() or not flags.any():
        raise ValueError("an AUROC needs cases of both classes")
    _, places, counts = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    above = ranks[flags].sum() - flags.sum() * (flags.sum() + 1) / 2
    return float(above / (flags.sum() * (~flags).sum()))


def estimated(scores: Sequence[float], positive: Sequence[bool], seed: int = 0) -> Estimate:
    """The AUROC with the percentiles 2.5 and 97.5 of 1,000 resamples, each class drawn by itself.

    Raises:
        ValueError: as `auroc`.
    """
    whole = auroc(scores, positive)
    values, flags = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    ours, theirs = values[flags], values[~flags]
    rng = np.random.default_rng(seed)
    classes = [True] * len(ours) + [False] * len(theirs)
    drawn = [
        auroc([*rng.choice(ours, len(ours)), *rng.choice(theirs, len(theirs))], classes) for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(whole, float(low), float(high))
