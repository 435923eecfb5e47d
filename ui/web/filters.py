"""The filters above the question box: folded away, and part of every question until they are cleared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import gradio as gr

from corpus.article import Dated
from corpus.directory import Particulars
from corpus.errors import DossierError
from rag.errors import QuestionError
from rag.scope import Scope
from ui import render
from ui.web.service import Assistant

ALL = "*"  # the picker's value for "all collections"; no collection may be called that

_WRITTEN = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)
_DATE_HINT = "Write a date as 2024, 2024-03 or 2024-03-15."
_EARLIEST = {"From": True, "To": False, "As of": False}  # whether "2024" means its first day or its last

Chosen = Sequence[Any]
"""The values of `Filters.inputs`, in order: outlets, authors, languages, from, to, as of."""


class Filters:
    """The row and what stands in it. Made inside a `gr.Blocks` context."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        with gr.Accordion("Filters", open=False, elem_id="filters") as self.row:
            with gr.Row(elem_classes="filter-line"):
                self.outlets = _names("Outlets")
                self.authors = _names("Authors")
                self.languages = _names("Languages")
            with gr.Row(elem_classes="filter-line"):
                self.since, self.until, self.as_of = _day("From"), _day("To"), _day("As of")
                self.clear = gr.Button("Clear", size="sm", elem_id="clear-filters")
            self.told = gr.HTML("", elem_id="filters-told")
        self.names = [self.outlets, self.authors, self.languages]
        self.days = [self.since, self.until, self.as_of]
        self.inputs = [*self.names, *self.days]

    def wire(self, picker: gr.Dropdown, quiet: Mapping[str, Any]) -> None:
        """Connects the filters to each other, and to the picker of the collection."""
        counted = [self.row, self.told]
        changes = [item.change for item in self.names]
        changes += [event for item in self.days for event in (item.blur, item.submit)]
        gr.on(changes, summary, self.inputs, counted, **quiet)
        picker.change(self.offered, [picker, *self.inputs], self.inputs, **quiet)
        self.clear.click(_cleared, None, [*self.inputs, *counted], **quiet)

    def offered(self, collection: str | None, *chosen: Any) -> dict[Any, Any]:
        """What the collection has to choose from; what was chosen stays as far as it is there."""
        try:
            there = self.assistant.particulars(named(collection))
        except DossierError:
            there = Particulars()
        updates: dict[Any, Any] = {}
        offers = (there.outlets, there.authors, there.languages)
        for number, (box, names) in enumerate(zip(self.names, offers, strict=True)):
            kept = [name for name in (chosen[number] if chosen else None) or () if name in names]
            updates[box] = gr.update(choices=list(names), value=kept, visible=bool(names))
        updates[self.since] = gr.update(placeholder=_example(there.first))
        updates[self.until] = updates[self.as_of] = gr.update(placeholder=_example(there.last))
        return updates


def named(collection: str | None) -> str | None:
    """The picker's value as a collection's name; None for all."""
    return None if collection in (None, ALL) else collection


def scope_of(collection: str | None, chosen: Chosen) -> Scope:
    """Where to look, as the picker and the filters say.

    Raises:
        QuestionError: a day is no date, or the days exclude each other.
    """
    outlets, authors, languages, *written = chosen
    since, until, as_of = (day(text, label) for text, label in zip(written, _EARLIEST, strict=True))
    if since and until and until < since:
        raise QuestionError(f"“From” ({since}) is later than “To” ({until}).", hint="Change one of them in Filters.")
    if since and as_of and as_of < since:
        raise QuestionError(f"“From” ({since}) is later than “As of” ({as_of}).", hint="Change one of them in Filters.")
    name = named(collection)
    return Scope(
        collections=() if name is None else (name,),
        outlets=tuple(outlets or ()),
        authors=tuple(authors or ()),
        languages=tuple(languages or ()),
        since=since,
        until=until,
        as_of=as_of,
    )


def day(text: str | None, label: str) -> date | None:
    """The day that was typed: the first one of a year or month for "From", the last one for the others.

    Raises:
        QuestionError: it is no date.
    """
    written = (text or "").strip()
    if not written:
        return None
    try:
        if not _WRITTEN.fullmatch(written):
            raise ValueError
        dated = Dated(written)
        return dated.first if _EARLIEST[label] else dated.last
    except ValueError:
        shown = written if len(written) <= 40 else f"{written[:40]} …"
        raise QuestionError(f"“{shown}” in “{label}” is not a date.", hint=_DATE_HINT) from None


def summary(*chosen: Any) -> tuple[Any, str]:
    """The row's label, with how many filters are set, and what is wrong with them."""
    count = sum(bool(item.strip() if isinstance(item, str) else item) for item in chosen)
    try:
        scope_of(None, chosen)
    except QuestionError as error:
        told = f'<p class="d-told" role="alert">{render.escape(str(error))}</p>'
        return gr.update(label=_label(count)), told
    return gr.update(label=_label(count)), ""


def _label(count: int) -> str:
    return f"Filters ({count} set)" if count else "Filters"


def _cleared() -> tuple[Any, ...]:
    return [], [], [], "", "", "", gr.update(label=_label(0)), ""


def _names(label: str) -> gr.Dropdown:
    return gr.Dropdown([], label=label, multiselect=True, value=[], min_width=150, elem_id=f"filter-{label.lower()}")


def _day(label: str) -> gr.Textbox:
    slug = label.lower().replace(" ", "-")
    return gr.Textbox(label=label, lines=1, max_lines=1, min_width=100, elem_id=f"filter-{slug}")


def _example(known: date | None) -> str:
    return str(known) if known else "YYYY-MM-DD"
