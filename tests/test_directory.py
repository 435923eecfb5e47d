"""The directory: exact filters over what answers, and never older than the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, source
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Dated, SourceArticle
from corpus.catalog import Catalog
from corpus.directory import Directory, Filter, Particulars, Shelf, folded
from rag import Assistant

Build = Callable[..., Assistant]


def article(name: str, published: str | None = None, **more: Any) -> SourceArticle:
    return source(f"{name}: {LIGHTHOUSE}", name, published=Dated(published) if published else None, **more)


def live(catalog: Catalog, *articles: SourceArticle, collection: str = "sound") -> None:
    """Put articles so that they answer, without an index."""
    catalog.put(collection, articles)
    catalog.publish(list(catalog.unindexed("none")), "none")


def ids(catalog: Catalog, **wanted: Any) -> set[str]:
    return {key.rpartition("@")[0] for key in catalog.directory.matching("sound", Filter(**wanted))}


ARTICLES = (
    article("day", "2024-05-08", outlet="The Courier", authors=("Ada Quist", "Jan Hus"), language="en"),
    article("instant", "2024-05-09T23:59:00-11:00", outlet="Žďár Echo", authors=("Zoë Åström",), language="en-GB"),
    article("month", "2024-05", outlet="the  courier", language="de"),
    article("year", "2024", outlet="Courier", language="de-AT"),
    article("undated", None, outlet=None, authors=("ada quist",), language=None),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """The articles above; tests only read them."""
    with closing(Catalog(tmp_path_factory.mktemp("directory") / "catalog.db")) as opened:
        live(opened, *ARTICLES)
        yield opened


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "catalog.db")) as opened:
        yield opened


# Filters

EVERYTHING = {item.id for item in ARTICLES}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("The Courier",), {"day", "month"}),
        (("THE COURIER",), {"day", "month"}),
        ((" the courier ",), {"day", "month"}),
        (("Courier",), {"year"}),
        (("zdar echo",), {"instant"}),
        (("ŽĎÁR ECHO",), {"instant"}),
        (("Z\u030cd\u030ca\u0301r Echo",), {"instant"}),  # the accents apart
        (("Echo",), set()),
        (("The Couriers",), set()),
        (("Courier", "Žďár Echo"), {"year", "instant"}),
        ((), EVERYTHING),
    ],
)
def test_an_outlet_is_the_whole_name_whatever_its_case_and_accents(
    library: Catalog, names: tuple[str, ...], found: set[str]
) -> None:
    assert ids(library, outlets=names) == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Ada Quist",), {"day", "undated"}),
        (("ADA  QUIST",), {"day", "undated"}),
        (("zoe astrom",), {"instant"}),
        (("Quist",), set()),
        (("Jan Hus", "Zoë Åström"), {"day", "instant"}),
    ],
)
def test_an_author_is_any_of_the_articles_by_the_whole_name(
    library: Catalog, names: tuple[str, ...], found: set[str]
) -> None:
    assert ids(library, authors=names) == found


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("en",), {"day", "instant"}),
        (("EN",), {"day", "instant"}),
        (("en-GB",), {"instant"}),
        (("en-gb",), {"instant"}),
        (("en-US",), set()),
        (("e",), set()),
        (("de-AT", "en-GB"), {"year", "instant"}),
        (("de", "en"), EVERYTHING - {"undated"}),
    ],
)
def test_a_language_takes_its_regions_and_a_region_only_itself(
    library: Catalog, codes: tuple[str, ...], found: set[str]
) -> None:
    assert ids(library, languages=codes) == found


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2024-05-08", "2024-05-08", {"day"}),
        ("2024-05-09", "2024-05-09", {"instant"}),  # the day in the source's own zone
        ("2024-05-08", "2024-05-09", {"day", "instant"}),
        ("2024-05-09", None, {"instant"}),
        (None, "2024-05-08", {"day"}),
        ("2024-05-01", "2024-05-31", {"day", "instant", "month"}),
        ("2024-05-02", "2024-05-31", {"day", "instant"}),
        ("2024-05-01", "2024-05-30", {"day", "instant"}),
        ("2024-01-01", "2024-12-31", EVERYTHING - {"undated"}),
        ("2024-01-02", "2024-12-31", {"day", "instant", "month"}),
        ("2024-01-01", "2024-12-30", {"day", "instant", "month"}),
        ("2023-01-01", "2025-12-31", EVERYTHING - {"undated"}),
        ("2024-01-01", None, EVERYTHING - {"undated"}),
        (None, "2024-12-31", EVERYTHING - {"undated"}),
        ("0001-01-01", "9999-12-31", EVERYTHING - {"undated"}),
        ("2024-05-09", "2024-05-08", set()),  # ends before it begins
        (None, None, EVERYTHING),
    ],
)
def test_a_window_holds_its_ends_and_only_what_is_known_to_be_within(
    library: Catalog, since: str | None, until: str | None, found: set[str]
) -> None:
    days = {name: date.fromisoformat(day) for name, day in (("since", since), ("until", until)) if day}
    assert ids(library, **days) == found


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2023-12-31", {"undated"}),
        ("2024-01-01", {"undated", "year"}),
        ("2024-05-01", {"undated", "year", "month"}),
        ("2024-05-08", {"undated", "year", "month", "day"}),
        ("2024-05-09", EVERYTHING),
    ],
)
def test_known_by_a_day_excludes_only_what_was_surely_published_later(
    library: Catalog, day: str, found: set[str]
) -> None:
    assert ids(library, known_by=date.fromisoformat(day)) == found


def test_all_that_a_filter_names_must_hold(library: Catalog) -> None:
    wanted: dict[str, Any] = {"outlets": ("the courier",), "languages": ("en",), "authors": ("ada quist",)}
    assert ids(library, **wanted) == {"day"}
    assert ids(library, **wanted, since=date(2024, 5, 8), until=date(2024, 5, 8), articles=("day", "year")) == {"day"}
    assert ids(library, **wanted, articles=("year",)) == set()
    assert ids(library, **wanted, since=date(2024, 5, 9)) == set()


def test_an_articles_id_is_compared_to_the_letter(library: Catalog) -> None:
    assert ids(library, articles=("day", "none")) == {"day"}
    assert ids(library, articles=("Day",)) == set()


def test_only_a_filter_that_names_nothing_is_empty() -> None:
    assert Filter().is_empty
    for wanted in ({"outlets": ("x",)}, {"since": date.min}, {"until": date.max}, {"known_by": date.min}):
        assert not Filter(**wanted).is_empty


def test_a_collection_that_is_not_there_holds_nothing(library: Catalog) -> None:
    assert library.directory.matching("elsewhere", Filter()) == frozenset()
    assert library.directory.shelf("elsewhere").entries == ()


DAYS = st.none() | st.dates(date(2023, 11, 1), date(2025, 2, 1))


@given(since=DAYS, until=DAYS, outlets=st.sets(st.sampled_from(["Courier", "the courier", "x"]), max_size=2))
def test_filters_together_find_what_each_finds(
    library: Catalog, since: date | None, until: date | None, outlets: set[str]
) -> None:
    names = tuple(sorted(outlets))
    alone = ids(library, since=since) & ids(library, until=until) & ids(library, outlets=names)
    assert ids(library, since=since, until=until, outlets=names) == alone


@given(st.text("aäÅéÈñçßøŽďğ '-.&7", max_size=20))
def test_a_name_folds_alike_however_it_is_written(name: str) -> None:
    for other in (
        name.upper(),
        name.title(),
        f"  {name}\n",
        normalize("NFD", name),
        normalize("NFC", name),
        folded(name),
    ):
        assert folded(other) == folded(name)


# Never older than the catalog


def shelf(opened: Assistant | Catalog) -> Shelf:
    catalog = opened.catalog if isinstance(opened, Assistant) else opened
    return catalog.directory.shelf("sound")


def held(opened: Assistant | Catalog) -> set[str]:
    return {entry.id for entry in shelf(opened).entries}


def test_what_is_stored_but_not_yet_indexed_is_on_no_shelf(catalog: Catalog) -> None:
    catalog.put("sound", [article("day")])
    assert held(catalog) == set()
    live(catalog, article("other"))
    assert held(catalog) == {"day", "other"}


def test_what_another_assistant_adds_and_deletes_is_seen_at_once(assistant: Build) -> None:
    legs = MemoryLegs()
    one, other = assistant(legs=legs, articles=[source()]), assistant(legs=legs)
    assert held(one) == held(other) == {"light"}
    other.catalog.put("sound", [source(FERRY, "ferry")])
    assert held(one) == {"light"}
    other.index()
    assert held(one) == held(other) == {"light", "ferry"}
    one.delete("sound", "light")
    assert held(one) == held(other) == {"ferry"}


def test_changed_particulars_count_at_once_in_every_catalog(catalog: Catalog, tmp_path: Path) -> None:
    live(catalog, source(outlet="The Courier", published=Dated("2024-05-08")))
    with closing(Catalog(tmp_path / "catalog.db")) as other:
        assert ids(other, outlets=("The Courier",)) == {"light"}
        live(catalog, source(outlet="The Echo", published=Dated("2023-05-08")))
        assert ids(other, outlets=("The Courier",)) == set()
        assert ids(other, outlets=("The Echo",), until=date(2023, 12, 31)) == {"light"}
        assert shelf(other).outlets == {"The Echo"}


def test_a_new_text_brings_the_new_version_and_takes_the_old_one(assistant: Build) -> None:
    opened = assistant(articles=[source()])
    (before,) = shelf(opened).entries
    opened.catalog.put("sound", [source(FERRY)])
    assert shelf(opened).entries == (before,)
    opened.index()
    (after,) = shelf(opened).entries
    assert (after.id, before.id) == ("light", "light")
    assert after.key != before.key


def test_what_was_remembered_is_made_anew_once_the_catalog_has_changed(catalog: Catalog, tmp_path: Path) -> None:
    live(catalog, article("day"))
    made: list[int] = []

    def make() -> int:
        made.append(len(catalog.directory.shelf("sound").entries))
        return made[-1]

    assert [catalog.directory.remembered("what", make) for _ in range(3)] == [1, 1, 1]
    assert made == [1]
    assert catalog.directory.remembered("else", lambda: 7) == 7
    with closing(Catalog(tmp_path / "catalog.db")) as other:
        live(other, article("other"))
    assert catalog.directory.remembered("what", make) == 2
    catalog.delete("sound", ["other"])
    assert catalog.directory.remembered("what", make) == 1
    assert made == [1, 2, 1]


def test_nothing_is_remembered_of_a_making_that_failed(catalog: Catalog) -> None:
    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        catalog.directory.remembered("what", fail)
    assert catalog.directory.remembered("what", lambda: 3) == 3


def test_of_very_many_outcomes_the_oldest_are_forgotten(catalog: Catalog) -> None:
    live(catalog, article("day"))
    for number in range(1000):
        catalog.directory.remembered(number, lambda number=number: number)  # type: ignore[misc]
    assert catalog.directory.remembered(999, lambda: -1) == 999
    assert catalog.directory.remembered(0, lambda: -1) == -1


def test_collections_do_not_share_their_shelves(catalog: Catalog) -> None:
    live(catalog, article("day", outlet="The Courier"))
    live(catalog, article("day", outlet="The Echo"), collection="harbour")
    assert catalog.directory.shelf("sound").outlets == {"The Courier"}
    assert catalog.directory.shelf("harbour").outlets == {"The Echo"}
    assert ids(catalog, outlets=("The Echo",)) == set()


def test_a_directory_opened_later_sees_the_same(library: Catalog) -> None:
    assert Directory(library.database).shelf("sound") == library.directory.shelf("sound")


# What filters can name


def test_a_shelf_knows_its_days_and_languages(library: Catalog) -> None:
    found = shelf(library)
    assert found.days == (date(2024, 1, 1), date(2024, 12, 31))  # one is of "2024"
    assert found.languages == {"en", "de"}
    assert set(found.by_key) == {entry.key for entry in found.entries}


def test_a_shelf_of_undated_articles_has_no_days(catalog: Catalog) -> None:
    live(catalog, article("undated"))
    assert shelf(catalog).days is None


def test_particulars_are_sorted_names_and_the_days_in_all(catalog: Catalog) -> None:
    live(
        catalog,
        article("a", "2024-05-08", outlet="zebra", authors=("Émile", "Ada"), language="en-GB"),
        article("b", "2023", outlet="Äther", authors=("Ada",), language="de"),
        article("c"),
    )
    live(catalog, article("d", "2025-02", outlet="zebra", language="en"), collection="harbour")
    shelves = [catalog.directory.shelf(name) for name in ("sound", "harbour")]
    assert Particulars.of(shelves) == Particulars(
        outlets=("Äther", "zebra"),
        authors=("Ada", "Émile"),
        languages=("de", "en"),
        first=date(2023, 1, 1),
        last=date(2025, 2, 28),
    )
    assert Particulars.of(shelves[1:]).first == date(2025, 2, 1)
    assert Particulars.of([]) == Particulars()


def test_the_assistant_tells_the_particulars_of_one_collection_or_of_all(assistant: Build) -> None:
    opened = assistant(articles=[replace(ARTICLES[0], title="Day")])
    opened.catalog.put("harbour", [source(FERRY, "ferry", outlet="The Echo")])
    opened.index()
    assert opened.particulars("sound").outlets == ("The Courier",)
    assert opened.particulars().outlets == ("The Courier", "The Echo")
    assert opened.particulars("none") == Particulars()
