"""Dates: what a source wrote, or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import date_in_dateline, date_in_url, dated

NOON = datetime(2024, 3, 15, 12, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        # as precise as the source
        ("2024", "2024"),
        (2024, "2024"),
        ("2024-03", "2024-03"),
        ("March 2024", "2024-03"),
        ("Mar. 2024", "2024-03"),
        ("marzo de 2024", "2024-03"),
        # days
        ("2024-03-15", "2024-03-15"),
        (" 2024-03-15 ", "2024-03-15"),
        ("2024-03-15+01:00", "2024-03-15"),
        ("20240315", "2024-03-15"),
        (20240315, "2024-03-15"),
        ("2024/3/15", "2024-03-15"),
        ("2024年3月15日", "2024-03-15"),
        (date(2024, 3, 15), "2024-03-15"),
        # days in words
        ("15 March 2024", "2024-03-15"),
        ("March 15, 2024", "2024-03-15"),
        ("Friday, 15 Mar 2024", "2024-03-15"),
        ("March 15th, 2024", "2024-03-15"),
        ("15. März 2024", "2024-03-15"),
        ("1er février 2024", "2024-02-01"),
        ("15 de marzo de 2024", "2024-03-15"),
        ("venerdì 15 marzo 2024", "2024-03-15"),
        ("15 maart 2024", "2024-03-15"),
        ("15 de março de 2024", "2024-03-15"),
        ("15. března 2024", "2024-03-15"),
        ("1. července 2024", "2024-07-01"),
        # numbers in an order that can be told
        ("25/03/2024", "2024-03-25"),
        ("03/25/2024", "2024-03-25"),
        ("25.3.2024", "2024-03-25"),
        ("03/03/2024", "2024-03-03"),
        # instants, with their own zone
        ("2024-03-15T08:00:00+01:00", "2024-03-15T08:00:00+01:00"),
        ("2024-03-15T08:00:00+0100", "2024-03-15T08:00:00+01:00"),
        ("2024-03-15T08:00:00Z", "2024-03-15T08:00:00+00:00"),
        ("2024-03-15T08:00:00.123Z", "2024-03-15T08:00:00.123000+00:00"),
        ("2024-03-15 08:00:00 -0500", "2024-03-15T08:00:00-05:00"),
        ("20240315T080000Z", "2024-03-15T08:00:00+00:00"),
        ("20240315080000", "2024-03-15T08:00:00"),
        ("Fri, 15 Mar 2024 08:00:00 +0100", "2024-03-15T08:00:00+01:00"),
        ("Fri, 15 Mar 2024 08:00:00 EST", "2024-03-15T08:00:00-05:00"),
        ("Fri Mar 15 2024 08:00:00 GMT+0100 (CET)", "2024-03-15T08:00:00+01:00"),
        ("March 15, 2024, 8:05 p.m. EDT", "2024-03-15T20:05:00-04:00"),
        ("March 15, 2024 at 12 am", "2024-03-15T00:00:00"),
        (NOON, "2024-03-15T12:00:00+01:00"),
        # no zone, none invented; the name of several zones is none
        ("2024-03-15 08:00", "2024-03-15T08:00:00"),
        ("Fri, 15 Mar 2024 08:00:00 IST", "2024-03-15T08:00:00"),
        # seconds and milliseconds since 1970
        (1710489600, "2024-03-15T08:00:00+00:00"),
        ("1710489600123", "2024-03-15T08:00:00+00:00"),
    ],
)
def test_a_date_is_kept_as_written(written: object, value: str) -> None:
    found = dated(written, "given")
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "written",
    [
        *("", "yesterday", "15 March", "March", "2024 was a good year", "Expires 15 March 2024", "Hoppember 3, 2024"),
        *("05/03/2024", "5.3.2024", "3-4-2024", "24-03-15"),  # could be several days
        *("2024-02-30", "2024-13", "2024-00", "31 November 2024", "2024-03-15T25:00", "2024-03-15T08:00+99:00"),
        *("1399", "0001-01-01", "9999", 15, 171048960, 17104896001),
        *(None, 3.5, [], {}, True, b"2024"),
    ],
)
def test_what_is_no_date_stays_unknown(written: object) -> None:
    assert dated(written, "given") is None


def test_what_lies_ahead_was_not_published() -> None:
    today = date.today()
    assert dated(today + timedelta(days=1), "given")
    assert not dated(today + timedelta(days=4), "given")
    assert not dated(f"{today.year + 1}-12", "given")
    assert not dated(f"{today.year + 1}", "given")


ZONES = [
    None,
    UTC,
    timezone(timedelta(hours=14)),
    timezone(-timedelta(hours=11)),
    timezone(timedelta(hours=5, minutes=30)),
]
DAYS = st.dates(min_value=date(1400, 1, 1), max_value=date.today())
INSTANTS = st.datetimes(
    min_value=datetime(1400, 1, 1), max_value=datetime.combine(date.today(), time()), timezones=st.sampled_from(ZONES)
)


@given(INSTANTS)
def test_every_instant_comes_back(instant: datetime) -> None:
    found = dated(instant.isoformat(), "metadata")
    assert found is not None
    assert datetime.fromisoformat(found.value) == instant
    assert found.first == found.last == instant.date()
    assert (found.precision, found.provenance) == ("instant", "metadata")


@given(INSTANTS.filter(lambda instant: instant.tzinfo is not None))
def test_every_instant_of_a_mail_or_feed_comes_back(instant: datetime) -> None:
    found = dated(format_datetime(instant), "metadata")
    assert found is not None
    assert datetime.fromisoformat(found.value) == instant.replace(microsecond=0)


@given(DAYS, st.sampled_from(["%d %B %Y", "%d %b %Y", "%B %d, %Y", "%A, %d %B %Y", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y"]))
def test_every_day_comes_back_from_all_forms(day: date, form: str) -> None:
    found = dated(day.strftime(form.replace("%Y", f"{day.year:04}")), "text")
    assert found is not None
    assert (found.value, found.first, found.last) == (day.isoformat(), day, day)


@given(DAYS, st.sampled_from(["/", "-", "."]))
def test_a_day_in_numbers_is_found_or_left_never_mistaken(day: date, separator: str) -> None:
    for form in ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y"):
        found = dated(day.strftime(form.format(separator).replace("%Y", f"{day.year:04}")), "text")
        assert (found is None) == (day.day <= 12 and day.day != day.month)
        assert found is None or found.first == day


DATELIKE = st.text(alphabet="0123456789-/:.,TZ+ AMPampmJanuryFebMch年月日", max_size=30)


@given(st.one_of(st.text(), DATELIKE, st.integers(), st.datetimes(), st.dates()))
def test_anything_is_a_date_that_can_be_read_or_none(value: object) -> None:
    found = dated(value, "text")
    if found is not None:
        assert date(1400, 1, 1) <= found.first <= found.last
        assert datetime.fromisoformat((found.value + "-01-01")[:10] if found.precision != "instant" else found.value)
        assert dated(found.value, "text") == found


@given(st.text())
def test_any_address_and_any_text_has_a_date_or_none(text: str) -> None:
    for found in (date_in_url(text), date_in_url(f"https://a.example/{text}"), date_in_dateline(text)):
        assert found is None or found.first <= found.last


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/03/15/bridge", "2024-03-15"),
        ("https://a.example/bridge-2024-03-15.html", "2024-03-15"),
        ("https://a.example/bridge-20240315", "2024-03-15"),
        ("https://a.example/2024/02/30/bridge", None),
        ("https://a.example/2024/03-15/bridge", None),
        ("https://a.example/2024/03/bridge", "2024-03"),
        ("https://a.example/2024/03/151234/bridge", "2024-03"),
        ("https://a.example/2019/nov/18/bridge", "2019-11-18"),
        ("https://a.example/2019/now/18/bridge", None),
        ("https://a.example/2024/03", None),
        ("https://a.example/2024/13/bridge", None),
        ("https://a.example/bridge?id=20240315", None),
        ("https://a.example/bridge#2024-03-15", None),
        ("http://[oops/2024/03/15/", None),
        ("https://a.example/2024/3/15", None),
        ("https://a.example/id/120240315", None),
        ("https://a.example/202403151", None),
        ("https://a.example/1824/03/15", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_in_an_address_is_found_and_said_to_come_from_there(url: str | None, day: str | None) -> None:
    found = date_in_url(url)
    assert (found.value if found else None) == day
    assert found is None or found.provenance == "url"


@pytest.mark.parametrize(
    ("top", "day"),
    [
        ("ORRIN, 3 November 2024 (Agency) - By Ada Quist", "2024-11-03"),
        ("Orrin, May 4, 2021", "2021-05-04"),
        ("Published 2024-03-15", "2024-03-15"),
        ("4. Sept. 2023", "2023-09-04"),
        ("The mill closed on 3 November 2024.", None),
        ("ORRIN, 31 February 2024", None),
        ("The march on 3 November 2024 drew a record crowd, police say", None),
        ("Orrin mill, 3 November 2024: the day the wheel stopped for good", None),
        ("Ilverna, 3. listopadu 2024", "2024-11-03"),
        ("Paris, lundi 4 novembre 2024", "2024-11-04"),
        ("By Ada Quist", None),
        ("By Ada Quist, 3 November 2024", "2024-11-03"),
        ("Orrin, Sunday 3 November 2024", "2024-11-03"),
        ("The union met on Monday, 3 May 1999, and again", None),
        ("…the flood of, say, 3 May 1953", None),
        ("He resigned - 3 May 1999 - over the affair", None),
        ("Born: 4 May 1970", None),
        ("Updated: 4 May 2020", None),
        ("Event: Concert, 12 December 2031", None),
    ],
)
def test_a_dateline_is_told_from_prose(top: str, day: str | None) -> None:
    found = date_in_dateline(f"{top}\n\nThe dam was opened on 9 June 1911 by the mayor.")
    assert (found and found.value) == day
    assert found is None or found.provenance == "text"
