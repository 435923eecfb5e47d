"""The weights of the built-in judge: ``python -m evals.judge_fit FOLDER`` prints them, with held-out figures.

FOLDER is a judge set with single sentences (see `evals.judge_sets`): WiCE. For full support every claim is taken
twice, against its whole article and against the sentences that support it (the likest three, if none do), and its
`evals.swaps` count as not supported; for any support it is taken against its article. Logistic regression with an L2
penalty, both classes weighed alike, by Newton's method (Hastie et al., The Elements of Statistical Learning, 4.4);
held-out figures are five-fold, over claims. What is printed goes into `rag.judging`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.judge_sets import JudgeCase, load, quoted
from evals.separation import auroc
from evals.swaps import swaps
from rag.coverage import Signals, signals

_PENALTY = 10.0
_FOLDS = 5
_STEPS = 30
Rows = NDArray[np.float64]


def fit(rows: Rows, wanted: Rows, penalty: float = _PENALTY) -> Rows:
    """(n, d) signals and (n,) classes 0 or 1 → (d + 1,) weights, the last of them the constant.

    A signal that would count against the claim, the more of it there is, is left out.
    """
    weights = np.zeros(rows.shape[1] + 1)
    used = np.arange(rows.shape[1])
    while True:
        found = _fit(rows[:, used], wanted, penalty)
        if (found[:-1] >= 0).all():
            weights[[*used, -1]] = found
            return weights
        used = used[found[:-1] >= 0]


def _fit(rows: Rows, wanted: Rows, penalty: float) -> Rows:
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    inputs = np.hstack([(rows - middle) / spread, np.ones((len(rows), 1))])
    importance = np.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    ridge = penalty * np.eye(inputs.shape[1])
    ridge[-1, -1] = 0
    weights = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (importance * (chance - wanted)) + ridge @ weights
        curve = (inputs * (importance * chance * (1 - chance))[:, None]).T @ inputs + ridge
        weights = weights - np.linalg.solve(curve, slope)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] - plain @ middle)


def scores(rows: Rows, weights: Rows) -> Rows:
    return np.asarray(rows @ weights[:-1] + weights[-1])


class Table:
    """The signals of every claim: against its article, against its quotes, and of its swaps, with the claim's place."""

    def __init__(self, cases: Sequence[JudgeCase]) -> None:
        quotes = [quoted(case) for case in cases]
        self.whole = np.array([signals(case.claim, case.sentences) for case in cases])
        self.short = np.array([signals(case.claim, texts) for case, texts in zip(cases, quotes, strict=True)])
        supported = [at for at, case in enumerate(cases) if case.label == "supported"]
        found = list(swaps([(cases[at].claim, quotes[at]) for at in supported]))
        places = {cases[at].claim: at for at in supported}
        self.owners = np.array([places[swap.claim] for swap in found])
        self.swapped = np.array([signals(swap.swapped, swap.quotes) for swap in found])
        self.full = np.array([case.label == "supported" for case in cases], dtype=float)
        self.part = np.array([case.label != "unsupported" for case in cases], dtype=float)

    def weights(self, chosen: NDArray[np.int64], *, full: bool) -> Rows:
        """Fitted on these claims: for any support by their articles, for full support with all that the table has."""
        if not full:
            return fit(self.whole[chosen], self.part[chosen])
        own = np.isin(self.owners, chosen)
        rows = [self.whole[chosen], self.short[chosen], self.swapped[own]]
        return fit(np.vstack(rows), np.concatenate([self.full[chosen], self.full[chosen], np.zeros(own.sum())]))


def main(arguments: Sequence[str] | None = None) -> int:
    folder = Path((sys.argv[1:] if arguments is None else arguments)[0])
    table = Table(load(folder))
    everything = np.arange(len(table.full))
    order = np.random.default_rng(0).permutation(len(everything))
    for name, full, wanted in (("part", False, table.part), ("full", True, table.full)):
        held_out = {"whole": np.zeros(len(wanted)), "short": np.zeros(len(wanted))}
        for fold in range(_FOLDS):
            test = order[fold::_FOLDS]
            weights = table.weights(np.setdiff1d(everything, test), full=full)
            held_out["whole"][test] = scores(table.whole[test], weights)
            held_out["short"][test] = scores(table.short[test], weights)
        weights = table.weights(everything, full=full)
        written = ", ".join(f"{value:.2f}" for value in weights[:-1])
        sys.stdout.write(f"_{name.upper()} = Weights(Signals({written}), {weights[-1]:.2f})\n")
        figures = (f"{where} {auroc(found.tolist(), (wanted == 1).tolist()):.3f}" for where, found in held_out.items())
        sys.stdout.write(f"  # {', '.join(Signals._fields)}; AUROC held out: {', '.join(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
