"""When an article was published, and how we know.

The day of ingestion is never offered as the day of publication; what cannot be known stays unknown.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from corpus.article import Dated, Provenance

# /2024/03/15/ or /2024-03-15/ or …-20240315: the three shapes that outlets put into addresses.
_URL_DAY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<sep>[/-]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)


def dated(value: object, provenance: Provenance) -> Dated | None:
    """A date as a source wrote it (ISO 8601 text, a date, or a datetime); None where it is not one.

    >>> dated("2024-03-15T08:00:00+01:00", "metadata").value
    '2024-03-15T08:00:00+01:00'
    """
    if isinstance(value, datetime | date):
        return Dated(value.isoformat(), provenance)
    if not isinstance(value, str):
        return None
    text = value.strip()
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return Dated(parse(text).isoformat(), provenance)
        except ValueError:
            continue
    return None


def date_in_url(url: str | None) -> Dated | None:
    """The day that an address carries, if it carries one."""
    match = _URL_DAY.search(url or "")
    return dated(f"{match['y']}-{match['m']}-{match['d']}", "url") if match else None


_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(rf"{name}|{name[:3]}\.?" for name in _MONTHS) + r"|sept\.?"
_WRITTEN_DAY = re.compile(
    rf"(?<!\d)(?:(?P<d1>[0-3]?\d)\.? (?P<m1>{_MONTH})|(?P<m2>{_MONTH}) (?P<d2>[0-3]?\d)),? (?P<y>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
_LONGEST_DATELINE = 120  # characters; a longer line is prose, whose dates are about something else
_DATELINES = 4  # lines at the top among which it stands


# What may stand around the date of a dateline. Before: nothing, "Published", or a place or byline of a few capitalised
# words and a comma, then perhaps a weekday. After: nothing, an agency, a dash and a byline, or the hour.
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_BEFORE_DATELINE = re.compile(
    rf"(?:(?i:published|posted|dated?):?\s+(?i:on\s+)?|(?:By\s+)?(?P<place>(?:[^\W\d_][\w.'’-]*\s+){{0,3}}[^\W\d_][\w.'’-]*),\s+)?"
    rf"(?i:{_WEEKDAY})"
)
_AFTER_DATELINE = re.compile(r"\s*(?:$|[(|·]|[—–-]\s*(?:By\b|$)|,?\s*\d{1,2}[:.]\d\d)")


def date_in_dateline(text: str) -> Dated | None:
    """The day of a dateline, such as ``HARBOUR TOWN, 3 November 2024 (Agency)``, if the top of the text has one.

    Only short lines count that are no sentences: a date in the prose says when something happened.
    """
    for line in [line.strip() for line in text[:2000].split("\n") if line.strip()][:_DATELINES]:
        match = _ISO_DAY.search(line) or _WRITTEN_DAY.search(line)
        if match is None or len(line) > _LONGEST_DATELINE or line[-1] in ".!?":
            continue
        before = _BEFORE_DATELINE.fullmatch(line[: match.start()])
        capitalised = before and all(word[0].isupper() for word in (before["place"] or "").split())
        if capitalised and _AFTER_DATELINE.match(line[match.end() :]):
            return dated(_iso(match), "text")
    return None


def _iso(match: re.Match[str]) -> str:
    if match.re is _ISO_DAY:
        return match.group()
    month = [name[:3] for name in _MONTHS].index((match["m1"] or match["m2"])[:3].lower()) + 1
    return f"{match['y']}-{month:02}-{int(match['d1'] or match['d2']):02}"
