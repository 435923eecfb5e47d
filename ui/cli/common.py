"""What all commands share: the app, its options, opening the assistant, printing."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import DossierError

if TYPE_CHECKING:
    from rag import Assistant
    from rag.indexing import Progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Ask a collection of articles; every sentence of the answer is cited to exact words.",
)
Collection = Annotated[
    str | None, typer.Option("--collection", "-c", metavar="NAME", help="The collection; all of them if not given.")
]
Chosen = Annotated[str, typer.Option("--collection", "-c", metavar="NAME", help="The collection.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask back.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@contextmanager
def catalogued() -> Iterator[Assistant]:
    """An assistant for what only the catalog is needed for, whoever holds the indexes."""
    from rag import open_assistant

    assistant = open_assistant()
    try:
        yield assistant
    finally:
        assistant.close()


@contextmanager
def working(*, host: bool = False, writers: bool = False) -> Iterator[Assistant]:
    """An assistant for work on the indexes; see `rag.sharing.opened`."""
    from rag.sharing import opened

    with opened(host=host, writers=writers) as assistant:
        yield assistant


def confirm(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        raise typer.Exit(1)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on stderr for each stage of the work; it appears with the stage's first step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), disable=quiet)
    tasks: dict[str, TaskID] = {}

    def step(stage: str, done: int, total: int) -> None:
        if not tasks:
            bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)

    try:
        yield step
    finally:
        if tasks:
            bar.stop()


def status(label: str, quiet: bool = False) -> AbstractContextManager[Any]:
    """A spinner on stderr, on terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    return nullcontext() if quiet or not console.is_terminal else console.status(f"{label} …")


def table(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    """Rows for people on a terminal; for scripts one line each, fields apart by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(*headings, box=None, header_style="bold")
    for row in rows:
        shown.add_row(*map(escape, row))
    Console().print(shown)


def stop_by_signal() -> threading.Event:
    """Set by Ctrl-C, or by what ends services: what is being done is finished first. A second Ctrl-C ends at once."""
    stop = threading.Event()

    def told(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    return stop


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def say_json(value: Any, indent: int | None = 2) -> None:
    say(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def complain(error: DossierError) -> None:
    note(f"dossier: {error}")
