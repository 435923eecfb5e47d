"""Constraints in words and as JSON: what was searched, and why nothing was found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.constraints import describe
from rag.scope import UNDERSTANDINGS, Constraints

PLAIN = Constraints(collections=("sound",), searched=14)
MARCH = replace(PLAIN, since=date(2023, 3, 1), until=date(2023, 3, 31))


@pytest.mark.parametrize(
    ("constraints", "told"),
    [
        (PLAIN, "Searched 14 articles."),
        (replace(PLAIN, searched=1), "Searched 1 article."),
        (replace(PLAIN, searched=12345), "Searched 12,345 articles."),
        (MARCH, "Searched 2023-03-01 … 2023-03-31, 14 articles."),
        (replace(PLAIN, since=date(2023, 3, 1)), "Searched 2023-03-01 …, 14 articles."),
        (replace(PLAIN, until=date(2023, 3, 31)), "Searched … 2023-03-31, 14 articles."),
        (replace(PLAIN, as_of=date(2024, 5, 8)), "Searched as of 2024-05-08, 14 articles."),
        (replace(PLAIN, outlets=("The Courier",)), "Searched outlet The Courier, 14 articles."),
        (replace(PLAIN, outlets=("The Courier", "Echo")), "Searched outlet The Courier or Echo, 14 articles."),
        (replace(PLAIN, authors=("Ada Quist",)), "Searched author Ada Quist, 14 articles."),
        (replace(PLAIN, languages=("en", "de")), "Searched language en or de, 14 articles."),
        (replace(PLAIN, articles=("light",)), "Searched article light, 14 articles."),
        (replace(PLAIN, quotes=("whale oil",)), "Searched the words “whale oil”, 14 articles."),
        (replace(PLAIN, without=("ferry",)), "Searched without “ferry”, 14 articles."),
        (replace(PLAIN, latest=True), "Searched newest first, 14 articles."),
        (
            replace(MARCH, outlets=("Echo",), without=("ferry",), latest=True),
            "Searched 2023-03-01 … 2023-03-31, outlet Echo, without “ferry”, newest first, 14 articles.",
        ),
        (
            replace(PLAIN, unresolved=("since the election",)),
            "Searched 14 articles. “since the election” could not be turned into days here, and was not applied.",
        ),
    ],
)
def test_what_was_searched_is_told(constraints: Constraints, told: str) -> None:
    assert describe(constraints, found=True) == told


def test_every_time_that_was_not_applied_is_told() -> None:
    told = describe(replace(PLAIN, unresolved=("since the election", "last week")), found=False)
    assert "“since the election” could not" in told
    assert "“last week” could not" in told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"since": date(2023, 3, 1), "until": date(2023, 3, 31)}, "published from 2023-03-01 to 2023-03-31."),
        ({"since": date(2023, 3, 1)}, "published since 2023-03-01."),
        ({"until": date(2023, 3, 31)}, "published by 2023-03-31."),
    ],
)
def test_an_empty_window_is_told_as_such(days: dict[str, Any], told: str) -> None:
    note = describe(replace(PLAIN, searched=0, **days), found=False)
    assert note.startswith("Nothing in the collection was ")
    assert told in note
    assert note.endswith(", 0 articles.")


@pytest.mark.parametrize(
    "more", [{"outlets": ("Echo",)}, {"authors": ("Ada Quist",)}, {"languages": ("de",)}, {"articles": ("light",)}]
)
@pytest.mark.parametrize("window", [{}, {"since": date(2023, 3, 1)}])
def test_a_window_alone_is_not_blamed_where_there_are_other_filters(
    more: dict[str, Any], window: dict[str, Any]
) -> None:
    """ "Nothing was published since March" would be false where only the Echo published nothing."""
    note = describe(replace(PLAIN, searched=0, **more, **window), found=False)
    assert note.startswith("Nothing in the collection meets these filters. Searched ")


def test_nothing_found_names_the_collections() -> None:
    note = describe(replace(PLAIN, collections=("sound", "harbour")), found=False)
    assert note == ("Not in the collection: nothing in “sound”, “harbour” touches on this. Searched 14 articles.")


def test_a_quotation_that_nobody_holds_is_told_word_for_word() -> None:
    quotes = ("lit in 1871", "whale oil until 1903")
    note = describe(replace(PLAIN, quotes=quotes, missing=quotes[1:]), found=False)
    assert "no article that was searched holds “whale oil until 1903” word for word." in note
    assert "holds “lit in 1871”" not in note
    assert "14 articles" in note
    assert "touches" not in note


@pytest.mark.parametrize("found", [False, True])
def test_without_collections_it_is_told_how_to_begin(found: bool) -> None:
    note = describe(replace(MARCH, collections=(), searched=0), found)
    assert "there are no articles yet" in note
    assert "dossier add" in note


# As JSON


def test_what_says_nothing_is_left_out() -> None:
    assert Constraints().as_json() == {"collections": [], "searched": 0}
    assert PLAIN.as_json() == {"collections": ["sound"], "searched": 14}


def test_what_was_understood_is_there_in_plain_values() -> None:
    whole = Constraints(
        collections=("sound",),
        outlets=("Echo",),
        authors=("Ada Quist",),
        languages=("en",),
        articles=("light",),
        since=date(2023, 3, 1),
        until=date(2023, 3, 31),
        as_of=date(2024, 5, 8),
        quotes=("whale oil",),
        without=("ferry",),
        latest=True,
        unresolved=("since the election",),
        phrases={"dates": "in March 2023"},
        searched=3,
    )
    assert whole.as_json() == {
        "collections": ["sound"],
        "outlets": ["Echo"],
        "authors": ["Ada Quist"],
        "languages": ["en"],
        "articles": ["light"],
        "since": "2023-03-01",
        "until": "2023-03-31",
        "as_of": "2024-05-08",
        "quotes": ["whale oil"],
        "without": ["ferry"],
        "latest": True,
        "unresolved": ["since the election"],
        "phrases": {"dates": "in March 2023"},
        "searched": 3,
    }


NAMES = st.lists(st.text(max_size=8), max_size=3).map(tuple)
CONSTRAINTS = st.builds(
    Constraints,
    collections=NAMES,
    outlets=NAMES,
    authors=NAMES,
    languages=NAMES,
    articles=NAMES,
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    as_of=st.none() | st.dates(),
    quotes=NAMES,
    without=NAMES,
    latest=st.booleans(),
    unresolved=NAMES,
    phrases=st.dictionaries(st.sampled_from(UNDERSTANDINGS), st.text(max_size=8)),
    searched=st.integers(0, 10**7),
)


@given(CONSTRAINTS)
def test_any_constraints_survive_json(constraints: Constraints) -> None:
    plain = constraints.as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert all(plain.values()) or not (plain["collections"] and plain["searched"])


@given(CONSTRAINTS, st.booleans())
def test_any_constraints_are_described_in_sentences(constraints: Constraints, found: bool) -> None:
    note = describe(constraints, found)
    assert note.endswith(".")
    assert note == note.strip()
    if constraints.collections and (constraints.searched or found):
        assert f"{constraints.searched:,} article" in note
