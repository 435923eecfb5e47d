"""How fast, and how much memory: ``python -m evals.bench FOLDER`` (or ``make bench``).

Prints ratios of two things measured in the same run on the same machine, never seconds to be compared with another
day's. The parts:

adding    reading + hashing + clustering against embedding; adding again against adding first
indexing  articles made searchable, against the plain llama-index recipe and against the encoder alone
answers   milliseconds to the first event and to the whole, checked answer; what the gate adds a sentence
search    milliseconds with a filter, in 35,000 made-up passages and in ten times as many
precision the embedder in bfloat16 against float32: vectors, the ten nearest, and passages a second
cold      the first answer of a new process against the plain recipe's; the second question against the first
memory    the peak at 1×, 3× and 10× the articles, and the embedding model's share

The folder is in the format of the question sets: ``articles.jsonl`` or ``articles.jsonl.gz``. The plain recipe needs
the extra ``peers``; without it, its side is left out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.speed import adding, answering, indexing, precision, searching, starting
from evals.speed.measuring import load

_FEW = 150  # articles that the plain recipe can index in a minute or two


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked for. ``place`` is a folder for everything that is made on the way."""

    folder: Path
    place: Path
    keep: Path | None = None
    articles: int | None = None
    multiples: Sequence[int] = (1, 3, 10)
    quick: bool = False
    rounds: int | None = None

    @property
    def all(self) -> int | None:
        """How many articles for parts that stand alone; None for all that there are."""
        return self.articles or (20 if self.quick else None)

    @property
    def few(self) -> int:
        """How many articles for parts beside the plain recipe."""
        return self.articles or (20 if self.quick else _FEW)


def _adding(run: Run) -> Iterator[str]:
    return adding.report_adding(run.folder, run.place, run.all)


def _indexing(run: Run) -> Iterator[str]:
    return indexing.report(run.folder, run.place, run.few, run.rounds or (1 if run.quick else 3))


def _search(run: Run) -> Iterator[str]:
    size, questions = (2_000, 20) if run.quick else (35_000, 200)
    return searching.report(run.keep or run.place, (size, 10 * size), questions)


def _answers(run: Run) -> Iterator[str]:
    size, questions = (2_000, 10) if run.quick else (35_000, 100)
    return answering.report(run.folder, run.keep or run.place, run.few, size, questions)


def _precision(run: Run) -> Iterator[str]:
    return precision.report(run.folder, run.few)


def _cold(run: Run) -> Iterator[str]:
    return starting.report(run.folder, run.place, run.few, run.rounds or (1 if run.quick else 5))


def _memory(run: Run) -> Iterator[str]:
    return adding.report_memory(run.folder, run.place, run.all, run.multiples)


PARTS: dict[str, Callable[[Run], Iterator[str]]] = {
    "adding": _adding,
    "indexing": _indexing,
    "search": _search,
    "answers": _answers,
    "precision": _precision,
    "cold": _cold,
    "memory": _memory,
}


def bench(run: Run, parts: Sequence[str]) -> None:
    """Print the parts, each line as soon as it is known."""
    print(load(), flush=True)
    for part in parts:
        print(part, flush=True)
        for line in PARTS[part](run):
            print(f"  {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with articles.jsonl, such as a question set")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts")
    parser.add_argument(
        "--articles", type=int, help=f"the first N (without it {_FEW} beside the plain recipe, else all)"
    )
    parser.add_argument("--multiples", type=int, nargs="*", default=(1, 3, 10), help="of the articles, for the memory")
    parser.add_argument("--rounds", type=int, help="of sides that take turns (without it 3 for indexing, 5 for cold)")
    parser.add_argument("--quick", action="store_true", help="everything in small, to try it")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the made-up collections there, and use them again"
    )
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        options = {
            name: getattr(given, name) for name in ("folder", "keep", "articles", "multiples", "quick", "rounds")
        }
        bench(Run(place=Path(place), **options), given.only)


if __name__ == "__main__":
    main()
