"""What taking articles in costs: ``python -m evals.bench FOLDER`` (or ``make bench``).

Prints ratios of two things measured in the same run on the same machine, never seconds to be compared with another
day's: reading + hashing + clustering against embedding, adding again against adding first, and the peak memory at 1×,
3× and 10× the articles. The folder is in the format of the question sets: ``articles.jsonl`` or ``articles.jsonl.gz``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

MULTIPLES = (1, 3, 10)
_PYTHON = [sys.executable, "-m", "evals.bench"]


def articles(folder: Path, limit: int | None, times: int = 1) -> Iterator[dict[str, Any]]:
    """The records of the folder; every repetition has its words in another order, so that it is a new article."""
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
    random.Random(seed).shuffle(words)
    return " ".join(words)


@dataclass
class Timed:
    """An embedder that counts the seconds it works."""

    inner: Any
    seconds: float = 0.0

    @property
    def fingerprint(self) -> str:
        return str(self.inner.fingerprint)

    def embed(self, texts: Sequence[str]) -> Any:
        started = time.perf_counter()
        try:
            return self.inner.embed(texts)
        finally:
            self.seconds += time.perf_counter() - started

    def encode(self, texts: Sequence[str]) -> Any:
        return self.inner.encode(texts)


class Constant:
    """An embedder that costs nothing, to see what the rest costs: a pseudo-random unit vector for each text."""

    fingerprint = "constant"

    def embed(self, texts: Sequence[str]) -> Any:
        import numpy as np

        vectors = np.stack([np.random.default_rng(len(text)).normal(size=384) for text in texts] or [np.ones(384)])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)[: len(texts)]


def add(file: Path, home: Path, embedder: Callable[[Any], Any]) -> dict[str, float]:
    """Add a file to a home: seconds of reading (with hashing and clustering), of embedding, of all; peak memory in MB.

    Peak memory counts this process, in which texts are stored and indexed, and the largest reading process apart.
    """
    from rag import Settings, open_assistant

    with closing(open_assistant(Settings(home=home))) as assistant:
        timed = Timed(embedder(assistant.engine.indexer.embedder))
        indexer = replace(assistant.engine.indexer, embedder=timed)
        assistant.engine = replace(assistant.engine, indexer=indexer)
        timed.embed(["warm"])
        timed.seconds = 0.0
        started = time.perf_counter()
        read = started

        def progress(stage: str, _done: int, _total: int) -> None:
            nonlocal read
            if stage == "Reading":
                read = time.perf_counter()

        report = assistant.add(file, progress=progress)
        total = time.perf_counter() - started
    return {
        "articles": report.articles,
        "reading": read - started,
        "embedding": timed.seconds,
        "all": total,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_reader": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def _measured(file: Path, home: Path, *options: str) -> dict[str, float]:
    """`add` in a process of its own, for its memory's sake."""
    done = subprocess.run([*_PYTHON, "--add", file, home, *options], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def bench(folder: Path, limit: int | None, multiples: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "articles.jsonl"
        _write(file, articles(folder, limit))
        home = Path(place) / "home"
        first, again = _measured(file, home), _measured(file, home)
        print(
            f"{first['articles']:.0f} articles, first {first['all']:.1f} s, of it embedding {first['embedding']:.1f} s"
        )
        print(f"  reading + hashing + clustering / embedding: {first['reading'] / first['embedding']:.2%}")
        print(f"  adding them again unchanged / first: {again['all'] / first['all']:.2%}")
        print("peak memory, MB (without the embedding model): storing and indexing | a reading process")
        for times in multiples:
            _write(file, articles(folder, limit, times))
            found = _measured(file, Path(place) / f"home{times}", "--constant")
            rate = found["reading"] / found["articles"] * 1000
            print(
                f"  {times:2d}×  {found['peak']:6.0f} | {found['peak_reader']:.0f}   reading {rate:.2f} ms an article"
            )


def _write(file: Path, records: Iterator[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, help="only the first N")
    parser.add_argument("--multiples", type=int, nargs="*", default=MULTIPLES)
    parser.add_argument("--add", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--constant", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.add:
        file, home = given.add
        json.dump(add(file, home, (lambda _: Constant()) if given.constant else (lambda inner: inner)), sys.stdout)
    elif given.folder:
        bench(given.folder, given.articles, given.multiples)
    else:
        parser.error("name a folder with articles.jsonl, such as a question set")


if __name__ == "__main__":
    main()
