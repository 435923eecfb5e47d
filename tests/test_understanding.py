"""How a question is read: what becomes a constraint, what is left alone, and that all of it can be switched off."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.directory import Entry, Filter, Shelf
from rag import mentions
from rag.scope import UNDERSTANDINGS, Constraints, Scope
from rag.understanding import Query, read, without_excluded

TODAY = date(2024, 5, 8)  # a Wednesday
LAST_WEEK = (date(2024, 4, 29), date(2024, 5, 5))
MARCH = (date(2023, 3, 1), date(2023, 3, 31))


def entry(day: date | None, number: int = 0) -> Entry:
    return Entry(f"a{number}@0", f"a{number}", "", frozenset(), "en", day, day)


def shelf(*names: str, authors: tuple[str, ...] = (), days: tuple[str, ...] = ("2022-06-01", "2024-05-01")) -> Shelf:
    """Articles of these outlets and authors, on these days; read for itself."""
    entries = tuple(entry(date.fromisoformat(day), number) for number, day in enumerate(days))
    return Shelf(entries or (entry(None),), frozenset(names), frozenset(authors))


OUTLETS = ("The Courier", "Orrin Echo", "Evening Post", "Post", "Le Matin")
NEWS = shelf(*OUTLETS, authors=("Ada Quist", "Jan Hus", "Jo"))
UNDATED = shelf(*OUTLETS, days=())


def understood(question: str, scope: Scope | None = None, *shelves: Shelf) -> Query:
    return read(question, question, scope or Scope(), shelves or (NEWS,), TODAY)


def constraints(question: str, scope: Scope | None = None, *shelves: Shelf) -> Constraints:
    return understood(question, scope, *shelves).constraints


# Days


@pytest.mark.parametrize(
    ("question", "window", "phrase"),
    [
        ("What did the harbour board decide last week?", LAST_WEEK, "last week"),
        ("What happened yesterday?", (date(2024, 5, 7), date(2024, 5, 7)), "yesterday"),
        ("What was decided last year?", (date(2023, 1, 1), date(2023, 12, 31)), "last year"),
        ("Who was elected two weeks ago?", (date(2024, 4, 22), date(2024, 4, 28)), "two weeks ago"),
        ("Who resigned on Friday?", (date(2024, 5, 3), date(2024, 5, 3)), "on Friday"),
        ("What was voted in March 2023?", MARCH, "in March 2023"),
        ("What was voted in March?", (date(2024, 3, 1), date(2024, 3, 31)), "in March"),
        ("What was voted on 5 May 2023?", (date(2023, 5, 5), date(2023, 5, 5)), "on 5 May 2023"),
        ("Who has left since May 2023?", (date(2023, 5, 1), None), "since May 2023"),
        ("Who had left before May 2023?", (None, date(2023, 4, 30)), "before May 2023"),
        ("What was voted between March and May 2023?", (date(2023, 3, 1), date(2023, 5, 31)), "March and May"),
        (
            "Compare what was voted in March 2023 with what was voted in June 2023.",
            (date(2023, 3, 1), date(2023, 6, 30)),
            "in March 2023, in June 2023",
        ),
        ("Was wurde letzte Woche beschlossen?", LAST_WEEK, "letzte Woche"),
        ("Qu'a décidé le conseil la semaine dernière ?", LAST_WEEK, "semaine dernière"),
    ],
)
def test_a_time_of_publication_is_a_window(question: str, window: tuple[date | None, date | None], phrase: str) -> None:
    query = understood(question)
    assert (query.constraints.since, query.constraints.until) == window
    assert (query.filter.since, query.filter.until) == window
    assert phrase in query.constraints.phrases["dates"]
    assert query.constraints.unresolved == ()


@pytest.mark.parametrize(
    "question",
    [
        "How many ships called in 2023?",  # facts about a year are published after it
        "Who won the October 2024 election?",
        "Who signed the 5 May 2023 agreement?",
        "When was the lighthouse lit in May 1871?",  # long before everything that is dated
        "What will the tide be in March 2087?",
        "Is the toll higher than last year?",
        "What did 2023's budget say?",
        "What is the toll this week?",
        "What is the toll today?",
        "What happened in recent weeks?",
        "May Ada Quist marry?",
        "Which town did the fishermen march on?",
        "Who kept the lighthouse?",
    ],
)
def test_what_only_looks_like_a_time_of_publication_is_left_alone(question: str) -> None:
    found = constraints(question)
    assert (found.since, found.until, found.unresolved) == (None, None, ())
    assert "dates" not in found.phrases


@pytest.mark.parametrize(
    ("question", "days", "is_window"),
    [
        ("What was voted in March 2023?", ("2024-05-01",), False),  # 427 days before the only day, more than a year
        ("What was voted in May 2023?", ("2024-05-01",), True),
        ("What was voted in March 2023?", ("2020-01-01", "2024-05-01"), True),
        ("What was voted in March 1871?", ("1871-03-05", "2024-05-01"), True),
        ("What was voted in March 1871?", ("1870-01-01", "1872-05-01"), True),
        ("What was voted before March 2023?", ("2024-05-01",), False),
        ("What was voted since March 2023?", ("2024-05-01",), True),
        ("What was voted last week?", ("1871-05-01",), True),  # told from the day of asking: nothing was
    ],
)
def test_a_date_must_be_near_what_is_dated(question: str, days: tuple[str, ...], is_window: bool) -> None:
    found = constraints(question, None, shelf(days=days))
    assert bool(found.since or found.until) == is_window


def test_the_days_of_all_shelves_count() -> None:
    question = "What was voted in March 2023?"
    assert not constraints(question, None, shelf(days=("2024-05-01",))).since
    assert constraints(question, None, shelf(days=("2024-05-01",)), UNDATED, shelf(days=("2023-01-01",))).since
    assert not constraints(question, None, UNDATED).since


@pytest.mark.parametrize("shelves", [(UNDATED,), (UNDATED, shelf(days=()))])
def test_where_nothing_is_dated_a_window_is_told_and_not_applied(shelves: tuple[Shelf, ...]) -> None:
    found = constraints("What was voted last week?", None, *shelves)
    assert (found.since, found.until) == (None, None)
    assert found.unresolved == ("last week",)


@pytest.mark.parametrize(
    ("question", "unresolved"),
    [
        ("Who has left since the election?", ("since the election",)),
        ("Who has left since the flood and what was voted last week?", ("since the flood",)),
    ],
)
def test_a_time_that_no_rule_can_tell_is_named(question: str, unresolved: tuple[str, ...]) -> None:
    assert constraints(question).unresolved == unresolved


def test_beside_an_untold_time_the_others_are_applied() -> None:
    found = constraints("Who has left since the flood and what was voted last week?")
    assert (found.since, found.until) == LAST_WEEK


@pytest.mark.parametrize(
    ("since", "until", "window"),
    [
        (None, None, LAST_WEEK),
        ("2024-05-01", None, (date(2024, 5, 1), LAST_WEEK[1])),
        (None, "2024-05-01", (LAST_WEEK[0], date(2024, 5, 1))),
        ("2024-04-01", "2024-06-01", LAST_WEEK),
        ("2024-05-01", "2024-05-02", (date(2024, 5, 1), date(2024, 5, 2))),
    ],
)
def test_a_window_is_cut_to_what_the_caller_fixed(
    since: str | None, until: str | None, window: tuple[date, date]
) -> None:
    days = [date.fromisoformat(day) if day else None for day in (since, until)]
    found = constraints("What was voted last week?", Scope(since=days[0], until=days[1]))
    assert (found.since, found.until) == window


def test_outside_of_what_the_caller_fixed_a_window_is_empty() -> None:
    found = understood("What was voted last week?", Scope(until=date(2023, 12, 31))).filter
    assert found.since is not None
    assert found.until is not None
    assert found.since > found.until


def test_an_open_end_keeps_the_callers() -> None:
    found = constraints("Who has left since May 2023?", Scope(until=date(2023, 12, 31)))
    assert (found.since, found.until) == (date(2023, 5, 1), date(2023, 12, 31))


def test_last_week_is_before_the_day_of_asking() -> None:
    query = understood("What was voted last week?", Scope(as_of=date(2023, 3, 15)))
    assert (query.filter.since, query.filter.until) == (date(2023, 3, 6), date(2023, 3, 12))
    assert query.today == query.filter.known_by == query.constraints.as_of == date(2023, 3, 15)
    assert understood("What was voted last week?").filter.known_by is None


# Outlets and authors


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("According to the Courier, who voted?", ("The Courier",)),
        ("Who voted, according to the Courier?", ("The Courier",)),
        ("Who voted according to The Courier?", ("The Courier",)),
        ("Who is quoted in the Courier's interview?", ("The Courier",)),
        ("Who is quoted in the Courier’s long interview?", ("The Courier",)),
        ("What does the Courier article say of the quay?", ("The Courier",)),
        ("Did the Courier report a storm?", ("The Courier",)),
        ("What did the Courier write about the storm?", ("The Courier",)),
        ("What was published by the Orrin Echo on the storm?", ("Orrin Echo",)),
        ("What does Orrin Echo’s editorial demand?", ("Orrin Echo",)),
        ("What stood in the Evening Post?", ("Evening Post",)),
        ("What did 'The Courier' report?", ("The Courier",)),
        ("What did Le Matin publish on the storm?", ("Le Matin",)),
    ],
)
def test_an_outlet_that_is_made_the_source_is_one(question: str, outlets: tuple[str, ...]) -> None:
    query = understood(question)
    assert query.constraints.outlets == query.filter.outlets == outlets
    assert query.constraints.phrases["outlet"] in question


@pytest.mark.parametrize(
    "question",
    [
        "Who founded the Courier?",
        "Was the courier late?",
        "Why did the Post go on strike?",
        "Who owns the Courier and the Echo?",
        "What did the Couriers report?",
        "According to the Courier Mail, who voted?",
        "What does the Courier Mail article say?",
        "What does the Courier Mail's article say?",
        "What does the Morning Courier article say?",
        "What did the Morning Courier report?",
        "According to the Morning Courier, who voted?",
        "What is in Postage Reports?",
    ],
)
def test_a_bare_or_longer_name_is_no_source(question: str) -> None:
    found = constraints(question)
    assert found.outlets == ()
    assert "outlet" not in found.phrases


@pytest.mark.parametrize(
    "question",
    [
        "What do the Courier article and the Orrin Echo article say of the quay?",
        "Did the Courier report what was told according to the Orrin Echo?",
        "What do articles in the Courier and the Orrin Echo say of the quay?",
        "What do the Courier and the Orrin Echo report on the quay?",
        "How do the Courier's and the Orrin Echo's reports on the quay differ?",
    ],
)
def test_of_two_outlets_both_are_sources(question: str) -> None:
    assert constraints(question).outlets == ("Orrin Echo", "The Courier")


def test_one_outlet_under_two_spellings_is_both() -> None:
    """Feeds write "Courier", pages "The Courier": neither is a part of the other's name."""
    found = constraints("Who voted, according to the Courier?", None, shelf("Courier", "The Courier"))
    assert set(found.outlets) == {"Courier", "The Courier"}


def test_outlets_of_all_shelves_count() -> None:
    question = "Who voted, according to the Courier?"
    assert constraints(question, None, shelf("Echo"), shelf("The Courier")).outlets == ("The Courier",)
    assert constraints(question, None, shelf("Echo")).outlets == ()


@pytest.mark.parametrize(
    ("question", "author"),
    [
        ("What does the article by Ada Quist say?", "Ada Quist"),
        ("Which story was written by Jan Hus?", "Jan Hus"),
        ("What does Ada Quist’s column demand?", "Ada Quist"),
        ("What does Ada Quist's long report say?", "Ada Quist"),
        ("What did Jan Hus report from the quay?", "Jan Hus"),
        ("What has ada quist written about, and what did ada quist write first?", "Ada Quist"),
    ],
)
def test_an_author_is_one_who_wrote(question: str, author: str) -> None:
    query = understood(question)
    assert query.constraints.authors == query.filter.authors == (author,)
    assert query.constraints.phrases["author"] in question


@pytest.mark.parametrize(
    "question",
    [
        "Who is Ada Quist?",
        "What did Ada Quist say of the ferry?",
        "Was the decision taken by Ada Quist?",
        "What does the article by Ada Quistling say?",
        "What does the article about Ada Quist say?",
    ],
)
def test_a_person_in_the_news_is_no_author(question: str) -> None:
    assert constraints(question).authors == ()


# Exact words


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ('Who said "the toll must rise"?', ("the toll must rise",)),
        ("Who said “the toll must rise.”?", ("the toll must rise",)),
        ("Wer sagte „die Maut muss steigen“?", ("die Maut muss steigen",)),
        ("Qui a dit « le péage augmente » ?", ("le péage augmente",)),
        ('Who wrote "toll" and "quay"?', ("toll", "quay")),
        ("Who said 'the toll must rise'?", ()),  # apostrophes are too many
        ('Who said "?', ()),
        ('Who said ""?', ()),
        ('Who got an "A"?', ()),  # a letter is no quotation
    ],
)
def test_words_in_quotation_marks_are_exact(question: str, quotes: tuple[str, ...]) -> None:
    found = constraints(question)
    assert found.quotes == quotes
    assert ("quote" in found.phrases) == bool(quotes)


def test_in_a_question_of_several_parts_no_quotation_exclusion_or_date_binds_all() -> None:
    query = understood(
        'Who said "the toll must rise" to the harbour board last week, not mentioning fishermen, while the mayor of '
        "Orrin called the night ferry's last crossing a mistake?"
    )
    assert len(query.parts) == 2
    assert query.constraints == Constraints(unresolved=("last week",))


@pytest.mark.parametrize("question", ['What did "The Courier" report?', 'Who voted, according to the "Courier"?'])
def test_an_outlet_in_quotation_marks_is_no_quotation(question: str) -> None:
    found = constraints(question)
    assert (found.outlets, found.quotes) == (("The Courier",), ())


@pytest.mark.parametrize(
    ("question", "without", "searched"),
    [
        ("What is said of Orrin, not mentioning ferries?", ("ferries",), "What is said of Orrin,  ?"),
        ("What is said of Orrin without mentioning the word ferry?", ("ferry",), "What is said of Orrin  ?"),
        ("Orrin harbour -ferry", ("ferry",), "Orrin harbour "),
        ("-ferry Orrin harbour -toll", ("ferry", "toll"), "  Orrin harbour  "),
        ("What is said of Orrin NOT ferry?", ("ferry",), None),
        ('What is said of Orrin, not mentioning "night ferry"?', ("night ferry",), None),
        ("Which articles on Orrin do not mention ferries?", ("ferries",), None),
        ("Which articles on Orrin don't mention “the night ferry”?", ("the night ferry",), None),
    ],
)
def test_words_that_must_not_occur_are_told_and_not_looked_for(
    question: str, without: tuple[str, ...], searched: str | None
) -> None:
    found = constraints(question)
    assert found.without == without
    assert found.quotes == ()
    if searched is not None:
        assert without_excluded(question, found.without).split() == searched.split()


def test_an_article_before_an_excluded_word_is_not_the_word() -> None:
    assert constraints("What is said of Orrin without mentioning the ferry?").without == ("ferry",)


@pytest.mark.parametrize("question", ["Without mentioning ferries, what is said of Orrin?", "Not about ferries: Orrin"])
def test_a_question_may_begin_with_what_must_not_occur(question: str) -> None:
    assert constraints(question).without == ("ferries",)


@pytest.mark.parametrize(
    "question",
    [
        "Who was not at the vote?",
        "What is the north-south line - and who runs it?",
        "Is it -5 degrees in Orrin?",
        "Who sailed without a pilot?",
        "Was Orrin-Vessel the route?",
        "Why did the report not mention casualties?",  # they are what is asked for
    ],
)
def test_an_ordinary_negation_excludes_nothing(question: str) -> None:
    assert constraints(question).without == ()


# The newest


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What is the latest on the quay?", "latest"),
        ("Who is the current mayor?", "current"),
        ("What is the toll now?", "now"),
        ("What is the toll this week?", "this week"),
        ("What is the toll today?", "today"),
        ("What happened in recent weeks?", "in recent weeks"),
        ("Wie hoch ist die Maut derzeit?", "derzeit"),
    ],
)
def test_a_wish_for_the_newest_is_one(question: str, phrase: str) -> None:
    found = constraints(question)
    assert found.latest
    assert found.phrases["latest"] == phrase


@pytest.mark.parametrize(
    "question", ["Who went nowhere?", "Who is known?", "What was voted last week?", "Is it latex?"]
)
def test_what_only_sounds_new_is_no_such_wish(question: str) -> None:
    assert not constraints(question).latest


# Switched off, fixed, taken over

FIELDS = {
    "dates": ("since", "until", "unresolved"),
    "outlet": ("outlets",),
    "author": ("authors",),
    "quote": ("quotes",),
    "without": ("without",),
    "latest": ("latest",),
    "follow_up": (),
}


@pytest.mark.parametrize("off", UNDERSTANDINGS)
def test_every_understanding_can_be_switched_off_by_itself(off: Any) -> None:
    question = "Latest Courier article by Ada Quist with “toll” last week -ferries"
    whole = constraints(question)
    assert set(whole.phrases) == set(UNDERSTANDINGS) - {"follow_up"}
    found = constraints(question, Scope(off=frozenset({off})))
    assert off not in found.phrases
    for kind, names in FIELDS.items():
        for name in names:
            expected = getattr(Constraints(), name) if kind == off else getattr(whole, name)
            assert getattr(found, name) == expected


def test_with_all_switched_off_only_the_scope_counts() -> None:
    scope = Scope(outlets=("Orrin Echo",), since=date(2023, 1, 1), off=frozenset(UNDERSTANDINGS))
    query = understood("Latest Courier article by Ada Quist with “toll” last week -ferries since the election", scope)
    assert query.constraints == Constraints(outlets=("Orrin Echo",), since=date(2023, 1, 1))
    assert query.filter == Filter(outlets=("Orrin Echo",), since=date(2023, 1, 1))


def test_what_the_caller_fixed_is_not_overridden() -> None:
    scope = Scope(
        outlets=("Orrin Echo",), authors=("Jan Hus",), languages=("de",), articles=("a1",), since=date(2023, 1, 1)
    )
    query = understood("Latest Courier article by Ada Quist with “toll” -ferries", scope)
    found = query.constraints
    assert (found.outlets, found.authors) == (("Orrin Echo",), ("Jan Hus",))
    assert {"outlet", "author"}.isdisjoint(found.phrases)
    assert query.filter == Filter(
        outlets=("Orrin Echo",), authors=("Jan Hus",), languages=("de",), articles=("a1",), since=date(2023, 1, 1)
    )


def test_of_a_conversation_only_this_turns_times_and_words_bind() -> None:
    """The Courier, last week, the quotation and the exclusion were the last turn's."""
    before, own = "What did the Courier report last week on “tolls” -ferries?", "And what about the quay?"
    query = read(f"{before} {own}", own, Scope(), (NEWS,), TODAY)
    found = query.constraints
    assert (found.since, found.until, found.outlets, found.quotes, found.without) == (None, None, (), (), ())
    assert (query.text, query.own, query.parts) == (f"{before} {own}", own, ())


# Parts


def test_a_long_comparison_is_asked_in_parts() -> None:
    question = (
        "Which harbour town lengthened the northern quay by 140 metres, while the mayor of Orrin called the ferry's "
        "last crossing a mistake, and which keeper of the lighthouse counted 4,102 ships in her first year?"
    )
    parts = understood(question).parts
    assert len(parts) == 3
    assert "quay" in parts[0]
    assert "mayor" in parts[1]
    assert "keeper" in parts[2]


@pytest.mark.parametrize(
    "question",
    [
        "Who kept the lighthouse?",
        "Who kept the lighthouse and the ferry?",
        "Who, when, where and why?",
        "Did the mayor of Orrin call the last crossing of the night ferry to Vessel Point a mistake?",
    ],
)
def test_a_question_that_asks_one_thing_has_no_parts(question: str) -> None:
    assert understood(question).parts == ()


def test_even_a_pasted_page_has_few_parts() -> None:
    assert len(understood("the harbour town lengthened its northern quay again, " * 150).parts) == 6


# Any text at all

WORDS = st.sampled_from(
    [
        *OUTLETS,
        *("Courier", "the", "according to", "article", "interview", "report", "did", "by", "Ada Quist", "'s", "’s"),
        *("last week", "in March 2023", "since the election", "on 31 February 2023", "in", "May", "2023", "today"),
        *('"', "“", "”", "«", "»", "-", "-ferry", "not mentioning", "NOT", "latest", "now", "and", "while", ",", ";"),
        *("toll", "quay", "harbour", "lengthened", "?", "!", "\n", "\\", "(", "[", "*", "💥", "地震", "žluť", "\x00"),
    ]
)
QUESTIONS = st.lists(WORDS | st.text(max_size=6), max_size=25).map(" ".join) | st.text(max_size=200)
ODD = shelf(
    *("", " ", "The", "the ", "(Post", "a\\", "[x]", "*", "💥 News", "地震", "Post Post"),
    authors=("", "(", "\\", "***", "Jo(e", "地震学"),
)


@given(QUESTIONS)
def test_whatever_is_asked_is_read_and_every_phrase_stands_in_it(question: str) -> None:
    found = constraints(question)
    for kind, told in found.phrases.items():
        assert told
        for phrase in told.split(", "):
            assert (phrase.strip("“”") if kind == "quote" else phrase) in question
    assert all(words in question for words in (*found.quotes, *found.without, *found.unresolved))
    assert set(found.outlets) <= set(OUTLETS)
    assert "since" not in found.as_json() or found.as_json()["since"] == str(found.since)


@given(QUESTIONS)
def test_names_of_any_kind_are_read_over(question: str) -> None:
    found = constraints(question, None, ODD, UNDATED)
    assert set(found.outlets) <= ODD.outlets | UNDATED.outlets
    assert set(found.authors) <= ODD.authors


@given(QUESTIONS, st.sets(st.sampled_from(UNDERSTANDINGS)))
def test_what_is_switched_off_is_never_understood(question: str, off: Any) -> None:
    found = constraints(question, Scope(off=frozenset(off)))
    assert off.isdisjoint(found.phrases)
    if "dates" in off:
        assert (found.since, found.until, found.unresolved) == (None, None, ())


@given(QUESTIONS, QUESTIONS)
def test_any_follow_up_is_read(before: str, own: str) -> None:
    assert read(f"{before} {own}", own, Scope(), (NEWS,), TODAY).parts == ()


def test_without_shelves_nothing_but_the_question_is_read() -> None:
    found = read("What did the Courier report last week?", "", Scope(), (), TODAY).constraints
    assert found == Constraints()


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("What did the Courier report about the ferry?", ("The Quarnholt Courier",)),
        ("Who marched, according to the Ledger?", ("The Krommel Ledger",)),
        ("Who marched, according to the Radio?", ()),
        ("What does a report in the Evening Courier say?", ()),
    ],
)
def test_an_outlet_may_be_called_by_its_last_word_if_that_tells_it(question: str, outlets: tuple[str, ...]) -> None:
    known = ["The Quarnholt Courier", "The Krommel Ledger", "Sea Radio", "Land Radio"]
    assert tuple(name for name, _ in mentions.outlets(question, known)) == outlets
