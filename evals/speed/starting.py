"""How long the first answer takes from nothing: a new process, a home that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evals.speed.indexing import NO_PEERS, plain, with_peers
from evals.speed.measuring import alternating, apart, by_turns, middle, ratio, records, table, write

_PLAIN = """
import sys
from pathlib import Path
from evals.peers.plain import Plain, bundled
print(Plain((), Path(sys.argv[1]), bundled()).search(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command line that answers one question, and the environment that it needs besides ours."""

    line: Sequence[str]
    environment: Mapping[str, str]

    def seconds(self) -> float:
        """From its start to its end.

        Raises:
            CalledProcessError: it failed.
        """
        started = time.perf_counter()
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", **self.environment}
        subprocess.run(self.line, env=environment, check=True, capture_output=True)  # noqa: S603  # made up below
        return time.perf_counter() - started


def report(folder: Path, place: Path, limit: int | None, rounds: int) -> Iterator[str]:
    """Cold starts beside the plain recipe's, and the second question to a running Dossier beside the first."""
    articles = list(records(folder, limit))
    questions = [articles[0]["title"], articles[-1]["title"]]
    home, chroma = place / "starting", place / "starting-plain"
    apart(fill, write(place / "starting.jsonl", articles), home)
    ask = Command([sys.executable, "-m", "ui", "ask", questions[0]], {"DOSSIER_HOME": str(home)})
    commands = {"dossier": ask}
    if with_peers():
        apart(plain, articles, chroma)
        commands["plain"] = Command([sys.executable, "-c", _PLAIN, str(chroma), questions[0]], {})
    yield f"{len(articles)} articles; {by_turns(rounds)}; files in the system's cache"
    yield from _cold(commands, rounds)
    yield from _warm([apart(ask_twice, home, *questions) for _ in range(rounds)])


def fill(file: Path, home: Path) -> None:
    """Index the file."""
    from rag import Settings, open_assistant

    with closing(open_assistant(Settings(home=home))) as assistant:
        assistant.add(file)


def ask_twice(home: Path, first: str, second: str) -> tuple[float, float]:
    """Seconds of the first answer, loading included, and of the second in the same process."""
    started = time.perf_counter()
    from rag import Settings, open_assistant

    with closing(open_assistant(Settings(home=home))) as assistant:
        assistant.ask(first)
        between = time.perf_counter()
        assistant.ask(second)
        return between - started, time.perf_counter() - between


def _cold(commands: Mapping[str, Command], rounds: int) -> Iterator[str]:
    for command in commands.values():
        command.seconds()  # what the first run of a fresh installation compiles is not counted
    seconds = alternating(rounds, **{name: lambda _, it=it: it.seconds() for name, it in commands.items()})
    names = {"dossier": "dossier ask, a new process", "plain": "plain llama-index, a new process: opened, one question"}
    yield from table(*((names[name], f"{middle(values):.2f} s") for name, values in seconds.items()))
    if "plain" in seconds:
        yield f"dossier ask / plain: {ratio(seconds['dossier'], seconds['plain']):.2f} (goal ≤ 0.5)"
    else:
        yield NO_PEERS


def _warm(pairs: Sequence[tuple[float, float]]) -> Iterator[str]:
    first, second = zip(*pairs, strict=True)
    yield from table(
        ("one process, first question, with loading", f"{middle(first):.2f} s"),
        ("one process, second question", f"{middle(second):.3f} s"),
    )
    yield f"second / first: {ratio(second, first):.1%}"
