"""The dates that a text states, as far as it does: ``Sept. 3`` and ``3 September`` are one, 2024-09-03 holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from corpus.date_words import month_number

_WEEKDAYS = {
    word: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    )
    for number, word in enumerate(names.split())
} | {"tues": 1, "thurs": 3, "sonnabend": 5}
_WORDS_TOO = frozenset({"sun", "sat", "mon", "wed"})

_WORD = r"[^\W\d_]{3,12}"
_YEAR = r"(?:1\d|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_NUMBER = r"(?<![\w.,:/-])"  # where a number can begin that is no part of a longer one
# In order of how much they say; what one has matched is not looked at again.
_SHAPES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NUMBER}(?P<year>{_YEAR})-(?P<month>0\d|1[0-2])-(?P<day>\d\d)(?:T[\d:.+-]*Z?)?(?!\w)",
        rf"{_NUMBER}(?P<day>{_DAY})(?P<sep>[./])\s?(?P<month>1[0-2]|0?[1-9])(?P=sep)\s?(?P<year>{_YEAR})(?!\w)",
        rf"{_NUMBER}(?P<month>1[0-2]|0?[1-9])/(?P<day>{_DAY})/(?P<year>{_YEAR})(?!\w)",
        rf"{_NUMBER}(?P<day>{_DAY})(?:st|nd|rd|th|\.)?\s(?:of\s)?(?P<name>{_WORD})\.?(?:,?\s(?P<year>{_YEAR})(?![\d,]))?(?!\w)",
        rf"\b(?P<name>{_WORD})\.?\s(?P<day>{_DAY})(?:st|nd|rd|th)?(?:,?\s(?P<year>{_YEAR}))?(?![\w%]|[.,:]\d)",
        rf"\b(?P<name>{_WORD})\.?,?\s(?:of\s)?(?P<year>{_YEAR})(?!\w|[.,]\d)",
        rf"{_NUMBER}(?P<year>{_YEAR})(?![\w%]|[.,]\d|\s(?:%|percent|per cent|dollars|euros|pounds|crowns|people|"
        rf"metres|meters|miles|km|feet|tonnes|tons)\b)",
        rf"\b(?P<name>{_WORD})\b",
        rf"\b(?P<weekday>{'|'.join(_WEEKDAYS)})\b",
    )
)
_MAY = re.compile(
    r"(?:\b(?:in|on|of|since|until|by|from|to|last|next|this|early|late|mid|and|before|after|during)[\s-])$", re.I
)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """What a text says of a day; None for what it leaves open. ``weekday`` 0 is Monday."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    written: str

    def holds(self, other: StatedDate) -> bool:
        """Whether this says all that the other says."""
        mine, theirs = (self.year, self.month, self.day, self._weekday()), other._parts()
        return all(part in (None, own) for own, part in zip(mine, theirs, strict=True))

    def clashes(self, other: StatedDate) -> bool:
        """Whether a part that both state differs."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return any(one != two for one, two in pairs if None not in (one, two))

    def _parts(self) -> tuple[int | None, int | None, int | None, int | None]:
        return self.year, self.month, self.day, self.weekday

    def _weekday(self) -> int | None:
        """As stated, or as the calendar has it."""
        if self.weekday is None and self.year and self.month and self.day:
            try:
                return date(self.year, self.month, self.day).weekday()
            except ValueError:
                return None
        return self.weekday


@lru_cache(maxsize=8192)
def stated_dates(text: str) -> tuple[StatedDate, ...]:
    """The dates of a text, the fuller ones first. One that could be read in two ways (04/05/2024) is there twice."""
    return tuple(found for found, _, _ in _found(text))


@lru_cache(maxsize=8192)
def without_dates(text: str) -> str:
    """The text with its dates blanked out, as long as before. Years that stand alone stay: they may be numbers."""
    for found, start, end in _found(text):
        if found.month is not None:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


@lru_cache(maxsize=8192)
def _found(text: str) -> tuple[tuple[StatedDate, int, int], ...]:
    dates: list[tuple[StatedDate, int, int]] = []
    blank = text
    for shape in _SHAPES:
        for match in shape.finditer(blank):
            dates += [(found, match.start(), match.end()) for found in _read(match, text)]
        for _, start, end in dates:
            blank = blank[:start] + " " * (end - start) + blank[end:]
    return tuple(dates)


def _read(match: re.Match[str], text: str) -> list[StatedDate]:
    """What a match says: nothing if its word names no month."""
    parts = match.groupdict()
    if name := parts.get("name"):
        month = _month(name, match, text)
        if month is None:
            return []
    else:
        month = int(parts["month"]) if parts.get("month") else None
    year, day = (int(parts[key]) if parts.get(key) else None for key in ("year", "day"))
    weekday = parts.get("weekday")
    if weekday and not (weekday[0].isupper() and weekday.lower() not in _WORDS_TOO):
        return []
    found = StatedDate(year, month, day, _WEEKDAYS[weekday.lower()] if weekday else None, match.group())
    swappable = parts.get("sep") == "/" and day is not None and day <= 12 and month != day
    return [found, replace(found, month=day, day=month)] if swappable else [found]


def _month(word: str, match: re.Match[str], text: str) -> int | None:
    """The month that a word names. Alone, "march" and "may" are verbs, and a short form is a word or a name."""
    parts = match.groupdict()
    if parts.get("day") or parts.get("year"):
        return month_number(word)
    if not word[0].isupper() or (len(word) < 5 and word not in ("May", "June", "July", "Sept", "Juni", "Juli", "März")):
        return None
    opens = not text[: match.start()].strip(" \n“\"'(") or text[: match.start()].rstrip(" \n“\"'(")[-1] in ".!?:"
    if (word == "May" or opens) and not _MAY.search(text[: match.start()].lower()):
        return None
    return month_number(word)
