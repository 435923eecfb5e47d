"""Can a judge tell supported claims from others? ``python -m evals.judges DATA`` (or ``make eval-judges``)

DATA holds judge sets (see `evals.judge_sets`): folders called ``judge_…``. Measured is what the gate makes of a judge:
the judge's score, lowered by what the deterministic checks object to. On each set: any support (supported and partial
against unsupported) and full support (supported against the rest), as AUROC with 95 % bootstrap intervals. Then
`evals.swaps` of supported claims, against what a citation would quote: of WiCE's, and of the sentences of our own
sample articles. The figure is the chance that a claim scores above its own swap, ties half. Beside it stands the AUROC
over all claims and swaps thrown together, where a claim is set against the swaps of others too.

A score below .65 on a set is not called groundedness there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from corpus.errors import DossierError
from corpus.sentences import sentence_spans
from evals.judge_sets import JudgeCase, load, quoted
from evals.metrics import Estimate, estimate
from evals.samples import articles
from evals.separation import auroc, estimated
from evals.swaps import KINDS, Swap, swaps
from rag.checks import Cited, findings
from rag.errors import SettingsError
from rag.ports import Judge, Support
from rag.verification import lowered

WORTHY = 0.65  # AUROC below which a score is not called groundedness
_CLAIM = range(40, 300)  # characters of the sample sentences that are swapped
_MOST = 400  # swaps of the samples


@dataclass(frozen=True, slots=True)
class Measured:
    """One judge's work on one set."""

    support: list[Support]
    seconds: float  # a claim, at the median


def measured(judge: Judge, claims: Sequence[tuple[str, tuple[str, ...]]]) -> Measured:
    """What the gate makes of the judge's word on each claim, given with its quotes."""
    support, took = [], []
    for claim, quotes in claims:
        begun = time.perf_counter()
        support.append(lowered(judge.support(claim, quotes), findings(claim, Cited(quotes))))
        took.append(time.perf_counter() - begun)
    return Measured(support, median(took))


def on_set(judge: Judge, name: str, cases: Sequence[JudgeCase]) -> Iterator[str]:
    """The lines about a judge on a judge set."""
    for what, quotes in (("whole evidence", lambda case: case.sentences), ("as cited", quoted)):
        if what == "as cited" and not any(case.supporting for case in cases):
            continue
        found = measured(judge, [(case.claim, quotes(case)) for case in cases])
        lines: tuple[tuple[str, Callable[[Support], float], frozenset[str]], ...] = (
            ("any support", lambda support: support.part, frozenset({"supported", "partial"})),
            ("full support", lambda support: support.full, frozenset({"supported"})),
        )
        for kind, score, labels in lines:
            positive = [case.label in labels for case in cases]
            if len(set(positive)) == 2:
                result = estimated([score(support) for support in found.support], positive)
                yield f"  {name}, {what}, {kind}: {named(result)}   {found.seconds * 1000:.1f} ms a sentence"


def named(result: Estimate) -> str:
    """The figure under the name it deserves."""
    name = "groundedness" if result.mean >= WORTHY else "not a groundedness measure here:"
    return f"{name} AUROC {shown(result)}"


def shown(result: Estimate) -> str:
    return f"{result.mean:.3f} [{result.low:.3f}, {result.high:.3f}]"


def on_swaps(judge: Judge, name: str, found: Sequence[Swap]) -> Iterator[str]:
    """The lines about a judge on swaps: told apart from their own claim, by kind, and all together."""
    right = measured(judge, [(swap.claim, swap.quotes) for swap in found])
    wrong = measured(judge, [(swap.swapped, swap.quotes) for swap in found])
    pairs = [(one.full, other.full) for one, other in zip(right.support, wrong.support, strict=True)]
    apart = [float(one > other) + 0.5 * (one == other) for one, other in pairs]
    for kind in KINDS:
        if mine := [value for swap, value in zip(found, apart, strict=True) if swap.kind == kind]:
            yield f"  swaps of {name}, {kind}: {shown(estimate(mine))}   {len(mine)} pairs"
    together = auroc([score for pair in pairs for score in pair], [True, False] * len(pairs))
    took = f"{wrong.seconds * 1000:.1f} ms a sentence"
    yield f"  swaps of {name}, all: {shown(estimate(apart))}; thrown together {together:.3f}   {took}"


def sample_claims() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sentences of the sample articles in English, each supported by itself."""
    for article in articles():
        if article.get("language", "en").startswith("en"):
            for start, end in sentence_spans(article["text"], article.get("language")):
                text = article["text"][start:end]
                if end - start in _CLAIM and text.endswith("."):
                    yield text, (text,)


def judges(specs: Sequence[str]) -> list[Judge]:
    """The judges that the specs name, as in DOSSIER_MODELS__JUDGE."""
    from rag.settings import load_settings
    from rag.wiring import open_judge

    settings = load_settings()
    chosen = specs or dict.fromkeys(("built-in", settings.models.judge))
    return [open_judge(settings.models.model_copy(update={"judge": spec})) for spec in chosen]


def report(judge: Judge, data: Path) -> Iterator[str]:
    """All lines about one judge."""
    yield f"{judge.name}"
    folders = sorted(folder for folder in data.glob("judge_*") if folder.is_dir())
    for folder in folders:
        cases = load(folder)
        yield from on_set(judge, folder.name.removeprefix("judge_"), cases)
        if supported := [(case.claim, quoted(case)) for case in cases if case.label == "supported" and case.supporting]:
            yield from on_swaps(judge, folder.name.removeprefix("judge_"), list(swaps(supported)))
    yield from on_swaps(judge, "samples", list(swaps(list(sample_claims())))[:_MOST])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="evals.judges", description="How well judges tell supported claims from others."
    )
    parser.add_argument("data", type=Path, help="folder of judge sets, each called judge_…")
    parser.add_argument("--judge", action="append", default=[], help="as DOSSIER_MODELS__JUDGE; may be repeated")
    given = parser.parse_args(arguments)
    try:
        if not any(given.data.glob("judge_*/claims.jsonl")):
            raise SettingsError(f"{given.data} holds no judge sets.", hint="Name the folder that holds judge_….")
        for judge in judges(given.judge):
            for line in report(judge, given.data):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    except DossierError as error:
        sys.stderr.write(f"evals.judges: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
