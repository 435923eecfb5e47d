"""How sure can we be that the best sentence answers? A calibrated confidence, from several signals.

Two things must hold: the articles touch on what is asked, and the sentence does not lack or turn round what was asked
for. Either alone fools: what is off the topic lacks words as well, and near misses are on the topic. So the confidence
is a product of two logistic regressions that are fitted together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.answer import Evidence
from rag.misfit import MISFIT
from rag.selection_weights import FITS, TOUCHES
from rag.signals import FAR, NEAR

if TYPE_CHECKING:
    from rag.signals import Table


def confidence(values: Mapping[str, float]) -> float:
    """0 … 1, from `outlook`."""
    return _chance(values, TOUCHES) * _chance(values, FITS)


def _chance(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    logit = weights["bias"] + sum(weights[name] * value for name, value in values.items() if name in weights)
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
    values = dict(zip(FAR + NEAR + MISFIT, (*map(float, rows[best]), *against), strict=True))
    others = np.delete(scores, best)
    dense = [item.scores.get("dense", 0.0) for item in evidence]
    ranks = sorted((item.scores.get("score", 0.0) for item in evidence), reverse=True)
    return values | {
        "score": float(scores[best]),
        "lead": float(scores[best] - others.max()) if len(others) else 1.0,
        "dense": dense[0],
        "dense_best": max(dense),
        "dense_lead": max(dense) - float(np.mean(dense)),
        "lexical": evidence[0].scores.get("lexical", 0.0),
        "rank_lead": ranks[0] - ranks[1] if len(ranks) > 1 else 0.0,
    }
