"""Commands that keep the house in order: doctor, reindex, config."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from ui.cli.common import Json, app, progress, say, say_json, working


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is found, from the catalog.")] = False,
    compact: Annotated[bool, typer.Option("--compact", help="Give the disk back what was deleted.")] = False,
    as_json: Json = False,
) -> None:
    """Check that the catalog, both indexes and the settings agree. Exit code 1 if something is wrong."""
    with working() as assistant, progress(quiet=as_json) as step:
        findings = assistant.repair(progress=step) if repair else assistant.examine(progress=step)
        sizes = assistant.compact() if compact else None
    if as_json:
        found = [{"what": finding.what, "remedy": finding.remedy, "wrong": finding.wrong} for finding in findings]
        say_json({"findings": found, "bytes": sizes})
    else:
        for finding in findings:
            say(str(finding))
        if not findings:
            say("All is well: the catalog, both indexes and the settings agree.")
        if sizes:
            say(f"The home took {sizes[0] / 1e6:.1f} MB and takes {sizes[1] / 1e6:.1f} MB now.")
    if any(finding.wrong for finding in findings):
        raise typer.Exit(1)


@app.command()
def reindex() -> None:
    """Build the index that the settings ask for beside the one that answers, then swap them.

    Cut short, it goes on where it was when it is called again.
    """
    with working(host=True) as assistant, progress() as step:
        count = assistant.reindex(assistant.wanted, progress=step)
    say(f"Indexed anew: {count}." if count else "The index is the one that the settings ask for.")


@app.command()
def config(as_json: Json = False) -> None:
    """List every setting: its environment variable, its value, what it means."""
    from rag.settings import fields, load_settings

    shown = [(name, _hidden(name, value), about) for name, value, about in fields(load_settings())]
    if as_json:
        say_json({name: value for name, value, _ in shown})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Setting", "Value", "Meaning", box=None, header_style="bold")
    for name, value, about in shown:
        table.add_row(name, str(value), about)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _hidden(name: str, value: Any) -> Any:
    return "(set)" if name.endswith("API_KEY") and value else value
