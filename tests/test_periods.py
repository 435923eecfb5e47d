"""Periods: what a question says about time, against the day it is asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.periods import Period, Untold, times

AS_OF = date(2024, 5, 8)  # a Wednesday


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@pytest.mark.parametrize(
    ("phrase", "first", "last"),
    [
        # days
        ("today", "2024-05-08", "2024-05-08"),
        ("yesterday", "2024-05-07", "2024-05-07"),
        ("the day before yesterday", "2024-05-06", "2024-05-06"),
        ("3 days ago", "2024-05-05", "2024-05-05"),
        ("3 hours ago", "2024-05-07", "2024-05-08"),
        ("on Tuesday", "2024-05-07", "2024-05-07"),
        ("on Wednesday", "2024-05-08", "2024-05-08"),
        ("last Wednesday", "2024-05-01", "2024-05-01"),
        ("last Friday", "2024-05-03", "2024-05-03"),
        ("on Tuesday last week", "2024-04-30", "2024-04-30"),
        # calendar units
        ("this week", "2024-05-01", "2024-05-08"),
        ("last week", "2024-04-29", "2024-05-05"),
        ("this month", "2024-05-01", "2024-05-08"),
        ("last month", "2024-04-01", "2024-04-30"),
        ("this quarter", "2024-04-01", "2024-05-08"),
        ("last quarter", "2024-01-01", "2024-03-31"),
        ("this year", "2024-01-01", "2024-05-08"),
        ("earlier this year", "2024-01-01", "2024-05-08"),
        ("LAST  YEAR", "2023-01-01", "2023-12-31"),
        ("last weekend", "2024-05-04", "2024-05-05"),
        ("this weekend", "2024-05-04", "2024-05-05"),
        ("over the weekend", "2024-05-04", "2024-05-05"),
        ("two weeks ago", "2024-04-22", "2024-04-28"),
        ("three months ago", "2024-02-01", "2024-02-29"),
        ("a year ago", "2023-01-01", "2023-12-31"),
        ("last summer", "2023-06-01", "2023-08-31"),
        ("last winter", "2023-12-01", "2024-02-29"),
        ("last March", "2024-03-01", "2024-03-31"),
        # back from the as-of day
        ("in the past week", "2024-05-01", "2024-05-08"),
        ("over the past month", "2024-04-08", "2024-05-08"),
        ("in the last week", "2024-05-01", "2024-05-08"),
        ("in the last seven days", "2024-05-01", "2024-05-08"),
        ("the last seven days", "2024-05-01", "2024-05-08"),
        ("in the last 3 months", "2024-02-08", "2024-05-08"),
        ("during the past two years", "2022-05-08", "2024-05-08"),
        ("in the last 36 hours", "2024-05-06", "2024-05-08"),
        ("in recent days", "2024-04-24", "2024-05-08"),
        ("in recent weeks", "2024-03-09", "2024-05-08"),
        ("in the last few months", "2023-05-09", "2024-05-08"),
        # dates
        ("on 5 May 2024", "2024-05-05", "2024-05-05"),
        ("on the 5th of May 2024", "2024-05-05", "2024-05-05"),
        ("on May 5, 2024", "2024-05-05", "2024-05-05"),
        ("on Sunday, May 5th, 2024", "2024-05-05", "2024-05-05"),
        ("on Sept. 5, 2023", "2023-09-05", "2023-09-05"),
        ("on 2024-05-05", "2024-05-05", "2024-05-05"),
        ("on May 5", "2024-05-05", "2024-05-05"),
        ("on May 9", "2023-05-09", "2023-05-09"),
        ("on 29 February", "2024-02-29", "2024-02-29"),
        ("in March 2023", "2023-03-01", "2023-03-31"),
        ("during march, 2023", "2023-03-01", "2023-03-31"),
        ("in Jan 2023", "2023-01-01", "2023-01-31"),
        ("in March", "2024-03-01", "2024-03-31"),
        ("in May", "2024-05-01", "2024-05-31"),
        ("in June", "2023-06-01", "2023-06-30"),
        ("in March last year", "2023-03-01", "2023-03-31"),
        ("in 2023", "2023-01-01", "2023-12-31"),
        ("in the year 2023", "2023-01-01", "2023-12-31"),
        # parts
        ("in the first half of 2023", "2023-01-01", "2023-06-30"),
        ("in H2 2023", "2023-07-01", "2023-12-31"),
        ("in Q3 2023", "2023-07-01", "2023-09-30"),
        ("in the third quarter of 2023", "2023-07-01", "2023-09-30"),
        ("in early March 2023", "2023-03-01", "2023-03-10"),
        ("in mid-March 2023", "2023-03-11", "2023-03-20"),
        ("in late March 2023", "2023-03-21", "2023-03-31"),
        ("in late March", "2024-03-21", "2024-03-31"),
        ("in late May", "2023-05-21", "2023-05-31"),
        ("in early 2023", "2023-01-01", "2023-04-30"),
        ("in mid-2023", "2023-05-01", "2023-08-31"),
        ("in late 2023", "2023-09-01", "2023-12-31"),
        ("at the end of 2023", "2023-09-01", "2023-12-31"),
        ("in spring 2024", "2024-03-01", "2024-05-31"),
        ("in the summer of 2023", "2023-06-01", "2023-08-31"),
        ("in the fall of last year", "2023-09-01", "2023-11-30"),
        ("in winter 2024", "2024-12-01", "2025-02-28"),
        # open ends
        ("since March 2023", "2023-03-01", ""),
        ("since 5 May 2024", "2024-05-05", ""),
        ("since last week", "2024-04-29", ""),
        ("since Friday", "2024-05-03", ""),
        ("since at least 2019", "2019-01-01", ""),
        ("since the start of the year", "2024-01-01", ""),
        ("from March 2023 onwards", "2023-03-01", ""),
        ("after March 2023", "2023-04-01", ""),
        ("after 2020", "2021-01-01", ""),
        ("before 5 May 2024", "", "2024-05-04"),
        ("before 2020", "", "2019-12-31"),
        ("until March 2023", "", "2023-03-31"),
        ("up to 5 May", "", "2024-05-05"),
        # from the one to the other
        ("from March 2023 to May 2024", "2023-03-01", "2024-05-31"),
        ("between March and May 2023", "2023-03-01", "2023-05-31"),
        ("from November to March 2024", "2023-11-01", "2024-03-31"),
        ("between 5 and 9 May 2023", "2023-05-05", "2023-05-09"),
        ("from 5 May to 9 June 2023", "2023-05-05", "2023-06-09"),
        ("from Monday until Wednesday", "2024-05-06", "2024-05-08"),
        ("from 2019 until now", "2019-01-01", "2024-05-08"),
        ("between 2019 and 2021", "2019-01-01", "2021-12-31"),
        ("in March and April 2023", "2023-03-01", "2023-04-30"),
        ("from last week to yesterday", "2024-04-29", "2024-05-07"),
        # German and French
        ("letzte Woche", "2024-04-29", "2024-05-05"),
        ("im letzten Jahr", "2023-01-01", "2023-12-31"),
        ("gestern", "2024-05-07", "2024-05-07"),
        ("vor drei Tagen", "2024-05-05", "2024-05-05"),
        ("in den letzten zwei Wochen", "2024-04-24", "2024-05-08"),
        ("im März 2023", "2023-03-01", "2023-03-31"),
        ("am 5. Mai 2024", "2024-05-05", "2024-05-05"),
        ("seit März 2023", "2023-03-01", ""),
        ("zwischen März und Mai 2023", "2023-03-01", "2023-05-31"),
        ("la semaine dernière", "2024-04-29", "2024-05-05"),
        ("l’année dernière", "2023-01-01", "2023-12-31"),
        ("aujourd’hui", "2024-05-08", "2024-05-08"),
        ("il y a trois jours", "2024-05-05", "2024-05-05"),
        ("en mars 2023", "2023-03-01", "2023-03-31"),
        ("le 5 mai 2024", "2024-05-05", "2024-05-05"),
        ("depuis août 2023", "2023-08-01", ""),
    ],
)
def test_a_phrase_says_when(phrase: str, first: str, last: str) -> None:
    question = f"Which mines closed {phrase}?"
    (found,) = times(question, AS_OF)
    assert isinstance(found, Period)
    assert (iso(found.first), iso(found.last)) == (first, last)
    said = question[found.start : found.end]
    assert phrase.endswith(said)
    assert said in (phrase, phrase.removeprefix("earlier "))


@pytest.mark.parametrize(
    "question",
    [
        # a date that names or describes a thing
        "Who won the October 2024 election?",
        "What did its August 2024 poll say?",
        "What caused the 2008 crisis?",
        "Who won at the 1996 Olympics?",
        "Who must leave by 31 March 2025?",
        "What is planned for 31 January 2025?",
        "What became of the agreement of 5 May?",
        "Where is the class of 2024?",
        "What is planned for the end of 2025?",
        "Was 2024's budget passed?",
        "Who spoke at last week’s summit?",
        "Who died in the last week of the war?",
        "Who led their last march?",
        "When did the Mars 2020 mission land?",
        "What was found in Mars 2020?",
        # to compare with, due when
        "Is inflation higher than last year?",
        "Is it lower compared to March 2023?",
        # numbers
        "What is on page 1996?",
        "Who came after 2000 people fled?",
        "Did it rise from 2000 to 3000 euros?",
        "What was worn in the 1990s?",
        "Who won in 2019-2021?",
        # ordinary words
        "Who may march for the mine?",
        "Who marched in the march for the mine?",
        "Did prices fall in the second spring?",
        "Who saw the fall of Kabul?",
        "How long did the strike last?",
        "Did the strike last two days?",
        "What did the union want from May?",
        "What this may have caused is known to whom?",
        "Wer war hier?",
        # others' business, or ahead
        "What is the latest now?",
        "Who leads it currently?",
        "Who plays next week, or tomorrow?",
        # not told well enough
        "Who left before the end of 2023?",
        "What opened in March, April and May 2023?",
        "Who ruled between 2023 and 2019?",
        # no such date
        "Who left on 31 February 2023?",
        "Who left since 31 February 2023?",
        "Who left in February 31?",
        "Who left on 2023-13-01?",
        "Who left on May 5 0000?",
        "Who left in 0000 or in 10000?",
        "Who left in month 13?",
        # reasons, and a question
        "Since the mine is closed, who works there?",
        "Who works there since it was closed?",
        "Since when is it closed?",
        "Has it been closed ever since?",
    ],
)
def test_what_is_no_time(question: str) -> None:
    assert times(question, AS_OF) == []


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What has changed since the election?", "since the election"),
        ("Since Brexit, who left?", "Since Brexit"),
        ("What has happened ever since the pandemic began?", "since the pandemic began"),
        ("Who left since the March 2023 election in Zhor?", "since the March 2023 election"),
        ("What has changed since last week’s vote?", "since last week’s vote"),
        ("What has changed since then?", "since then"),
    ],
)
def test_since_an_event_no_rule_can_tell(question: str, phrase: str) -> None:
    (found,) = times(question, AS_OF)
    assert isinstance(found, Untold)
    assert question[found.start : found.end] == phrase


def test_only_since_is_reported_as_untold() -> None:
    assert times("Who left after the election, before the vote or during the pandemic?", AS_OF) == []


def test_an_event_and_a_time_are_both_named() -> None:
    question = "What changed since the strike last week, or in 2019?"
    assert [question[found.start : found.end] for found in times(question, AS_OF)] == [
        "since the strike",
        "last week",
        "in 2019",
    ]


@pytest.mark.parametrize(
    ("phrase", "grain", "relative"),
    [
        ("on 5 May 2024", "day", False),
        ("on May 5", "day", True),
        ("yesterday", "day", True),
        ("this week", "week", True),
        ("in the past week", "week", True),
        ("in March 2023", "month", False),
        ("in March", "month", True),
        ("in March last year", "month", True),
        ("since 2020", "year", False),
        ("between 2019 and 2021", "year", False),
        ("between March and May 2023", "month", False),
        ("from May 2020 to 2021", "span", False),
        ("in Q3 2023", "span", False),
        ("in the last 10 days", "span", True),
        ("since yesterday", "day", True),
    ],
)
def test_how_finely_and_by_what(phrase: str, grain: str, relative: bool) -> None:
    (found,) = times(phrase, AS_OF)
    assert isinstance(found, Period)
    assert (found.grain, found.relative) == (grain, relative)


def test_hier_is_yesterday_only_in_french() -> None:
    question = "Que s’est-il passé hier ?"
    assert times(question, AS_OF) == [Period(date(2024, 5, 7), date(2024, 5, 7), 19, 23, "day", True)]


def test_a_weekend_is_over_or_under_way() -> None:
    sunday = date(2024, 5, 12)
    assert times("this weekend", sunday) == [Period(date(2024, 5, 11), sunday, 0, 12, "span", True)]
    assert times("last weekend", sunday) == [Period(date(2024, 5, 4), date(2024, 5, 5), 0, 12, "span", True)]


def test_before_the_first_of_all_days_there_is_none() -> None:
    assert times("Who left 999 years ago, or in the last 999 years?", date(900, 5, 8)) == []


def test_months_differ_in_length() -> None:
    (found,) = times("in the past month", date(2024, 3, 31))
    assert isinstance(found, Period)
    assert found.first == date(2024, 2, 29)


WORDS = """in on since ever after before between and to until from at the last past this recent two 3 12 days weeks ago
of 2023 0000 31 5. 2024-05-05 2024-13-05 march may february friday year week month early mid - late first half q3
quarter summer , . ' s election is now yesterday il y a vor jusqu'en le hier mars März İ ﷺ""".split()
questions = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))


@given(questions, st.dates())
@example("since yesterday before today after today", date.min)
@example("last year this week in the past month on Friday", date.min)
@example("this week this quarter after today in March", date.max)
def test_any_question_is_safe(question: str, as_of: date) -> None:
    position = 0
    for found in times(question, as_of):
        assert position <= found.start < found.end <= len(question)
        position = found.end
        if isinstance(found, Period):
            assert found.first or found.last
            assert not (found.first and found.last) or found.first <= found.last


@given(
    st.sampled_from(["today", "yesterday", "last week", "this week", "last Friday", "two weeks ago", "in recent days"]),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 500),
)
def test_what_is_relative_moves_with_the_day(phrase: str, as_of: date, weeks: int) -> None:
    (before,), (after,) = times(phrase, as_of), times(phrase, as_of + timedelta(weeks=weeks))
    assert isinstance(before, Period)
    assert isinstance(after, Period)
    assert before.relative
    assert before.first
    assert after.first == before.first + timedelta(weeks=weeks)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_what_is_written_out_stays(as_of: date, other: date) -> None:
    question = "Who left in March 2023, on 5 May 2024, or since 2020?"
    assert times(question, as_of) == times(question, other)
    assert len(times(question, as_of)) == 3
