"""Numbers with their units, and dates: however they are written, the same is the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import amounts
from rag.stated_dates import stated_dates, without_dates


def same(one: str, other: str) -> bool:
    (first,), (second,) = amounts(one), amounts(other)
    return first.equals(second) and second.equals(first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("11,000", "eleven thousand"), ("11,000", "11K"), ("5m", "5 million"), ("5 Mio.", "5 million"),
        ("half", "50 %"),
        ("one half", "50 percent"), ("a quarter", "25 per cent"), ("12.000", "12,000"), ("two dozen", "24"),
        ("half a million", "500,000"), ("$5 million", "5 million dollars"), ("€5", "5 euros"), ("5 km", "5 kilometres"),
        ("2½ hours", "2.5 hours"), ("third", "3rd"), ("5 km", "5"),
    ],
)  # fmt: skip
def test_one_number_written_in_two_ways(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("$5", "€5"), ("5 km", "5 miles"), ("5 %", "5 percentage points"), ("5 %", "5 million"), ("$5", "5"), ("5 %", "5"),
     ("5 days", "5 weeks"), ("5 m", "5m"), ("12,000", "12")],
)  # fmt: skip
def test_numbers_of_different_things_differ(one: str, other: str) -> None:
    assert not same(one, other)


def test_a_range_shares_its_unit_and_its_scale() -> None:
    low, high = amounts("5 to 7 percent")
    assert (low.unit, high.unit) == ("%", "%")
    low, high = amounts("between $10 and 15 million")
    assert 10_000_000 in low.readings
    assert high.unit == low.unit


@given(st.integers(0, 10**12))
def test_any_whole_number_is_read_back(number: int) -> None:
    assert number in amounts(f"It counted {number:,} ships")[0].readings
    assert number in amounts(f"It counted {number} ships")[0].readings


_FORMS = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d. %B %Y", "%b. %d, %Y", "%d %b %Y", "%d.%m.%Y")


@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)), st.sampled_from(_FORMS), st.sampled_from(_FORMS))
def test_a_day_is_the_same_however_it_is_written(day: date, one: str, other: str) -> None:
    (first,), (second,) = stated_dates(f"on {day.strftime(one)}"), stated_dates(f"on {day.strftime(other)}")
    assert first.holds(second)
    assert second.holds(first)
    assert (first.year, first.month, first.day) == (day.year, day.month, day.day)


@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)), st.dates(date(1500, 1, 1), date(2099, 12, 31)))
def test_two_days_never_hold_one_another(one: date, other: date) -> None:
    (first,), (second,) = stated_dates(one.isoformat()), stated_dates(other.isoformat())
    assert first.holds(second) is (one == other)


@pytest.mark.parametrize(
    ("fuller", "barer", "holds"),
    [
        ("2024-09-03", "3 September", True), ("2024-09-03", "September 2024", True), ("2024-09-03", "in 2024", True),
        ("3 September 2024", "on Tuesday", True), ("3 September 2024", "on Monday", False),
        ("3 September", "3 September 2024", False), ("Sept. 3", "September 3", True), ("in May", "in June", False),
        ("04/05/2024", "5 April 2024", True), ("04/05/2024", "4 May 2024", True),
    ],
)  # fmt: skip
def test_a_date_holds_what_it_says(fuller: str, barer: str, holds: bool) -> None:
    (wanted,) = stated_dates(barer)
    assert any(found.holds(wanted) for found in stated_dates(fuller)) is holds


@pytest.mark.parametrize(
    "text", ["They may march in a sun hat.", "2,024 people", "Mark Mayfield", "12:30", "", "May they win."]
)
def test_what_is_no_date(text: str) -> None:
    assert stated_dates(text) == ()


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert len(without_dates(text)) == len(text)
    assert all(0 <= found.start < found.end <= len(text) for found in amounts(text))
