"""When a question asks about: its time expressions, told by rule against an explicit "as of" day.

A time counts where a preposition or the phrase itself says *when* ("in March 2023", "since Friday", "last week").
A date that names a thing ("the October 2024 election", "by 31 March 2025", "2024's budget"), or a time to compare with
("than last year"), is none. English, and the plainest German and French.

It is read as folded tokens with one space between them: the patterns need no care for case, accents and white space.
As none of them repeats anything without bound, a question costs time in step with its length.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from corpus.date_words import month_number
from rag import time_words as words
from rag.words import fold


@dataclass(frozen=True, slots=True)
class Period:
    """Days, inclusive; either end may be open."""

    first: date | None  # None for "before" and "until"
    last: date | None  # None for "since" and "after"
    start: int  # where the phrase begins in the question, its preposition included
    end: int  # exclusive
    grain: words.Grain  # how finely it tells time ("since 2020": to the year); "span" for quarters, seasons, ten days
    relative: bool  # told by the as-of day


@dataclass(frozen=True, slots=True)
class Untold:
    """A time that no rule can tell: "since the election", up to the next preposition of time."""

    start: int
    end: int


class _Told(NamedTuple):
    first: date
    last: date
    grain: words.Grain
    relative: bool = True
    recurs: bool = False  # "in March", "on Friday": every year or week has one, and the latest is meant


_Parts = Mapping[str, str]  # the named groups of a pattern that took part in a match


def _back(day: date, number: int, unit: str) -> date:
    """So many units earlier; in a shorter month, its last day. A day that has begun counts."""
    if unit in words.IN_HOURS:
        return day + timedelta(hours=-number * words.IN_HOURS[unit])
    year, month = divmod(day.year * 12 + day.month - 1 - number * words.IN_MONTHS[unit], 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _months(year: int, month: int, number: int) -> tuple[date, date]:
    """So many whole months."""
    first = date(year, month, 1)
    return first, _back(first, -number, "month") - timedelta(days=1)


def _around(day: date, unit: str) -> tuple[date, date]:
    """The unit of the calendar that a day is in; weeks begin on Monday, a weekend ends its week."""
    if unit in words.IN_MONTHS:
        return _months(day.year, day.month - (day.month - 1) % words.IN_MONTHS[unit], words.IN_MONTHS[unit])
    if unit not in ("week", "weekend"):
        return day, day + timedelta(days=unit == "hour")  # which of the two, the clock would tell
    monday = day - timedelta(days=day.weekday())
    return monday + timedelta(days=5 if unit == "weekend" else 0), monday + timedelta(days=6)


def _ago(parts: _Parts, as_of: date) -> _Told:
    """The calendar unit, so many units back: "last week" is the week one week ago, "today" the day no days ago."""
    unit, number = words.UNITS[parts.get("unit", "day")], words.COUNTS[parts.get("number", "one")]
    first, last = _around(_back(as_of, number, unit), unit)
    if unit == "week" and number == 0:  # in the language of news, the seven days behind
        first = _back(as_of, 7, "day")
    elif first > as_of:  # a weekend that is still to come
        first, last = _around(_back(as_of, 1, unit), unit)
    return _Told(first, min(last, as_of), words.GRAINS.get(unit, "span"))


def _lately(parts: _Parts, as_of: date) -> _Told:
    """From so many units back up to the as-of day."""
    unit = words.UNITS[parts["unit"]]
    if "number" not in parts and parts["unit"] in words.PLURALS:
        return _Told(_back(as_of, words.RECENT[unit], "day"), as_of, "span")
    grain = "span" if "number" in parts else words.GRAINS.get(unit, "span")
    return _Told(_back(as_of, words.COUNTS[parts.get("number", "one")], unit), as_of, grain)


def _weekday(parts: _Parts, as_of: date) -> _Told:
    back = as_of.weekday() - words.WEEKDAYS.index(parts["weekday"]) % 7  # within the week
    back = back + 7 if "week" in parts else back % 7 or (7 if "last" in parts else 0)
    day = as_of - timedelta(days=back)
    return _Told(day, day, "day", recurs="week" not in parts)


def _dated(parts: _Parts, as_of: date) -> _Told:
    """A date of the calendar. Without a year it is the latest that began by the as-of day, or with "last", was over."""
    if year := parts.get("year"):
        number = int(year) if year.isdigit() else as_of.year - (year == "last year")
        return _Told(*_in_year(parts, number), relative=not year.isdigit())
    for number in range(as_of.year, as_of.year - 9, -1):  # 29 February can be eight years back
        with suppress(ValueError):
            told = _Told(*_in_year(parts, number), recurs=True)
            if told.last < as_of if "last" in parts else told.first <= as_of:
                return told
    raise ValueError("no such date")


def _in_year(parts: _Parts, year: int) -> tuple[date, date, words.Grain]:
    if "run" in parts:
        return *_months(year, *words.RUNS[parts["run"]]), "span"
    third = words.THIRDS.get(parts.get("third", ""))
    if "month" not in parts:
        return (*_months(year, 1, 12), "year") if third is None else (*_months(year, 4 * third + 1, 4), "span")
    month = int(parts["month"]) if parts["month"].isdigit() else month_number(parts["month"].rstrip(" .")) or 0
    first, last = _months(year, month, 1)
    if "date" in parts:
        first, last = sorted(first.replace(day=int(parts.get(day, parts["date"]))) for day in ("opening", "date"))
        return first, last, "day"
    if third is None:
        return first, last, "month"
    return first.replace(day=10 * third + 1), last if third == 2 else first.replace(day=10 * third + 10), "span"


# The kind (what makes it say when: see FITS), what reads it, how it is written; the longer before the shorter.
_ROWS: list[tuple[str, Callable[[_Parts, date], _Told], str]] = [
    ("itself", _ago, rf"(?P<number>{words.choice(words.DAYS_AGO)})"),
    ("end", _ago, r"(?P<number>now|the present)"),
    ("itself", _ago, rf"{words.NUMBER} {words.UNIT} ago"),
    ("itself", _ago, rf"(?:vor|il y a) {words.NUMBER} {words.UNIT}"),
    ("itself", _ago, rf"(?P<number>{words.choice(words.THIS)}|(?<=over )the(?= weekend)) {words.ONE}"),
    ("itself", _ago, rf"(?:{words.LAST}|the (?:last|past)(?= weekend| quarter)) {words.ONE}"),
    ("itself", _ago, rf"(?:de[rm] )?(?:letzte|vergangene)[mnrs]? {words.ONE}"),
    ("itself", _ago, rf"(?:la |le |l ' )?{words.ONE} (?:derni(?:er|ere)|passee?)"),
    ("itself", _lately, rf"{words.THE_LAST} {words.NUMBER} {words.UNIT}"),
    ("itself", _lately, rf"(?:{words.THE_LAST}(?: few| couple of| several)?|(?<!most )recent) {words.SOME}"),
    ("itself", _lately, rf"(?:(?:{words.WITHIN})the last|(?:the )?past) (?P<unit>hour|day|week|month|year)"),
    ("itself", _weekday, rf"(?P<last>{words.LAST}|letzten|vergangenen) {words.WEEKDAY}"),
    ("itself", _dated, rf"(?P<last>{words.LAST}) (?:(?P<run>{words.choice(words.SEASONS)})|(?!may){words.MONTH})"),
    ("itself", _dated, r"this (?P<run>summer|autumn|winter)"),
    ("on", _weekday, rf"{words.WEEKDAY} (?:of )?(?P<week>last) week"),
    ("on", _dated, r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<date>\d\d)"),
    ("on", _dated, rf"(?:the (?=\w+ of ))?{words.ANY_WEEKDAY}{words.DATE_MONTH}"),
    ("on", _dated, rf"{words.ANY_WEEKDAY}{words.ANY_MONTH} {words.DATE}{words.OR_LATEST}"),
    ("days", _dated, rf"(?P<opening>\d\d?)(?: \.)? (?:{words.LINK}) {words.DATE_MONTH}"),
    ("on", _weekday, rf"{words.WEEKDAY}(?: (?:of )?this week)?"),
    ("in", _dated, rf"{words.THIRD}{words.ANY_MONTH}{words.OF_YEAR}"),
    ("in", _dated, rf"{words.THIRD}{words.MONTH}{words.LATEST}"),
    ("in", _dated, rf"{words.THIRD}(?:the year |jahre? )?{words.YEAR}"),
    ("in", _dated, rf"(?:the )?(?P<run>{words.choice(words.RUNS)})(?: of)? {words.YEAR}"),
]
_TIME = re.compile(
    r"(?<!\S)(?=\w\w|[al\d] )"  # what no time begins with is left at once
    + rf"(?:(?P<lead>{words.choice(words.LEADS)}) )?(?:"  # then a row, whose groups are named after it: "unit_7"
    + "|".join(f"(?P<row_{row}>{pattern.replace('>', f'_{row}>')})" for row, (*_, pattern) in enumerate(_ROWS))
    + r")(?!\S)(?! ' s(?!\S))(?! of(?!\S))"  # "last week's vote" and "the last week of the war" are things
    + r"(?: onwards?(?!\S)|(?<=\d) on(?= [^\w\s]|$))?",
    re.ASCII,
)
_EVENT = re.compile(rf"(?<!\S)since(?! \d+(?!\S))(?P<event>(?: (?!{words.STOP})(?:[^\W_]\S*|['-](?!\S))){{1,8}})")
_TO = re.compile(rf" (?:{words.choice(words.LINKS['from'])})(?!\S)")
_TOKEN = re.compile(r"\d+(?:[-–/.:]\d+)+|[\w\u0300-\u036f]+|[^\w\s]")


class _Time(NamedTuple):
    start: int  # with the preposition
    begin: int  # without it
    end: int
    role: str  # of the preposition
    kind: str
    tell: Callable[[date], _Told]  # as of a day; an error if there is no such date


def times(question: str, as_of: date) -> list[Period | Untold]:
    """The times that a question names, in its order, not overlapping. Dates that do not exist are none.

    "in March" and "on Friday" are the latest not after the as-of day, "last week" is the calendar week before, "this
    week" and "the past week" are the seven days behind.

    >>> [(found.first, found.last) for found in times("Who left since May 2024?", date(2024, 6, 1))]
    [(datetime.date(2024, 5, 1), None)]
    """
    spans = [match.span() for match in _TOKEN.finditer(question)]
    text = " ".join("".join(fold(question[start:end]).split()) for start, end in spans)
    found = list(_find(text))
    named: list[Period | Untold] = [*_windows(text, found, as_of), *_events(text, found)]
    return [  # a token has as many spaces before it as tokens
        replace(item, start=spans[text.count(" ", 0, item.start)][0], end=spans[text.count(" ", 0, item.end)][1])
        for item in sorted(named, key=lambda item: item.start)
    ]


def _find(text: str) -> Iterator[_Time]:
    """Whatever is written like a time, whether or not it says when."""
    french = not words.FRENCH.isdisjoint(text.split(" "))
    for match in _TIME.finditer(text):
        row = match.lastgroup or ""
        begin, end = match.span(row)
        if french or {"hier", "mars"}.isdisjoint(text[begin:end].split(" ")):
            kind, read, _ = _ROWS[int(row.removeprefix("row_"))]
            parts = {name.split("_")[0]: part for name, part in match.groupdict().items() if part}
            role = "since" if match.end() > end else words.LEADS.get(match["lead"], "")  # "onwards" follows
            yield _Time(match.start(), begin, match.end(), role, kind, partial(read, parts))


def _windows(text: str, found: list[_Time], as_of: date) -> Iterator[Period]:
    done = 0
    for time, following in zip_longest(found, found[1:]):
        with suppress(ValueError, OverflowError):  # 31 February, 900 years before the year 800
            if time.start >= done and (period := _range(text, time, following, as_of) or _alone(text, time, as_of)):
                done = period.end
                yield period


def _range(text: str, x: _Time, y: _Time | None, as_of: date) -> Period | None:
    """From the one to the other: "between March and May 2023", and also "in March and April 2023"."""
    if not y or text[x.end : y.begin].strip() not in words.LINKS.get(x.role, ()):
        return None
    first, last = x.tell(as_of), y.tell(as_of)
    if first.recurs:  # the latest before the second
        first = x.tell(last.first)
    if first.first > last.last or (x.role in ("in", "on") and "itself" in (x.kind, y.kind)):
        return None
    grain = first.grain if first.grain == last.grain else "span"
    return Period(first.first, last.last, x.start, y.end, grain, last.relative or (first.relative and not first.recurs))


def _alone(text: str, time: _Time, as_of: date) -> Period | None:
    if time.kind not in words.FITS[time.role]:
        return None
    if time.role == "from" and (text[time.begin : time.end] == "may" or _TO.match(text, time.end)):
        return None  # what somebody wants from May; "from 2000 to 3000 euros"
    first, last, grain, relative, _ = time.tell(as_of)
    ends: dict[str, tuple[date | None, date | None]] = {"since": (first, None), "until": (None, last)}
    ends |= {"after": (last + timedelta(days=1), None), "before": (None, first - timedelta(days=1))}
    return Period(*ends.get(time.role, (first, last)), time.start, time.end, grain, relative)


def _events(text: str, found: list[_Time]) -> Iterator[Untold]:
    """ "since" with something else than a time, up to where the clause or the event ends, or a time begins."""
    for time in found:
        if time.role or time.kind == "itself":
            text = text[: time.start] + "|" * (time.end - time.start) + text[time.end :]
    for match in _EVENT.finditer(text):
        if not re.match(words.REASON, match["event"]):
            yield Untold(*match.span())
