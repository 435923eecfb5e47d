"""Do answers hold the answer, and are they refused when they should be? ``python -m evals.answers FOLDER...``

Each question set (see `evals.case`) goes into a fresh home, and every case is asked, with its conversation, as a user
would. Per set:

first claim   share of answerable cases with short answers whose first claim holds one of them, word for word, case and
              punctuation aside; the whole collection is searched, and an answer that was refused counts as wrong
short         share of the cases that show a short answer whose short answer holds a gold one or is held by it
AUROC         the confidence, answerable against unanswerable cases (where a set has both)
refused       shares of the answerable and of the unanswerable cases that were answered with "insufficient"
median        milliseconds from the question to the checked answer

Intervals are 95 % bootstrap intervals over cases.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.progress import track

from corpus.errors import DossierError
from evals.case import Case, load_cases
from evals.metrics import Estimate, estimate
from evals.retrieval import scope
from evals.separation import estimated


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case came to."""

    case: Case
    first: str  # the first claim; empty: there is none
    short: str | None
    refused: bool
    confidence: float
    seconds: float


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a text holds one of the answers, whole words, case and punctuation aside."""
    there = f" {_plain(text)} "
    return any(f" {plain} " in there for plain in map(_plain, answers) if plain)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def outcomes(folder: Path, limit: int | None = None, threshold: float | None = None) -> list[Outcome]:
    """Ask every case; ``threshold`` takes the place of the setting below which an answer is refused.

    Raises:
        CaseError, OSError: the folder is not a question set.
    """
    from rag import open_assistant
    from rag.settings import load_settings

    cases = load_cases(folder / "cases.jsonl")[:limit]
    settings = load_settings()
    if threshold is not None:
        answers = settings.answers.model_copy(update={"threshold": threshold})
        settings = settings.model_copy(update={"answers": answers})
    packed = folder / "articles.jsonl.gz"
    with (
        tempfile.TemporaryDirectory() as home,
        closing(open_assistant(settings.model_copy(update={"home": Path(home)}))) as assistant,
    ):
        assistant.add(packed if packed.exists() else folder / "articles.jsonl", collection=folder.name)
        assistant.warm_up()
        found = []
        for case in track(cases, folder.name, console=Console(stderr=True)):
            started = perf_counter()
            answer = assistant.ask(case.question, case.history, scope=scope(case, folder.name))
            seconds = perf_counter() - started
            first = answer.claims[0].text if answer.claims else ""
            refused = answer.status == "insufficient"
            found.append(Outcome(case, first, answer.short, refused, answer.confidence, seconds))
        return found


def lines(found: Sequence[Outcome]) -> Iterator[str]:
    """The figures of one set."""
    asked = [one for one in found if one.case.answerable and one.case.answers and one.case.kind != "comparison_query"]
    if asked:
        yield f"first claim  {_share([holds(one.first, one.case.answers) for one in asked])} of {len(asked)}"
        if short := [one for one in asked if one.short]:
            right = [holds(one.short or "", one.case.answers) or _within(one) for one in short]
            yield f"short        {_share(right)} of {len(short)} that have one"
    kinds = [one.case.answerable for one in found]
    if len(set(kinds)) == 2:
        yield f"AUROC        {_shown(estimated([one.confidence for one in found], kinds))}"
    for kind, name in ((True, "answerable"), (False, "unanswerable")):
        if of_kind := [one.refused for one in found if one.case.answerable is kind]:
            yield f"refused      {_share(of_kind)} of {len(of_kind)} {name}"
    yield f"median       {median(one.seconds for one in found) * 1000:.0f} ms"


def _within(one: Outcome) -> bool:
    return any(f" {_plain(one.short or '')} " in f" {_plain(answer)} " for answer in one.case.answers)


def _share(right: Sequence[bool]) -> str:
    return _shown(estimate([float(one) for one in right]))


def _shown(value: Estimate) -> str:
    return f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", help="question sets")
    parser.add_argument("--limit", type=int, help="the first N cases of each")
    parser.add_argument("--threshold", type=float, help="refuse below this confidence, not below that of the settings")
    given = parser.parse_args()
    try:
        for folder in given.folders:
            print(folder.resolve().name, flush=True)
            for line in lines(outcomes(folder.resolve(), given.limit, given.threshold)):
                print(f"  {line}", flush=True)
    except DossierError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
