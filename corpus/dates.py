"""When an article was published, and how we know.

What a source wrote is read only where it can mean one thing: ``05/03/2024`` and ``24-3-5`` are no dates, because they
could be several. The day of ingestion is never offered as the day of publication; what cannot be known stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import urlsplit

from corpus.article import Dated, Provenance
from corpus.date_words import ZONES, is_weekday, month_number

_EARLIEST = date(1400, 1, 1)  # before print, a number with four digits is something else
_LONGEST = 200  # characters; with white space in it, a date is shorter
_AHEAD = timedelta(days=2)  # somewhere it is tomorrow already, and clocks go wrong; beyond this it is an announcement

_WORD = r"(?P<word>[^\W\d_]{3,}\.?)"
_DAY_IN_WORDS = (  # 3 November 2024, 3. listopadu 2024, 3 de marzo de 2024; then November 3rd, 2024
    rf"(?P<d>[0-3]?\d)(?:\.|st|nd|rd|th|er|º)?[ -](?:(?:de|of) )?{_WORD},?[ -](?:del? )?(?P<y>\d{{4}})",
    rf"{_WORD} (?P<d>[0-3]?\d)(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
)
_DAYS = (
    *_DAY_IN_WORDS,
    r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d\d?)(?P=sep)(?P<d>\d\d?)",
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<one>\d\d?)(?P<sep>[-/.])(?P<two>\d\d?)(?P=sep)(?P<y>\d{4})",
    r"(?P<y>\d{4}) ?[年년] ?(?P<m>\d\d?) ?[月월] ?(?P<d>\d\d?) ?[日일]",
)
_ZONE = r"(?P<zone>(?:GMT|UTC)?(?P<sign>[+-])(?P<zh>\d\d):?(?P<zm>\d\d)?|[a-z]{1,5})(?: ?\([^()]*\))?"
_TIME = (
    r"(?P<H>\d\d?)(?::(?P<M>\d\d)(?::(?P<S>\d\d))?|(?P<M2>\d\d)(?P<S2>\d\d)?|(?= ?[ap]\.?m\b))(?:[.,](?P<f>\d{1,9}))?"
    rf"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: ?{_ZONE})?"
)
_INSTANTS = [
    re.compile(rf"{day}(?:(?:T|(?<=\d{{8}})(?=\d{{6}})|,? (?:at )?| [-–|·] ){_TIME}|Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
    for day in _DAYS
]
_VAGUE = [
    re.compile(shape)
    for shape in (r"(?P<y>\d{4})", r"(?P<y>\d{4})[-/](?P<m>\d\d)", rf"{_WORD} (?:del? )?(?P<y>\d{{4}})")
]
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def dated(value: object, provenance: Provenance) -> Dated | None:
    """A date as a source wrote it; None where it is not one, could be several, or lies ahead.

    Read are: dates and datetimes, ISO 8601 (also compact), RFC 822, dates in words in eight languages, a month, a year,
    and seconds (10 digits) or milliseconds (13 digits) since 1970. The value is as precise as the source: a year stays
    a year, an instant keeps its zone, and one that states none has none. From 1400 to the day after tomorrow.

    >>> dated("Fri, 15 Mar 2024 08:00:00 +0100", "metadata").value
    '2024-03-15T08:00:00+01:00'
    """
    if isinstance(value, date):
        written: str | None = value.isoformat()
    elif isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**13:
        written = _iso(str(value))
    else:
        written = _iso(" ".join(value.split())) if isinstance(value, str) and len(value) <= _LONGEST else None
    found = Dated(written, provenance) if written else None
    return found if found and _EARLIEST <= found.first <= date.today() + _AHEAD else None


def _iso(text: str) -> str | None:
    weekday, _, rest = text.partition(" ")
    if is_weekday(weekday.rstrip(",")):
        text = rest
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC).isoformat()
        for shape in _INSTANTS:
            if match := shape.fullmatch(text):
                return _instant(match)
        for shape in _VAGUE:
            if match := shape.fullmatch(text):
                return _vague(match)
    except (ValueError, OverflowError):  # 30 February, the 25th hour, a zone beyond all zones
        pass
    return None


def _day(match: re.Match[str]) -> date | None:
    """The day that was matched; None if it is no month's name, or day and month could change places.

    Raises:
        ValueError: there is no such day.
    """
    parts = match.groupdict()
    if word := parts.get("word"):
        month = month_number(word)
        return date(int(parts["y"]), month, int(parts["d"])) if month else None
    if parts.get("one") is None:
        return date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    low, high = sorted((int(parts["one"]), int(parts["two"])))
    return date(int(parts["y"]), low, high) if high > 12 or low == high else None


def _instant(match: re.Match[str]) -> str | None:
    day, time = _day(match), match.groupdict()
    if day is None or time["H"] is None:
        return day.isoformat() if day else None
    hour = int(time["H"])
    if time["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if time["half"] in "pP" else 0)
    minute, second = int(time["M"] or time["M2"] or 0), int(time["S"] or time["S2"] or 0)
    micro = int((time["f"] or "").ljust(6, "0")[:6])
    return datetime(day.year, day.month, day.day, hour, minute, second, micro, _zone(time)).isoformat()


def _zone(time: dict[str, str | None]) -> timezone | None:
    if time["sign"]:
        offset = timedelta(hours=int(time["zh"] or 0), minutes=int(time["zm"] or 0))
        return timezone(-offset if time["sign"] == "-" else offset)
    hours = ZONES.get((time["zone"] or "").lower())
    return None if hours is None else timezone(timedelta(hours=hours))


def _vague(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    year = f"{int(parts['y']):04}"
    if not parts.get("word") and not parts.get("m"):
        return year
    month = month_number(parts["word"]) if parts.get("word") else int(parts["m"])
    return f"{year}-{month:02}" if month and month <= 12 else None


# In the path of an address: /2024/03/15/ or /2024-03-15/ or …-20240315, /2019/nov/18/, and /2024/03/ for a month.
_URL_DAYS = (
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[/-]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<word>[a-z]{3})/(?P<d>0[1-9]|[12]\d|3[01])(?=/|$)"),
)
_URL_MONTH = re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>0[1-9]|1[0-2])(?=/)")


def date_in_url(url: str | None) -> Dated | None:
    """The day or month that the path of an address carries, if it carries one."""
    try:
        path = urlsplit(url or "").path
    except ValueError:  # an address that is none, such as http://[oops
        return None
    for shape in _URL_DAYS:
        if match := shape.search(path):
            try:
                day = _day(match)
            except ValueError:
                return None
            return dated(day, "url")
    month = _URL_MONTH.search(path)
    return dated(f"{month['y']}-{month['m']}", "url") if month else None


_IN_WORDS = [re.compile(rf"(?<![\w.]){day}(?!\d)") for day in _DAY_IN_WORDS]
_ISO_DAY = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?!\d)")
_LONGEST_DATELINE = 120  # characters; a longer line is prose, whose dates are about something else
_DATELINES = 4  # lines at the top among which it stands

# What may stand around the date of a dateline. Before: nothing, "Published", or a place or byline of a few capitalised
# words and a comma, then perhaps a weekday. After: nothing, an agency, a dash and a byline, or the hour.
_BEFORE_DATELINE = re.compile(
    r"(?:(?i:published|posted|dated?):?\s+(?i:on\s+)?|(?:By\s+)?(?P<place>(?:[^\W\d_][\w.'’-]*\s+){0,3}[^\W\d_][\w.'’-]*),\s+)?"
    r"(?:(?P<weekday>[^\W\d_][\w-]+\.?),?\s+)?"
)
_AFTER_DATELINE = re.compile(r"\s*(?:$|[(|·]|[—–-]\s*(?:By\b|$)|,?\s*\d{1,2}[:.]\d\d)")


def date_in_dateline(text: str) -> Dated | None:
    """The day of a dateline, such as ``HARBOUR TOWN, 3 November 2024 (Agency)``, if the top of the text has one.

    Only short lines count that are no sentences: a date in the prose says when something happened.
    """
    for line in [line.strip() for line in text[:2000].split("\n") if line.strip()][:_DATELINES]:
        if len(line) > _LONGEST_DATELINE or line[-1] in ".!?":
            continue
        match, day = next(_days_in(line), (None, None))
        if match and _introduces(line[: match.start()]) and _AFTER_DATELINE.match(line[match.end() :]):
            return dated(day, "text")
    return None


def _days_in(line: str) -> Iterator[tuple[re.Match[str], date]]:
    for shape in (_ISO_DAY, *_IN_WORDS):
        for match in shape.finditer(line):
            try:
                day = _day(match)
            except ValueError:
                continue
            if day:
                yield match, day


def _introduces(before: str) -> bool:
    match = _BEFORE_DATELINE.fullmatch(before)
    if match is None or (match["weekday"] and not is_weekday(match["weekday"])):
        return False
    return all(word[0].isupper() for word in (match["place"] or "").split())
