"""How long a search takes in a collection, and in one of ten times the passages.

The articles are made up (`evals.speed.synthetic`) and indexed by Dossier itself, with vectors that cost nothing. The
questions go the whole way: the real encoder, both legs, the filter, the default reranker.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from evals.speed.measuring import apart, middle, percentile, table
from evals.speed.standins import StandIn, embed_with
from evals.speed.synthetic import FILTERED, PASSAGES, Newsroom, Question
from rag.scope import Scope

if TYPE_CHECKING:
    from rag import Assistant

_BLOCK = 10  # questions that a home gets before it is the other's turn
_WARM_UP = 5  # questions that are not counted
_STAGED = 20  # questions that are answered, at most, for the seconds by stage


@dataclass(slots=True)
class Searched:
    """What one home took, in seconds: of each search, without and with the filter; of the stages, medians."""

    passages: int
    open: list[float] = field(default_factory=list)
    filtered: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)


def report(place: Path, sizes: Sequence[int], questions: int) -> Iterator[str]:
    """Median and 95th percentile at each size (passages), and the ratio of the medians, largest to smallest.

    Args:
        place: where the homes are made, or found as they were kept.
    """
    homes = [place / f"made-{size}" for size in sizes]
    for home, size in zip(homes, sizes, strict=True):
        yield made(home, size)
    found = apart(measure, homes, questions)
    yield f"{questions} different questions a row, the homes by turns; the filter leaves {FILTERED:.0%} of the articles"
    rows = [
        (f"{side.passages:,}", name, f"{middle(seconds) * 1000:.1f}", f"{percentile(seconds, 95) * 1000:.1f}")
        for side in found
        for name, seconds in (("no filter", side.open), ("outlet and dates", side.filtered))
        if seconds
    ]
    yield from table(("passages", "filter", "median ms", "p95 ms"), *rows)
    for side in found:
        stages = ", ".join(f"{stage} {seconds * 1000:.1f}" for stage, seconds in side.stages.items())
        yield f"{side.passages:,}: ms by stage, medians: {stages}"
    few, many = found[0], found[-1]
    growth = middle(many.filtered or many.open) / middle(few.filtered or few.open)
    yield f"{many.passages / few.passages:.1f}× the passages: {growth:.2f}× the median"


def made(home: Path, size: int) -> str:
    """See to it that a home is there; what that took, in words."""
    seconds = apart(fill, home, size)
    return f"{size:,} passages: " + (f"made and indexed in {seconds:.0f} s" if seconds else "found as they were kept")


def fill(home: Path, passages: int) -> float:
    """Index about so many made-up passages with vectors that cost nothing; seconds, 0 if they are there already.

    What was cut short is finished, and what was indexed by another recipe is indexed anew.
    """
    from rag import Settings, open_assistant

    newsroom, whole = Newsroom(), home.with_suffix(".whole")
    count = max(1, round(passages / PASSAGES))
    with closing(open_assistant(Settings(home=home))) as assistant, Progress(console=Console(stderr=True)) as bar:
        if whole.exists() and whole.read_text() == assistant.engine.fingerprint:
            return 0.0
        inner = assistant.engine.indexer.embedder
        topics = {word: number for number, words in enumerate(newsroom.topic_words) for word in words}
        embed_with(assistant, StandIn(inner, topics, inner.embed(list(map(" ".join, newsroom.topic_words)))))
        started = time.perf_counter()
        storing = bar.add_task(f"Storing {passages:,} passages", total=count)
        indexing = bar.add_task(f"Indexing {passages:,} passages", total=count)
        assistant.add_articles(
            bar.track(newsroom.articles(count), total=count, task_id=storing),
            progress=lambda _stage, done, total: bar.update(indexing, completed=done, total=total),
        )
        whole.write_text(assistant.engine.fingerprint)
        return time.perf_counter() - started


def measure(homes: Sequence[Path], questions: int) -> list[Searched]:
    """Put so many questions to every home, and as many others with a filter."""
    from rag import Settings, open_assistant

    newsroom = Newsroom()
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(open_assistant(Settings(home=home)))) for home in homes]
        found = [Searched(_warm(assistant, newsroom)) for assistant in opened]
        for at in range(0, questions, _BLOCK):
            for assistant, side in zip(opened, found, strict=True):
                for number in range(at, min(at + _BLOCK, questions)):
                    side.open.append(_search(assistant, newsroom.question(2 * number), Scope()))
                    question = newsroom.question(2 * number + 1)
                    side.filtered.append(_search(assistant, question, scope(question)))
        asked = [newsroom.question(2 * number).text for number in range(min(questions, _STAGED))]
        for assistant, side in zip(opened, found, strict=True):
            side.stages = _stages(assistant, asked)
    return found


def _warm(assistant: Assistant, newsroom: Newsroom) -> int:
    """Load everything; the number of passages."""
    assistant.warm_up()
    for number in range(_WARM_UP):
        _search(assistant, newsroom.question(-1 - number), Scope())
    vectors, _ = assistant.engine.indexes(assistant.collections()[0].name)
    return vectors.count()


def _search(assistant: Assistant, question: Question, scope: Scope) -> float:
    """Seconds."""
    started = time.perf_counter()
    assistant.search(question.text, scope=scope)
    return time.perf_counter() - started


def scope(question: Question) -> Scope:
    """The filter that goes with a question."""
    return Scope(outlets=(question.outlet,), since=question.since, until=question.until)


def _stages(assistant: Assistant, questions: Sequence[str]) -> dict[str, float]:
    """Medians of what the answers say that their stages took, in seconds."""
    seconds = defaultdict(list)
    for question in questions:
        for stage, took in assistant.ask(question).timings.items():
            seconds[stage].append(took)
    return {stage: middle(values) for stage, values in seconds.items()}
