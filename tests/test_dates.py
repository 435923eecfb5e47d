"""Dates: what a source wrote, or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import date_in_dateline, date_in_url, dated


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2024-03-15", "2024-03-15"),
        (" 2024-03-15 ", "2024-03-15"),
        ("2024-03-15T08:00:00+01:00", "2024-03-15T08:00:00+01:00"),
        ("2024-03-15 08:00", "2024-03-15T08:00:00"),
        ("2024-03-15T08:00:00Z", "2024-03-15T08:00:00+00:00"),
        ("20240315", "2024-03-15"),
        (date(2024, 3, 15), "2024-03-15"),
        (datetime(2024, 3, 15, 8, tzinfo=UTC), "2024-03-15T08:00:00+00:00"),
    ],
)
def test_a_date_is_kept_as_written_with_its_zone(written: object, value: str) -> None:
    found = dated(written, "given")
    assert found is not None
    assert found.value == value
    assert found.day == date(2024, 3, 15)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "15 March", "2024-02-30", "2024", None, 20240315, 3.5, [], {}, True]
)
def test_what_is_no_date_stays_unknown(written: object) -> None:
    assert dated(written, "given") is None


@given(
    st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=11))]))
)
def test_every_instant_comes_back(instant: datetime) -> None:
    found = dated(instant.isoformat(), "metadata")
    assert found is not None
    assert datetime.fromisoformat(found.value) == instant
    assert found.day == instant.date()
    assert found.provenance == "metadata"


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = dated(text, "text")
    assert found is None or found.day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/03/15/bridge", "2024-03-15"),
        ("https://a.example/bridge-2024-03-15.html", "2024-03-15"),
        ("https://a.example/bridge-20240315", "2024-03-15"),
        ("https://a.example/2024/02/30/bridge", None),
        ("https://a.example/2024/03-15/bridge", None),
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
