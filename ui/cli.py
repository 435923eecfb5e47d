"""The command line: thin commands over the assistant, for people and for scripts.

Exit codes: 0 done · 1 done, with something skipped · 2 wrong use, or a failure (message on stderr, nothing on stdout).
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import DossierError

if TYPE_CHECKING:
    from corpus.article import Article
    from rag import Assistant, Turn
    from rag.assistant import AddReport
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
collections_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
app.add_typer(collections_app, name="collections")
SAMPLES = "samples"
_SAMPLE_QUESTIONS = (
    "How many people marched for the Žbrunov mine?",
    "How many homes lost power in Storm Ylva?",
    "What did the health board say about the Legionnaires’ count?",
    "What is the capital of France?",
)


@app.command()
def add(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…", help="Files and folders: text, Markdown, HTML, PDF, Word, RSS, Atom, JSON Lines."
        ),
    ],
    collection: Annotated[
        str, typer.Option("--collection", "-c", metavar="NAME", help="The collection, made if absent.")
    ] = "articles",
    as_json: Json = False,
) -> None:
    """Read articles into a collection. Adding the same files again only takes what changed."""
    with _opened() as assistant, _progress("Indexing", quiet=as_json) as progress:
        report = assistant.add(*paths, collection=collection, progress=progress)
    _print_report(report, collection, as_json)
    if report.skipped:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")], collection: Collection = None, as_json: Json = False
) -> None:
    """Answer one question. “Not in the collection” is an answer too."""
    from rag.wire import to_json
    from ui.render import markdown

    with _opened() as assistant, _status("Searching", quiet=as_json):
        _finish_indexing(assistant)
        answer = assistant.ask(question, collection=collection)
    _say(json.dumps(to_json(answer), ensure_ascii=False, indent=2) if as_json else markdown(answer))


@app.command()
def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    collection: Collection = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Passages at most.")] = 8,
    as_json: Json = False,
) -> None:
    """Show the passages that bear on a question, best first, with their scores."""
    import dataclasses

    from ui.render import plain

    with _opened() as assistant, _status("Searching", quiet=as_json):
        _finish_indexing(assistant)
        found = assistant.search(question, collection=collection, limit=limit)
    if as_json:
        _say(json.dumps([dataclasses.asdict(item) for item in found], ensure_ascii=False, indent=2))
    for item in [] if as_json else found:
        scores = ", ".join(f"{name} {value:.3f}" for name, value in item.scores.items())
        source = ", ".join(part for part in (item.outlet, item.title, item.published or "date unknown") if part)
        _say(f"[{item.marker}] {plain(source)} ({scores})\n    {plain(item.text)}\n")


@app.command()
def chat(collection: Collection = None) -> None:
    """Talk with a collection in the terminal; an empty line ends it."""
    from rag.answer import Turn
    from ui.render import markdown

    with _opened() as assistant:
        with _status("Getting ready"):
            _finish_indexing(assistant)
        _say(f"Writer: {_writer(assistant)}. An empty line ends the conversation.\n")
        history: list[Turn] = []
        while question := _read_line("? "):
            try:
                with _status("Searching"):
                    answer = assistant.ask(question, history, collection=collection)
            except DossierError as error:
                _complain(error)
                continue
            _say(f"\n{markdown(answer)}\n")
            history.append(Turn(question, answer.text))


@app.command()
def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    samples: Annotated[
        bool, typer.Option("--samples", help="Add the sample collection first, if it is not there yet.")
    ] = False,
) -> None:
    """Serve the chat in the browser."""
    from ui.web.app import listen, serve

    listen(host, port).close()  # a port in use is reported before anything is indexed
    with _opened() as assistant:
        if samples:
            _add_samples(assistant)
        with _progress("Indexing") as progress:
            assistant.index(progress)
        assistant.warm_up()
        examples = _SAMPLE_QUESTIONS if SAMPLES in {info.name for info in assistant.collections()} else None
        serve(assistant, host, port, open_browser, examples=examples)


@collections_app.callback()
def collections(context: typer.Context, as_json: Json = False) -> None:
    """List the collections and how many articles each holds."""
    if context.invoked_subcommand:
        return
    with _opened() as assistant:
        found = assistant.collections()
    if as_json:
        _say(json.dumps([{"name": info.name, "articles": info.articles} for info in found], ensure_ascii=False))
    elif not found:
        _say("There are no collections yet. Add articles: dossier add PATH.")
    for info in [] if as_json else found:
        _say(f"{info.name}\t{info.articles} articles")


@collections_app.command("delete")
def delete_collection(name: Annotated[str, typer.Argument(metavar="NAME")], yes: Yes = False) -> None:
    """Delete a collection with all its articles."""
    _confirm(f"Delete the collection “{name}” with all its articles?", yes)
    with _opened() as assistant:
        count = assistant.delete(name)
    _say(f"Deleted {name} with its articles: {count}.")


@app.command()
def articles(collection: Chosen = "articles", as_json: Json = False) -> None:
    """List the articles of a collection: id, date, outlet, headline."""
    from ui.render import plain

    with _opened() as assistant:
        found = assistant.articles(collection)
    if as_json:
        _say(json.dumps([_listed(article) for article in found], ensure_ascii=False, indent=2))
    for article in [] if as_json else found:
        day = article.published.day.isoformat() if article.published else "date unknown"
        _say("\t".join(map(plain, (article.id, day, article.outlet or "", article.title))))


@app.command()
def delete(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Article ids, as `dossier articles` lists them.")],
    collection: Chosen = "articles",
) -> None:
    """Delete articles from a collection."""
    with _opened() as assistant:
        count = assistant.delete(collection, *ids)
    _say(f"Deleted from {collection}: {count}.")


@app.command()
def config(as_json: Json = False) -> None:
    """List every setting: its environment variable, its value, what it means."""
    from rag.settings import fields, load_settings

    shown = [(name, _hidden(name, value), about) for name, value, about in fields(load_settings())]
    if as_json:
        _say(json.dumps({name: value for name, value, _ in shown}, ensure_ascii=False, default=str, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Setting", "Value", "Meaning", box=None, header_style="bold")
    for name, value, about in shown:
        table.add_row(name, str(value), about)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def main() -> None:
    """Run the command line; every expected error is one paragraph on stderr and exit code 2."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?" for it
    try:
        app()
    except DossierError as error:
        _complain(error)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@contextmanager
def _opened() -> Iterator[Assistant]:
    from rag import open_assistant

    assistant = open_assistant()
    try:
        yield assistant
    finally:
        assistant.close()


def _add_samples(assistant: Assistant) -> None:
    if SAMPLES in {info.name for info in assistant.collections() if info.articles}:
        return
    from importlib.resources import as_file, files

    with (
        as_file(files("corpus") / "samples" / "articles") as folder,
        _progress("Indexing the sample collection") as progress,
    ):
        report = assistant.add(folder, collection=SAMPLES, progress=progress)
    _print_report(report, SAMPLES, as_json=False)


def _finish_indexing(assistant: Assistant) -> None:
    """An earlier run may have been cut short; what it left is done before anything is asked."""
    assistant.index()


def _print_report(report: AddReport, collection: str, as_json: bool) -> None:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    if as_json:
        skipped = [{"origin": item.origin, "reason": item.reason} for item in report.skipped]
        _say(json.dumps({"collection": collection, **counts, "skipped": skipped}, ensure_ascii=False))
        return
    _say(
        f"{collection}: "
        + ", ".join(f"{count} {what}" for what, count in counts.items())
        + f", {len(report.skipped)} skipped"
    )
    for item in report.skipped:
        sys.stderr.write(f"skipped {item.origin}: {item.reason}\n")


def _writer(assistant: Assistant) -> str:
    plain = "extractive (no language model configured): answers are the articles’ own sentences"
    return plain if assistant.writer == "extractive" else assistant.writer


def _listed(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "version": article.sha256,
        "title": article.title,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "published": article.published.value if article.published else None,
        "published_from": article.published.provenance if article.published else None,
        "url": article.url,
        "language": article.language,
        "origin": article.origin,
    }


def _confirm(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        raise typer.Exit(1)


def _hidden(name: str, value: Any) -> Any:
    return "(set)" if name.endswith("API_KEY") and value else value


def _read_line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


@contextmanager
def _progress(label: str, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on stderr that appears with the first step and counts articles."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("articles"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), disable=quiet)
    task = None

    def step(done: int, total: int) -> None:
        nonlocal task
        if task is None:
            bar.start()
            task = bar.add_task(label, total=total)
        bar.update(task, completed=done, total=total)

    try:
        yield step
    finally:
        if task is not None:
            bar.stop()


def _status(label: str, quiet: bool = False) -> Any:
    """A spinner on stderr, on terminals only."""
    from rich.console import Console

    console = Console(stderr=True)
    return nullcontext() if quiet or not console.is_terminal else console.status(f"{label} …")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(error: DossierError) -> None:
    sys.stderr.write(f"dossier: {error}\n")


if __name__ == "__main__":
    main()
