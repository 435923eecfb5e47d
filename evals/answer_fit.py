"""The weights of answer selection: ``python -m evals.answer_fit FOLDER...`` writes `rag.selection_weights`.

Every case of every question set is searched as the assistant does, and the signals of the sentences of its evidence are
taken (`rag.signals`). Then three linear models are fitted, every set counting the same:

FIRST, FINAL  which sentence answers: list-wise softmax (ListNet's top-one loss, Cao et al. 2007) over the sentences of
              a question, on answerable cases whose answer is there, in one article; without, and with, the
              token-by-token signals
TOUCHES, FITS whether any does: a product of two logistic regressions on answerable against unanswerable cases, both
              weighed alike, of the sets that have both

Held-out figures are five-fold, over articles: rank 1 is the share of answerable cases with short answers whose first
sentence holds one; AUROC is that of the confidence.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.progress import track

from evals.answers import holds
from evals.case import Case, load_cases
from evals.retrieval import scope
from evals.separation import auroc
from rag.misfit import MISFIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag import Assistant

    Rows = NDArray[np.float64]

_RIDGE = 3e-3  # of the list-wise models, on standardized signals
_PENALTY = 3e-3  # of the logistic ones
_FOLDS = 5
_STEPS, _RATE = 250, 0.05
_WEIGHTS = Path(__file__).parent.parent / "rag" / "selection_weights.py"
_TOUCHES = (
    "dense", "dense_best", "dense_lead", "cosine_passage", "cosine", "cosine_alone", "lexical", "rank_lead",
    "coverage_passage", "lacks_passage", "words", "names_passage", "meaning_tokens", "score",
)  # fmt: skip
_FITS = (
    *_TOUCHES, "negated", "denied", "opposed", "numbers_missing", "names_missing", "lacks", "meaning_before",
    "meaning_least", "type", "lead",
)  # fmt: skip
# What speaks for an answer may not count against it, the more there is of it, nor the other way round: weights that
# only make up for one another do not carry over to other articles.
_SIGNS = dict.fromkeys(MISFIT, -1) | {"words": 0, "bias": 0}
# What a set counts in the fit of the confidence. Questions that come close to the articles are the hard ones; those
# that do not are told apart anyhow.
_COUNTS = {"squad2": 1.7, "multihop": 0.3, "samples": 0.3}


@dataclass(frozen=True, slots=True)
class Sample:
    """One case: the signals of all its sentences, of the best ones, and which of them answer."""

    fold: int
    answerable: bool
    short: bool  # has short answers
    far: Rows  # (n, FAR)
    best: tuple[int, ...]
    near: Rows  # (m, FAR + NEAR)
    against: Rows  # (m, MISFIT)
    right: Rows  # (n,) 0 or 1: the sentence that the answer is from
    holds: Rows  # (n,) 0 or 1: any sentence that holds the answer
    evidence: tuple[Any, ...]


def samples(folder: Path, keep: Path | None) -> list[Sample]:
    """The cases of a question set; kept in a file, if there is a folder for it, and taken from there the next time."""
    file = keep / f"{folder.name}.answers.pickle" if keep else None
    if file and file.exists():
        kept: list[Sample] = pickle.loads(file.read_bytes())  # noqa: S301  # our own
        return kept
    from rag import Settings, open_assistant

    packed = folder / "articles.jsonl.gz"
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        home = keep / folder.name if keep else Path(place)
        with closing(open_assistant(Settings(home=home))) as assistant:
            assistant.add(packed if packed.exists() else folder / "articles.jsonl", collection=folder.name)
            cases = load_cases(folder / "cases.jsonl")
            found = [_sample(assistant, case, folder.name) for case in track(cases, folder.name)]
    if file:
        file.write_bytes(pickle.dumps(found))
    return found


def _sample(assistant: Assistant, case: Case, name: str) -> Sample:
    from rag.misfit import misfit
    from rag.question import understand
    from rag.selection import NEAREST
    from rag.selection_weights import FIRST
    from rag.signals import FAR, NEAR, Asking, candidates, far, near, read

    query, collections = assistant._understood(case.question, case.history, scope(case, name), {})
    _, found = assistant._found(query, assistant._settled(query, collections), None, {})
    fold = sum(map(ord, case.evidence[0].article if case.evidence else case.id)) % _FOLDS
    if found.asked is None or found.asked.topic is None or not found.evidence:
        none, nowhere = np.zeros((0, len(FAR + NEAR))), np.zeros(0)
        return Sample(fold, case.answerable, bool(case.answers), none, (), none, none, nowhere, nowhere, ())
    weights = {stem: term.weight for term in found.asked.parts[0] for stem in term.stems}
    own = understand(query.own) if query.own != query.text else None
    asking = Asking(understand(query.topic), found.asked.topic, weights, own)
    sentences, vectors = candidates(found.evidence, found.sentences)
    table = far(asking, sentences, vectors)
    first = table @ np.array([FIRST.get(signal, 0.0) for signal in FAR])
    best = sorted(int(place) for place in np.argsort(-first, kind="stable")[:NEAREST])
    encoded = assistant.engine.selector.embedder.encode([read(sentences[place]) for place in best])
    rows = np.hstack([table[best], near(asking, sentences, dict(zip(best, encoded, strict=True)))])
    against = np.array([misfit(asking, sentences, place) for place in best]).reshape(len(best), len(MISFIT))
    said = np.array([float(holds(one.text, case.answers)) for one in sentences])
    gold = np.array([float(_is_gold(case, one)) for one in sentences])
    right = next((each for each in (said * gold, said, gold) if each.any()), said)
    if len({one.article for one in case.evidence}) > 1:  # no one sentence answers what several articles must
        right = np.zeros(len(sentences))
    short = bool(case.answers)
    return Sample(fold, case.answerable, short, table, tuple(best), rows, against, right, said, found.evidence)


def _is_gold(case: Case, sentence: Any) -> bool:
    """Whether a sentence meets a gold span."""
    start, end = sentence.evidence.start + sentence.start, sentence.evidence.start + sentence.end
    spans = ((gold.start, gold.end) for gold in case.evidence if gold.article == sentence.evidence.article)
    return any(first is not None and last is not None and first < end and start < last for first, last in spans)


def fit_ranking(sets: Sequence[Sequence[Sample]], of: Callable[[Sample], tuple[Rows, Rows]]) -> Rows:
    """(d,) weights on the signals as they are, by Adam (Kingma & Ba 2015) on the standardized ones."""
    rows, right, group = [], [], []
    share: list[float] = []
    for one in sets:
        usable = [sample for sample in one if sample.answerable and of(sample)[1].any()]
        for sample in usable:
            signals, answers = of(sample)
            rows.append(signals)
            right.append(answers)
            group.append(np.full(len(answers), len(share)))
            share.append(1 / len(usable))
    x, y, g, weight = np.concatenate(rows), np.concatenate(right), np.concatenate(group), np.array(share)
    weight = weight / weight.sum()
    spread = x.std(axis=0) + 1e-6
    x = (x - x.mean(axis=0)) / spread
    starts = np.concatenate([[0], np.flatnonzero(np.diff(g)) + 1])

    def softmax(scores: Rows) -> Rows:
        e = np.exp(scores - np.maximum.reduceat(scores, starts)[g])
        shares: Rows = e / np.add.reduceat(e, starts)[g]
        return shares

    def slope(w: Rows) -> Rows:
        scores = x @ w
        everything = softmax(scores)
        answers = softmax(np.where(y > 0, scores, -1e9))
        down: Rows = x.T @ ((everything - answers) * weight[g]) + 2 * _RIDGE * w
        return down

    fitted: Rows = _adam(slope, np.zeros(x.shape[1]), _STEPS) / spread
    return fitted


def fit_confidence(sets: Mapping[str, Sequence[Sample]], values: Callable[[Sample], Rows]) -> tuple[Rows, Rows]:
    """The weights of `_TOUCHES` and of `_FITS`, each with the constant at the end, fitted together."""
    rows, right, share = [], [], []
    for name, one in sets.items():
        kinds = np.array([sample.answerable for sample in one])
        rows.append(np.stack([values(sample) for sample in one]))
        right.append(kinds.astype(float))
        share.append(_COUNTS.get(name, 1.0) * np.where(kinds, 0.5 / kinds.sum(), 0.5 / (~kinds).sum()))
    x, y, weight = np.concatenate(rows), np.concatenate(right), np.concatenate(share)
    weight = weight / weight.sum()
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - middle) / spread, np.ones((len(x), 1))])
    near_by, rest = x[:, [*range(len(_TOUCHES)), -1]], x[:, len(_TOUCHES) :]
    size = near_by.shape[1]

    def slope(w: Rows) -> Rows:
        first, second = _logistic(near_by @ w[:size]), _logistic(rest @ w[size:])
        chance = np.clip(first * second, 1e-6, 1 - 1e-6)
        error = (chance - y) / (1 - chance) * weight
        down = np.concatenate([near_by.T @ (error * (1 - first)), rest.T @ (error * (1 - second))])
        kept = np.ones(len(w))
        kept[[size - 1, -1]] = 0  # the constants are not held back
        slopes: Rows = down + 2 * _PENALTY * kept * w
        return slopes

    start = np.zeros(size + rest.shape[1])
    start[[size - 1, -1]] = 1.0
    w = _adam(slope, start, 400, np.array([_SIGNS.get(name, 1) for name in (*_TOUCHES, "bias", *_FITS, "bias")]))
    return _unscaled(w[:size], middle[: size - 1], spread[: size - 1]), _unscaled(
        w[size:], middle[len(_TOUCHES) :], spread[len(_TOUCHES) :]
    )


def _logistic(values: Rows) -> Rows:
    chances: Rows = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return chances


def _unscaled(w: Rows, middle: Rows, spread: Rows) -> Rows:
    plain = w[:-1] / spread
    return np.append(plain, w[-1] - plain @ middle)


def chance(values: Rows, weights: tuple[Rows, Rows]) -> float:
    """As `rag.certainty.confidence`."""
    one, other = np.append(values[: len(_TOUCHES)], 1.0), np.append(values[len(_TOUCHES) :], 1.0)
    return float(_logistic(one @ weights[0]) * _logistic(other @ weights[1]))


def _adam(slope: Callable[[Rows], Rows], start: Rows, steps: int, signs: Rows | None = None) -> Rows:
    """Kingma & Ba 2015; a weight whose sign is 1 or -1 stays on that side of 0."""
    w, mean, square = start, np.zeros(len(start)), np.zeros(len(start))
    for step in range(1, steps + 1):
        s = slope(w)
        mean, square = 0.9 * mean + 0.1 * s, 0.999 * square + 0.001 * s**2
        w = w - _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if signs is not None:
            w = np.where(w * signs < 0, 0.0, w)
    return w


def _first(sample: Sample) -> tuple[Rows, Rows]:
    return sample.far, sample.right


def _final(sample: Sample) -> tuple[Rows, Rows]:
    return sample.near, sample.right[list(sample.best)]


def _outlook(final: Rows) -> Callable[[Sample], Rows]:
    from rag.certainty import outlook

    def values(sample: Sample) -> Rows:
        if not sample.evidence or not len(sample.near):
            return np.zeros(len(_TOUCHES) + len(_FITS))
        scores = sample.near @ final
        found = outlook(sample.near, scores, sample.against[int(np.argmax(scores))], sample.evidence)
        return np.array([found[name] for name in (*_TOUCHES, *_FITS)])

    return values


def held_out(sets: Mapping[str, Sequence[Sample]]) -> dict[str, dict[str, float]]:
    """By set: rank 1 of the first and the final order, and the AUROC of the confidence."""
    figures: dict[str, dict[str, list[float]]] = {name: {} for name in sets}
    chances: dict[str, list[tuple[float, bool]]] = {name: [] for name in sets}
    for fold in range(_FOLDS):
        seen = {name: [sample for sample in one if sample.fold != fold] for name, one in sets.items()}
        first, final = fit_ranking(list(seen.values()), _first), fit_ranking(list(seen.values()), _final)
        values = _outlook(final)
        both = {name: one for name, one in seen.items() if len({sample.answerable for sample in one}) == 2}
        weights = fit_confidence(both, values) if both else None
        for name, one in sets.items():
            for sample in (sample for sample in one if sample.fold == fold):
                if sample.answerable and sample.short:
                    holds_best = sample.holds[list(sample.best)]
                    orders = (("first", sample.far, sample.holds, first), ("final", sample.near, holds_best, final))
                    for label, rows, right, model in orders:
                        hit = bool(len(rows)) and bool(right[int(np.argmax(rows @ model))])
                        figures[name].setdefault(label, []).append(hit)
                if weights is not None:
                    chances[name].append((chance(values(sample), weights), sample.answerable))
    return {
        name: {label: float(np.mean(right)) for label, right in figures[name].items()} | _separated(chances[name])
        for name in sets
    }


def _separated(chances: Sequence[tuple[float, bool]]) -> dict[str, float]:
    kinds = [kind for _, kind in chances]
    return {"auroc": auroc([value for value, _ in chances], kinds)} if len(set(kinds)) == 2 else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="question sets")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the indexes and signals there, and use them again"
    )
    parser.add_argument("--write", action="store_true", help="write rag/selection_weights.py")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    sets = {folder.resolve().name: samples(folder.resolve(), given.keep) for folder in given.folders}
    lines = []
    for name, figures in held_out(sets).items():
        lines.append(f"{name}: " + ", ".join(f"{label} {value:.3f}" for label, value in figures.items()))
        print(lines[-1], flush=True)
    if given.write:
        _WEIGHTS.write_text(_module(sets, lines), encoding="utf-8")


def _module(sets: Mapping[str, Sequence[Sample]], held: Sequence[str]) -> str:
    from rag.signals import FAR, NEAR

    first, final = fit_ranking(list(sets.values()), _first), fit_ranking(list(sets.values()), _final)
    both = {name: one for name, one in sets.items() if len({sample.answerable for sample in one}) == 2}
    touches, fits = fit_confidence(both, _outlook(final))
    tables = {
        "FIRST": dict(zip(FAR, first, strict=True)),
        "FINAL": dict(zip(FAR + NEAR, final, strict=True)),
        "TOUCHES": dict(zip([*_TOUCHES, "bias"], touches, strict=True)),
        "FITS": dict(zip([*_FITS, "bias"], fits, strict=True)),
    }
    text = (
        '"""The weights of `rag.selection`, as ``python -m evals.answer_fit`` wrote them; not to be edited by hand.\n\n'
    )
    text += "On the folds held out:\n\n" + "\n".join(held) + '\n"""\n'
    for name, weights in tables.items():
        rows = "".join(f'    "{signal}": {value:.3f},\n' for signal, value in weights.items())
        text += f"\n{name} = {{\n{rows}}}\n"
    return text


if __name__ == "__main__":
    main()
