"""How long an answer takes over a large collection: to its first event, complete, and what the gate adds a sentence.

The articles are made up, as in `evals.speed.searching`, and the questions have no answer in them; so that sentences are
written and checked all the same, nothing is refused. Beside it, over the articles of a question set, the search of the
plain recipe, which writes nothing and checks nothing, and whole answers of Dossier's.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.speed.indexing import NO_PEERS, with_peers
from evals.speed.measuring import apart, middle, percentile, ratio, records, table, write
from evals.speed.searching import made
from evals.speed.starting import fill
from evals.speed.synthetic import Newsroom

if TYPE_CHECKING:
    from rag import Assistant

_WARM_UP = 5  # questions that are not counted


@dataclass(slots=True)
class Answered:
    """Seconds of each question: to the first event, to the last, of the gate by sentence; of the stages."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    gate: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)


def report(folder: Path, place: Path, limit: int, size: int, questions: int) -> Iterator[str]:
    """Answers over so many passages; then both sides over the first ``limit`` articles of the folder."""
    home = place / f"made-{size}"
    yield made(home, size)
    found = apart(over_made, home, questions)
    yield f"{questions} questions over {size:,} passages, none refused; ms"
    yield from _lines(found)
    articles = list(records(folder, limit))
    titles = [record["title"] for record in articles if record.get("title")][:questions]
    with tempfile.TemporaryDirectory() as new:
        apart(fill, write(Path(new) / "answering.jsonl", articles), Path(new) / "home")
        ours = apart(over, Path(new) / "home", titles)
        theirs = apart(plain, articles, Path(new) / "plain", titles) if with_peers() else []
    yield f"{len(titles)} headlines as questions over {len(articles)} articles; ms"
    yield from _lines(ours)
    if theirs:
        yield from table(("plain llama-index, its search alone", f"{middle(theirs) * 1000:.1f}", ""))
        yield f"whole, checked answer / plain search: {ratio(ours.whole, theirs):.2f}"
    else:
        yield NO_PEERS


def _lines(found: Answered) -> Iterator[str]:
    rows = (("first event", found.first), ("whole answer", found.whole), ("gate, a sentence", found.gate))
    yield from table(
        ("", "median", "p95"),
        *((name, f"{middle(values) * 1000:.1f}", f"{percentile(values, 95) * 1000:.1f}") for name, values in rows),
    )
    yield "medians by stage: " + ", ".join(f"{name} {middle(took) * 1000:.1f}" for name, took in found.stages.items())


def over_made(home: Path, questions: int) -> Answered:
    """Ask a kept collection of made-up articles."""
    newsroom = Newsroom()
    return over(home, [newsroom.question(2 * number).text for number in range(-_WARM_UP, questions)][_WARM_UP:])


def over(home: Path, questions: Sequence[str]) -> Answered:
    """Ask a home that is there, all warm."""
    from rag import Settings, open_assistant
    from rag.settings import Answers

    found = Answered()
    with closing(open_assistant(Settings(home=home, answers=Answers(threshold=0)))) as assistant:
        assistant.warm_up()
        for question in questions[:_WARM_UP]:
            assistant.ask(question)
        _time_gate(assistant, found.gate)
        for question in questions:
            _ask(assistant, question, found)
    return found


def _ask(assistant: Assistant, question: str, found: Answered) -> None:
    started = time.perf_counter()
    answer: Any = None
    for number, event in enumerate(assistant.stream(question)):
        if number == 0:
            found.first.append(time.perf_counter() - started)
        answer = event
    found.whole.append(time.perf_counter() - started)
    for stage, took in answer.answer.timings.items():
        found.stages.setdefault(stage, []).append(took)


def _time_gate(assistant: Assistant, seconds: list[float]) -> None:
    """Have the gate's checks timed."""
    from dataclasses import replace

    check = assistant.drafter.gate.check

    class Timed:
        judge = assistant.drafter.gate.judge

        def check(self, *given: Any) -> Any:
            started = time.perf_counter()
            checked = check(*given)
            seconds.append(time.perf_counter() - started)
            return checked

    assistant.drafter = replace(assistant.drafter, gate=Timed())  # type: ignore[arg-type]


def plain(articles: Sequence[Mapping[str, Any]], folder: Path, questions: Sequence[str]) -> list[float]:
    """Seconds of each search by the plain recipe."""
    from evals.peers.plain import Plain, bundled

    index = Plain(articles, folder, bundled())
    seconds = []
    for number, question in enumerate([*questions[:_WARM_UP], *questions]):
        started = time.perf_counter()
        index.search(question)
        if number >= _WARM_UP:
            seconds.append(time.perf_counter() - started)
    return seconds
