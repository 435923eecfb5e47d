"""What every measure of speed stands on: the articles, rounds of alternating sides, processes apart, aligned lines."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MATRIX_UNITS = ("amx_tile", "amx_bf16", "amx_int8", "avx512_bf16", "avx512_vnni", "avx512f", "avx2")


def records(folder: Path, limit: int | None, times: int = 1) -> Iterator[dict[str, Any]]:
    """The articles of a question set; every repetition has its words in another order, so that it is a new article."""
    packed = folder / "articles.jsonl.gz"
    for number in range(times):
        with gzip.open(packed, "rt") if packed.exists() else (folder / "articles.jsonl").open("rt") as lines:
            for index, line in enumerate(lines):
                if limit is not None and index == limit:
                    break
                record = json.loads(line)
                if number:
                    record |= {"id": f"{record['id']}#{number}", "text": _shuffled(record["text"], number)}
                yield record


def _shuffled(text: str, seed: int) -> str:
    words = text.split(" ")
    random.Random(seed).shuffle(words)  # noqa: S311  # the same in every run
    return " ".join(words)


def write(file: Path, articles: Iterable[Mapping[str, Any]]) -> Path:
    """The articles as a file that Dossier reads; the file."""
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in articles)
    return file


def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call in a new process: its memory, its threads and what it has loaded are its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *args, **kwargs).result()


def alternating(rounds: int, **sides: Callable[[int], T]) -> dict[str, list[T]]:
    """What each side gave in each round; the sides take turns, so that a slow minute hits them all."""
    results: dict[str, list[T]] = {name: [] for name in sides}
    for number in range(rounds):
        for name, side in sides.items():
            results[name].append(side(number))
    return results


def by_turns(rounds: int) -> str:
    """How often the sides took turns, in words."""
    return "one round" if rounds == 1 else f"medians of {rounds} rounds, the sides by turns"


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return middle(one / other for one, other in zip(over, under, strict=True))


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def table(*rows: Sequence[str]) -> Iterator[str]:
    """Lines with their columns under each other, the first to the left, the others to the right.

    A last column that begins with a letter or a bracket is a remark, and stands to the left.
    """
    count = max(map(len, rows), default=0)
    padded = [(*row, *[""] * (count - len(row))) for row in rows]
    widths = [max(len(row[column]) for row in padded) for column in range(count)]
    remarks = all(not row[-1][:1].isdigit() for row in padded)
    for row in padded:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        if remarks and count > 1:
            cells[-1] = row[-1]
        yield "  ".join(cells).rstrip()


def machine(embedder: Any) -> str:
    """What embeds, and on what: precision and threads, as the embedder reports them, cores, and units for matrices.

    Args:
        embedder: loaded; its ``precision`` and ``threads`` count, if it has them.
    """
    precision = getattr(embedder, "precision", None) or "as the model comes"
    threads = getattr(embedder, "threads", None) or "not reported"
    units = " ".join(_matrix_units()) or "unknown"
    return f"precision: {precision}; threads: {threads}; cores: {_cores()}; processor: {units}"


def load() -> str:
    """How busy the machine is with other things, in words; to be told before anything is measured."""
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return f"load of the machine before: {busy} on {_cores()} cores (a busy one makes every figure uncertain)"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _matrix_units() -> list[str]:
    """Of the instruction sets that matter to encoders, those that Linux says the processor has."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    flags = next((set(line.split()) for line in lines if line.startswith("flags")), set())
    return [unit for unit in _MATRIX_UNITS if unit in flags]
