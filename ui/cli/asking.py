"""Commands that ask: ask, search, chat, web."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import DossierError
from ui.cli.common import Collection, Json, app, complain, note, progress, say, say_json, status, working
from ui.cli.filters import filtered

if TYPE_CHECKING:
    from rag import Assistant, Turn
    from rag.scope import Scope

SAMPLES = "samples"
_SAMPLE_QUESTIONS = (
    "How many people marched for the Žbrunov mine?",
    "How many homes lost power in Storm Ylva?",
    "What did the health board say about the Legionnaires’ count?",
    "What is the capital of France?",
)


@app.command()
@filtered
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    scope: Scope,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """Answer one question. “Not in the collection” is an answer too."""
    from rag.wire import to_json
    from ui.describe import understood
    from ui.plain import markdown

    with working() as assistant, status("Searching", quiet=as_json):
        _finish_indexing(assistant)
        answer = assistant.ask(question, scope=scope, collection=collection)
    if as_json:
        say_json(to_json(answer))
    else:
        say("\n\n".join([markdown(answer), *understood(answer)]))


@app.command()
@filtered
def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    scope: Scope,
    collection: Collection = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Passages at most.")] = 8,
    as_json: Json = False,
) -> None:
    """Show the passages that bear on a question, best first, with their scores."""
    from rag.wire import to_json
    from ui.describe import findings

    with working() as assistant, status("Searching", quiet=as_json):
        _finish_indexing(assistant)
        found = assistant.search(question, scope=scope, collection=collection, limit=limit)
    if as_json:
        say_json(to_json(found))
    else:
        say(findings(found))


@app.command()
@filtered
def chat(scope: Scope, collection: Collection = None) -> None:
    """Talk with a collection in the terminal; an empty line ends it."""
    from rag.answer import Turn
    from ui.describe import understood
    from ui.plain import markdown

    with working(host=True, writers=True) as assistant:
        with status("Getting ready"):
            _finish_indexing(assistant)
        say(f"Writer: {_writer(assistant)}. An empty line ends the conversation.\n")
        history: list[Turn] = []
        while question := _read_line("? "):
            try:
                with status("Searching"):
                    answer = assistant.ask(question, history, scope=scope, collection=collection)
            except DossierError as error:
                complain(error)
                continue
            say("\n".join(["", markdown(answer), "", *understood(answer), ""]))
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
    with working(host=True, writers=True) as assistant:
        if samples:
            _add_samples(assistant)
        with progress() as step:
            assistant.index(step)
        assistant.warm_up()
        examples = _SAMPLE_QUESTIONS if SAMPLES in {info.name for info in assistant.collections()} else None
        serve(assistant, host, port, open_browser, examples=examples)


def _add_samples(assistant: Assistant) -> None:
    if SAMPLES in {info.name for info in assistant.collections() if info.articles}:
        return
    from importlib.resources import as_file, files

    from ui.cli.collecting import print_report

    with as_file(files("corpus") / "samples" / "articles") as folder, progress() as step:
        report = assistant.add(folder, collection=SAMPLES, progress=step)
    print_report(report, SAMPLES, as_json=False)


def _finish_indexing(assistant: Assistant) -> None:
    """An earlier run may have been cut short; what it left is done before anything is asked."""
    from rag.errors import HomeInUse

    with suppress(HomeInUse):  # another process is at it
        assistant.index()
    if assistant.outdated:
        note("The settings ask for another index than the one that answers: dossier reindex builds it.")


def _writer(assistant: Assistant) -> str:
    plain = "extractive (no language model configured): answers are the articles’ own sentences"
    return plain if assistant.writer == "extractive" else assistant.writer


def _read_line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""
