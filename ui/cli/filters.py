"""The options that narrow a search, the same for every command that asks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

if TYPE_CHECKING:
    from rag.scope import Scope

_DATE = "2024, 2024-03 or 2024-03-15"
_OPTIONS: dict[str, Any] = {
    "outlet": Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only from this outlet; repeatable.")],
    "author": Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only by this author; repeatable.")],
    "language": Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only in this language, such as en; repeatable.")
    ],
    "article": Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this article; repeatable.")],
    "since": Annotated[str | None, typer.Option(metavar="DATE", help=f"Published on this day or later: {_DATE}.")],
    "until": Annotated[str | None, typer.Option(metavar="DATE", help="Published on this day or before.")],
    "as_of": Annotated[
        str | None, typer.Option(metavar="DATE", help="The day of asking: “last week” is the one before it.")
    ],
    "ignore": Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="What is not to be read out of the question, repeatable: dates, outlet, author, quote, without, "
            "latest, follow_up.",
        ),
    ],
}


def filtered(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options; the function gets them as one argument, ``scope``."""
    signature = inspect.signature(function)
    written = {name: kind for name, kind in function.__annotations__.items() if name not in ("scope", "return")}
    kinds = get_type_hints(SimpleNamespace(__annotations__=written), function.__globals__, include_extras=True)

    @wraps(function)
    def command(**values: Any) -> None:
        scope = _scope({name: values.pop(name) for name in _OPTIONS})
        function(**values, scope=scope)

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [
        item.replace(kind=keyword, annotation=kinds[name])
        for name, item in signature.parameters.items()
        if name != "scope"
    ]
    added = [inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in _OPTIONS.items()]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in [*own, *added]}
    del command.__wrapped__  # typer would look through it, and see the function's own arguments
    return command


def _scope(given: dict[str, Any]) -> Scope:
    from rag.scope import UNDERSTANDINGS, Scope

    off = frozenset(given["ignore"] or ())
    if unknown := sorted(off - set(UNDERSTANDINGS)):
        raise typer.BadParameter(f"“{unknown[0]}” is none of {', '.join(UNDERSTANDINGS)}.", param_hint="--ignore")
    return Scope(
        outlets=tuple(given["outlet"] or ()),
        authors=tuple(given["author"] or ()),
        languages=tuple(given["language"] or ()),
        articles=tuple(given["article"] or ()),
        since=day(given["since"], "first"),
        until=day(given["until"], "last"),
        as_of=day(given["as_of"], "last"),
        off=off,
    )


def day(written: str | None, end: Literal["first", "last"]) -> date | None:
    """A date of the command line: its first or its last day.

    Raises:
        typer.BadParameter: it is no date.
    """
    from corpus.dates import dated

    if written is None:
        return None
    found = dated(written, "given")
    if found is None:
        raise typer.BadParameter(f"{written} is no date; write {_DATE}.")
    return found.first if end == "first" else found.last
