"""What taking articles in costs beside embedding them, and the peak memory as their number grows."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from evals.speed.measuring import apart, records, table, write
from evals.speed.standins import StandIn, Timed, embed_with

_SHARE = 50  # articles by which the embedding model's share of the memory is told


def add(file: Path, home: Path, constant: bool = False) -> dict[str, float]:
    """Add a file to a home: seconds of reading (with hashing and clustering), of embedding, of all; peak memory in MB.

    Peak memory counts this process, in which texts are stored and indexed, and the largest reading process apart.
    With ``constant`` the embedder costs nothing.
    """
    from rag import Settings, open_assistant

    with closing(open_assistant(Settings(home=home))) as assistant:
        inner = assistant.engine.indexer.embedder
        timed = Timed(StandIn(inner) if constant else inner)
        embed_with(assistant, timed)
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


def report_adding(folder: Path, place: Path, limit: int | None) -> Iterator[str]:
    """Reading against embedding, and adding again against adding first."""
    file = write(place / "adding.jsonl", records(folder, limit))
    first, again = (apart(add, file, place / "adding") for _ in range(2))
    yield f"{first['articles']:.0f} articles, first {first['all']:.1f} s, of it embedding {first['embedding']:.1f} s"
    yield from table(
        ("reading + hashing + clustering / embedding", f"{first['reading'] / first['embedding']:.2%}"),
        ("adding them again unchanged / first", f"{again['all'] / first['all']:.2%}"),
    )


def report_memory(folder: Path, place: Path, limit: int | None, multiples: Sequence[int]) -> Iterator[str]:
    """Peak memory of indexing so many times the articles, and the embedding model's share."""
    yield "peak MB (storing and indexing without the embedding model)"
    rows = [("", "", "indexing", "a reading process", "reading, an article")]
    for times in multiples:
        file = write(place / "memory.jsonl", records(folder, limit, times))
        found = apart(add, file, place / f"memory{times}", constant=True)
        rate = found["reading"] / found["articles"] * 1000
        articles = f"{found['articles']:.0f} articles"
        rows.append((f"{times}×", articles, f"{found['peak']:.0f}", f"{found['peak_reader']:.0f}", f"{rate:.2f} ms"))
    yield from table(*rows)
    few = min(_SHARE, limit or _SHARE)
    file = write(place / "memory.jsonl", records(folder, few))
    without, whole = (apart(add, file, place / f"share{constant}", constant)["peak"] for constant in (True, False))
    yield f"the embedding model adds {whole - without:.0f} MB to the {without:.0f} MB of {few} articles"
