"""How a question was understood, as HTML under its answer: what was searched, and from which words. No Gradio here.

Links carry what they do in their addresses, because that is what a bubble's HTML keeps: ``#t2-off-dates`` asks question
2 again with its dates ignored, ``#t2-on-dates`` with them read again, ``#t2-edit`` puts it into the question box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rag.constraints import describe
from rag.scope import UNDERSTANDINGS, Constraints, Understanding
from ui.render import escape

_LONGEST = 80  # characters of a chip's words that are shown

_KINDS: Mapping[Understanding, str] = {
    "dates": "Dates",
    "outlet": "Outlet",
    "author": "Author",
    "quote": "Exact words",
    "without": "Without",
    "latest": "Newest",
    "follow_up": "Follow-up",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """One question as it was read. ``off`` is what it was asked with; only the newest question can be asked again."""

    prefix: str  # what the ids of its exchange begin with
    question: str
    standalone: str
    constraints: Mapping[str, Any]
    off: frozenset[Understanding] = frozenset()
    newest: bool = False
    finished: bool = True

    def html(self) -> str:
        """Nothing where there is nothing to tell."""
        read = Constraints.from_json(self.constraints)
        lines = [self._standalone(), _searched(read) if "searched" in self.constraints else ""]
        lines += [f"“{escape(phrase)}” was not understood as a time." for phrase in read.unresolved]
        told = "".join(f'<p class="d-meta">{line}</p>' for line in lines if line)
        chips = "".join([*self._chips(read), *self._switched_off()])
        chips = f'<p class="d-chips">{chips}</p>' if chips else ""
        return f'<div class="d-understood">{told}{chips}</div>' if told or chips else ""

    def _standalone(self) -> str:
        if not self._resolved:
            return ""
        text = escape(self.standalone)
        if not self.finished:
            return f"Searching for: {text}"
        about = '<span class="d-sr"> the question and ask it on its own</span>'
        return f'Searched for: {text} <a class="d-edit" href="#{self.prefix}-edit" role="button">Edit{about}</a>'

    @property
    def _resolved(self) -> bool:
        return self.standalone.strip() not in ("", self.question.strip())

    def _chips(self, read: Constraints) -> Iterator[str]:
        """What was read out of the question, each with the words that it was read from."""
        for kind in UNDERSTANDINGS:
            words = " ".join(str(read.phrases.get(kind, "")).split())
            if kind == "follow_up" and self._resolved:
                yield self._chip(kind, "", "off", "Ask again without the conversation", "×")
            elif words and kind != "follow_up":
                does = f"Ask again without reading {_KINDS[kind].lower()} out of these words"
                yield self._chip(kind, words, "off", does, "×")

    def _switched_off(self) -> Iterator[str]:
        for kind in UNDERSTANDINGS:
            if kind in self.off:
                yield self._chip(kind, "ignored", "on", f"Ask again and read {_KINDS[kind].lower()}", "↺")

    def _chip(self, kind: Understanding, words: str, turn: str, does: str, sign: str) -> str:
        shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()} …"
        told = f' <span class="d-chip-words">{escape(shown)}</span>' if words else ""
        body = f'<span class="d-chip-kind">{_KINDS[kind]}</span>{told}'
        if self.newest and self.finished:
            body += (
                f'<a class="d-switch" href="#{self.prefix}-{turn}-{kind}" role="button" title="{does}">'
                f'<span class="d-sr">{does}</span>{sign}</a>'
            )
        return f'<span class="d-chip d-chip-{turn}">{body}</span>'


def without_repeats(note: str, constraints: Mapping[str, Any]) -> str:
    """An answer's note without the sentences on what was searched: those are told in lines of their own."""
    if "searched" not in constraints:
        return note
    return note.removesuffix(describe(Constraints.from_json(constraints), True)).rstrip() or note


def _searched(read: Constraints) -> str:
    """ "Searched: 2023-03-01 … 2023-03-31 · Courier · 14 articles"."""
    parts = [_window(read.since, read.until), f"as of {read.as_of}" if read.as_of else ""]
    parts += [" or ".join(names) for names in (read.outlets, read.authors, read.languages, read.articles)]
    parts += [f"the words “{quote}”" for quote in read.quotes]
    parts += [f"without “{word}”" for word in read.without]
    parts += ["newest first"] * read.latest
    parts.append(f"{read.searched:,} article{'s' * (read.searched != 1)}")
    return f"Searched: {' · '.join(escape(part) for part in parts if part)}"


def _window(since: date | None, until: date | None) -> str:
    if since and until:
        return f"{since}" if since == until else f"{since} … {until}"
    if since:
        return f"since {since}"
    return f"until {until}" if until else ""
