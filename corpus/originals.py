"""Whose a story was first: whom its copies credit, or who had it earliest. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from corpus.article import Dated
from corpus.syndication import words

# Whom a text may credit: known agencies by their short names; any outlet where the wording leaves no doubt.
_AGENCIES = {
    "afp": "Agence France-Presse",
    "ani": "Asian News International",
    "ansa": "ANSA",
    "ap": "Associated Press",
    "bloomberg": "Bloomberg",
    "cnn": "CNN",
    "dpa": "Deutsche Presse-Agentur",
    "efe": "EFE",
    "kyodo": "Kyodo",
    "pa": "PA Media",
    "pti": "Press Trust of India",
    "reuters": "Reuters",
    "tass": "TASS",
    "upi": "United Press International",
    "xinhua": "Xinhua",
}
_AGENCY = rf"(?P<name>{'|'.join(_AGENCIES)})"
_CAPITAL = r"(?-i:(?:[A-Z]\.)+|[A-Z0-9][\w&-]*(?:[.’']\w{2,})*)"
_DOMAIN = r"[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}\b"
_NAME = rf"(?P<name>{_DOMAIN}|(?:the )?(?!\d){_CAPITAL}(?: (?:(?:of|and|for|de|&) (?:the )?)?{_CAPITAL})*)"
_PIECE = r"\bthis (?:article|story|report|piece|column|interview|essay|post|dispatch)"
_FIRST = r"(?:first|originally) (?:published|appeared|ran)"
_CREDITS = [  # the clearest wording first
    rf"{_PIECE} (?:was |has been )?{_FIRST} (?:in|by|on|at) {_NAME}",
    rf"^\W*{_FIRST} (?:in|by|on|at) {_NAME}",
    rf"\bre(?:published|printed) (?:here )?(?:with (?:the )?(?:kind )?permission )?(?:from|of|courtesy of) {_NAME}",
    rf"^(?:[^(\n]{{0,50}} )?\({_AGENCY}(?: Business)?\) ?[-–—]",  # LONDON (Reuters) –
    rf"^\({_AGENCY}(?: Business)?\) (?=(?-i:[A-Z“\"]))",
    rf"^(?:(?-i:[A-Z]{{3}})[^\n–—]{{0,40}}, )?{_AGENCY} ?[-–—]+ ",  # AP – or BERLIN, dpa –
    rf"(?:©|\bcopyright(?: ©| \(c\))?) ?\d{{4}}(?:[-–]\d{{2,4}})?,? (?:by )?{_NAME}",
    rf"^source: {_NAME}\.?$",
]
_CREDIT = [re.compile(wording, re.IGNORECASE | re.MULTILINE) for wording in _CREDITS]
_NO_OUTLET = re.compile(  # "first published in March", "in English", "© 2024 All rights reserved"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|[A-Z]\w+day|English"
    r"|French|German|Spanish|All)\b.*",
    re.IGNORECASE,
)


def credit(text: str) -> str | None:
    """The outlet or agency that a text says it comes from, as written, agencies by their full names.

    Only from clear wording: an agency's dateline, "this article first appeared in", "republished from", "© 2024", a
    line "Source:". None otherwise.

    >>> credit("LONDON, March 5 (AP) — The bridge is open.")
    'Associated Press'
    """
    for wording in _CREDIT:
        for match in wording.finditer(text):
            if not _NO_OUTLET.fullmatch(name := match["name"]):
                return _AGENCIES.get(_house(name), name)
    return None


def _house(outlet: str) -> str:
    """One name for an outlet, however it is written: ``The Courier``, ``courier.com`` and ``Courier`` are one."""
    name = re.sub(r"^(?:https?://)?(?:www\.)?|\.(?:com|org|net|info|(?:co\.)?[a-z]{2})$", "", outlet.casefold().strip())
    name = "".join(words(name.removeprefix("the ")))
    return _SHORT_NAMES.get(name.removesuffix("news"), name)


_SHORT_NAMES = {"".join(words(full)): short for short, full in _AGENCIES.items()} | {
    short: short for short in _AGENCIES
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of one copy of a story. ``published`` is ISO 8601: a year, a month, a day or an instant."""

    id: str
    outlet: str | None
    published: str | None
    text_length: int  # characters
    credit: str | None  # as `credit` found it


def representative(copies: Sequence[Copy]) -> Copy:
    """The copy that is most likely the original.

    That of an outlet that other copies credit, if there is one; else the earliest; then the longest, then the
    smallest id. A vague date counts as its last moment, so a year beats only what was surely later, and an unknown
    date beats none. A date without a zone is read as UTC.

    Raises:
        ValueError: there are no copies, or a date is not ISO 8601.
    """
    credited = [copy for copy in copies if any(_credits(other, copy) for other in copies)]
    first_hand = [copy for copy in credited if not any(_credits(copy, other) for other in copies)]
    return min(first_hand or credited or copies, key=lambda copy: (_latest(copy.published), -copy.text_length, copy.id))


def _credits(copy: Copy, other: Copy) -> bool:
    if not copy.credit or not other.outlet:
        return False
    source = _house(copy.credit)
    return source == _house(other.outlet) and source != _house(copy.outlet or "")


def _latest(published: str | None) -> datetime:
    """The last moment at which it may have been published."""
    if published is None:
        return datetime.max.replace(tzinfo=UTC)
    dated = Dated(published)
    if dated.precision != "instant":
        return datetime.combine(dated.last, time.max, UTC)
    instant = datetime.fromisoformat(published)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
