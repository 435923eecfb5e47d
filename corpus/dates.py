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
