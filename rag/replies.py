"""What a model sends → the prose that it means: thoughts taken off, Markdown made plain sentences.

Both stages take the pieces of a stream, pass on what they are sure of, and give the same text however the stream was
cut. What they leave out is never shown: thoughts, headings, rules, lists of sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.citation import markers_in

_THOUGHT = re.compile(r"<(?P<close>/?)(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"<(?:/?[a-z]{0,9})?$", re.IGNORECASE)  # what follows must tell whether it is one
# Control characters, halves of characters, and marks that hide or turn text around: no part of any answer.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")

_ENOUGH = 32  # characters of a line that tell its kind, but for those below
_SOURCES = r"\W*(?:sources?|references?|citations?|footnotes?)\b"
_LISTED = rf"{_SOURCES}(?:[\W\d]*|\W*:.*)"  # "Sources: [1], [2]"
_UNDECIDED = re.compile(
    rf"[ \t]*(?:[|#]|```|~~~|\[\^?\d{{1,3}}\]:).*|[\s|:*_=-]+|[ \t]*\*\*[^*]*(?:\*\*?[ \t]*)?|{_LISTED}",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (  # of whole lines; the first that fits; the others are text
    ("nothing", re.compile(r"[ \t]*(?:```|~~~).*|[ \t]*([-*_=])(?:[ \t]*\1){2,}[ \t]*")),  # fences and rules
    ("nothing", re.compile(r"[ \t]*#{1,6}(?:[ \t].*)?|[ \t]*\*\*[^*]*[^*.!?…:\]]\*\*[ \t]*")),  # headings
    ("nothing", re.compile(r"[ \t]*\[\^?\d{1,3}\]:[ \t].*")),  # footnotes
    ("end", re.compile(rf"{_SOURCES}\W*", re.IGNORECASE)),  # only a list of sources follows
    ("markers", re.compile(_LISTED, re.IGNORECASE)),  # of what was said before
    ("divider", re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|?)+[ \t]*")),  # what is above it heads a table
    ("row", re.compile(r"[ \t]*\|.*")),
)
_ITEM = re.compile(
    r"[ \t>]*(?:[-*+•–][ \t]+(?=\S)|\(?\d{1,2}[.)][ \t]+(?=[^\W_]|[“\"'„«*_`]|\[\^?\d{1,3}\]\s*[^\W\d_]))|[ \t]*>[ \t]?"
)
_NUMBERS = re.compile(r"\d{1,3}(?:\s*[–-]\s*\d{1,3})?")
_ONLY_NUMBERS = re.compile(rf"{_SOURCES}[\W\d]*", re.IGNORECASE)
_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (  # each within one word, since a stream may be cut after any
    (re.compile(r"\]\([^\s()]*\)"), "]"),
    (re.compile(r"!(?=\[)|\\(?=[*_#\[\]()])"), ""),
    (re.compile(r"<br ?/?>", re.IGNORECASE), " "),
    (re.compile(r"</?[a-z][a-z0-9]{0,9}/?>", re.IGNORECASE), ""),
    (re.compile(r"\*\*|~~|`+|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)"), ""),
    (re.compile(r"(?<!\w)[*_](?=\w)|(?<=[\w.,;:!?…”\"')\]])[*_](?!\w)"), ""),
)


class ThoughtAloud(Exception):
    """A thought ended that never began: what came before was taken for the answer."""


def without_thoughts(deltas: Iterable[str]) -> Iterator[str]:
    """The reply without ``<think>…</think>``, be it unclosed or split over pieces.

    Raises:
        ThoughtAloud: at a closing tag after prose that no opening tag announced.
    """
    pending, thinking, spoken = "", False, False
    for delta in deltas:
        pending += delta
        while tag := _THOUGHT.search(pending):
            before, pending = pending[: tag.start()], pending[tag.end() :]
            spoken = spoken or (not thinking and bool(before.strip()))
            if tag["close"] and not thinking and spoken:
                raise ThoughtAloud
            if before and not thinking:
                yield before
            thinking = not tag["close"]
        begun = _TAG_BEGUN.search(pending)
        sure, pending = (pending[: begun.start()], begun.group()) if begun else (pending, "")
        if sure and not thinking:
            spoken = spoken or bool(sure.strip())
            yield sure
    if pending and not thinking:
        yield pending


def prose(deltas: Iterable[str]) -> Iterator[str]:
    """The reply as plain sentences: items of lists and rows of tables stand apart, marks of emphasis are gone.

    ``[1](https://…)`` becomes ``[1]``, and a line ``Sources: [1], [2]`` the markers of the sentence before it.
    """
    page = _Page()
    for delta in deltas:
        for part in re.split(r"(?<=\n)", _UNSEEN.sub("", delta)):
            yield from page.take(part)
    yield from page.end()


@dataclass(slots=True)
class _Page:
    """A reply, line by line; each method gives what can be passed on."""

    line: str = ""  # of the line, what was not passed on yet
    flowing: bool = False  # its kind is known, and its words are passed on as they come
    gap: str = ""  # the white space due before the next words
    begun: bool = False
    apart: bool = False  # the line is one of a list
    row: str = ""  # of a table, until the next line tells whether it was the head
    over: bool = False

    def take(self, part: str) -> Iterator[str]:
        self.line += part
        if part.endswith("\n"):
            yield from self._finish_line()
        elif self.flowing or (len(self.line) >= _ENOUGH and not _UNDECIDED.fullmatch(self.line)):
            yield from self._flow()

    def end(self) -> Iterator[str]:
        yield from self._finish_line()
        yield from self._finish_row()

    def _finish_line(self) -> Iterator[str]:
        line = self.line.removesuffix("\n")
        kind = "text" if self.flowing else next((kind for kind, fits in _KINDS if fits.fullmatch(line)), "text")
        if kind == "text":
            yield from self._flow(to_the_end=True)
            self.gap = "\n\n" if self.apart else self.gap + "\n"
        elif kind == "divider":
            self.row = ""
        elif kind == "row":
            yield from self._finish_row()
            self.row = ", ".join(cell.strip() for cell in re.split(r"(?<!\\)\|", line) if cell.strip())
        elif kind == "markers":
            self.gap = " "
            numbers = markers_in(line) or _NUMBERS.findall(line if _ONLY_NUMBERS.fullmatch(line) else "")
            yield from self._say("".join(f"[{number}]" for number in numbers))
        else:
            self.gap = "\n\n"
        self.over = self.over or kind == "end"
        self.line, self.flowing, self.apart = "", False, False

    def _finish_row(self) -> Iterator[str]:
        if self.row:
            self.gap = "\n\n"
            yield from self._say(self.row)
            self.row, self.gap = "", "\n\n"

    def _flow(self, *, to_the_end: bool = False) -> Iterator[str]:
        """Pass on the whole words of the line; what begins a list's item is left out, and the item stands apart."""
        yield from self._finish_row()
        if not self.flowing:
            self.flowing = True
            if item := _ITEM.match(self.line):
                self.line = self.line[item.end() :]
                self.apart, self.gap = True, "\n\n"
        whole = len(self.line) if to_the_end else max(self.line.rfind(" "), self.line.rfind("\t")) + 1
        words, self.line = self.line[:whole].removesuffix("\n"), self.line[whole:]
        yield from self._say(words)

    def _say(self, words: str) -> Iterator[str]:
        for mark, plain in _INLINE:
            words = mark.sub(plain, words)
        if self.over or not words:
            return
        if not words.strip():
            self.gap += words
            return
        lead, self.gap = self.gap if self.begun else "", ""
        self.begun = True
        yield lead + words
