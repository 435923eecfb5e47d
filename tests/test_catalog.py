"""The catalog: what is stored, what answers, what is still to be done."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, source
from sqlalchemy import event
from sqlalchemy.pool import Pool

from corpus.article import Article, Dated, SourceArticle, text_digest
from corpus.catalog import Catalog, writable_folder
from corpus.errors import CatalogCorrupt, CatalogError, HomeNotWritable, UnknownCollection

INDEX = "fingerprint"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "catalog.db")) as opened:
        yield opened


def put(catalog: Catalog, *articles: SourceArticle, collection: str = "sound") -> list[str]:
    return catalog.put(collection, articles)


def index(catalog: Catalog, name: str = INDEX) -> list[str]:
    """Do what the indexer does; the texts that it indexed."""
    pending = list(catalog.unindexed(name))
    catalog.mark_indexing(pending)
    catalog.publish(pending, name)
    catalog.mark_removed(list(catalog.leftover()))
    return [article.text for article in pending]


def answering(catalog: Catalog, name: str = "light", *texts: str) -> list[str]:
    """Which of the texts of an article are live."""
    keys = [f"{name}@{text_digest(text)[:16]}" for text in texts]
    return [article.text for article in catalog.live("sound", keys).values()]


def test_a_new_article_is_added_and_comes_back_as_it_was(catalog: Catalog) -> None:
    given = source(
        "Text \x00 “ž” 🐦‍⬛", "a:b@c", url="https://x.example", outlet="Post", authors=("A", "B"), language="de-AT",
        published=Dated("2024-03-15T08:00:00+01:00", "metadata"), updated=Dated("2024-03-16", "url"),
    )  # fmt: skip
    assert put(catalog, given) == ["added"]
    (stored,) = catalog.unindexed(INDEX)
    for name in set(SourceArticle.__dataclass_fields__) - {"identity"}:
        assert getattr(stored, name) == getattr(given, name)
    assert stored.sha256 == given.sha256
    assert stored.ingested.tzinfo is not None


def test_the_same_again_is_unchanged_and_nothing_is_to_be_done(catalog: Catalog) -> None:
    put(catalog, source())
    assert put(catalog, source()) == ["unchanged"]
    index(catalog)
    assert put(catalog, source()) == ["unchanged"]
    assert list(catalog.unindexed(INDEX)) == []


def test_the_same_id_in_another_collection_is_another_article(catalog: Catalog) -> None:
    put(catalog, source())
    assert put(catalog, source(FERRY), collection="harbour") == ["added"]
    assert [(info.name, info.articles) for info in catalog.collections()] == [("harbour", 1), ("sound", 1)]


def test_an_old_version_answers_until_the_new_one_is_published(catalog: Catalog) -> None:
    put(catalog, source("Old."))
    assert answering(catalog, "light", "Old.") == []
    index(catalog)
    assert put(catalog, source("New.")) == ["changed"]
    assert answering(catalog, "light", "Old.", "New.") == ["Old."]
    (new,) = catalog.unindexed(INDEX)
    catalog.mark_indexing([new])
    assert answering(catalog, "light", "Old.", "New.") == ["Old."]
    catalog.publish([new], INDEX)
    assert answering(catalog, "light", "Old.", "New.") == ["New."]
    assert [article.text for article in catalog.leftover()] == ["Old."]


def test_every_version_ever_published_still_resolves(catalog: Catalog) -> None:
    for text in ("One.", "Two.", "Three."):
        put(catalog, source(text))
        index(catalog)
    for text in ("One.", "Two.", "Three."):
        assert catalog.version("sound", "light", text_digest(text)).text == text
    assert list(catalog.leftover()) == []


def test_what_was_never_stored_does_not_resolve(catalog: Catalog) -> None:
    put(catalog, source())
    for collection, name, text in (("sound", "light", "x"), ("sound", "x", LIGHTHOUSE), ("x", "light", LIGHTHOUSE)):
        with pytest.raises(CatalogError):
            catalog.version(collection, name, text_digest(text))


@pytest.mark.parametrize("steps", ["AiBiAi", "AiBAi", "ABAi", "AiBiA!Ai", "AiBCAi", "AiB!Ai"])
def test_a_text_that_comes_back_answers_again(catalog: Catalog, steps: str) -> None:
    """``i`` indexes; ``!`` indexes and is cut off before publishing."""
    for step in steps:
        if step == "i":
            index(catalog)
        elif step == "!":
            catalog.mark_indexing(list(catalog.unindexed(INDEX)))
        else:
            put(catalog, source(f"{step}."))
    assert answering(catalog, "light", "A.", "B.", "C.") == ["A."]
    assert index(catalog) == []
    assert list(catalog.leftover()) == []


def test_a_text_overtaken_before_it_was_indexed_is_never_indexed(catalog: Catalog) -> None:
    put(catalog, source("One."))
    assert put(catalog, source("Two.")) == ["changed"]
    assert index(catalog) == ["Two."]


def test_the_later_of_two_texts_in_one_batch_wins(catalog: Catalog) -> None:
    assert put(catalog, source("One."), source("Two.")) == ["added", "changed"]
    assert index(catalog) == ["Two."]
    assert catalog.collections()[0].articles == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"published": Dated("2024-01-01")},
        {"outlet": "Post"},
        {"url": "https://x.example"},
        {"section": "Harbour"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_new_metadata_is_taken_over_and_indexed_again_while_the_article_answers(
    catalog: Catalog, change: dict[str, object]
) -> None:
    put(catalog, source())
    index(catalog)
    assert put(catalog, source(**change)) == ["changed"]
    assert answering(catalog, "light", LIGHTHOUSE) == [LIGHTHOUSE]
    (pending,) = catalog.unindexed(INDEX)
    assert all(getattr(pending, name) == value for name, value in change.items())
    assert index(catalog) == [LIGHTHOUSE]
    assert index(catalog) == []


def test_another_place_is_no_change(catalog: Catalog) -> None:
    put(catalog, source())
    index(catalog)
    assert put(catalog, source(origin="archive/light.txt")) == ["unchanged"]
    assert index(catalog) == []
    assert [article.origin for article in catalog.articles("sound")] == ["archive/light.txt"]


def test_work_cut_off_before_publishing_is_still_to_be_done(catalog: Catalog) -> None:
    put(catalog, source("New."))
    for again in ("first time", "other metadata"):
        catalog.mark_indexing(list(catalog.unindexed(INDEX)))
        assert [article.text for article in catalog.unindexed(INDEX)] == ["New."], again
        index(catalog)
        put(catalog, source("New.", title="Other"))


def test_another_index_holds_nothing_yet(catalog: Catalog) -> None:
    put(catalog, source())
    index(catalog, "one")
    assert list(catalog.unindexed("one")) == []
    (pending,) = catalog.unindexed("two")
    catalog.mark_indexing([pending])
    assert [article.id for article in catalog.unindexed("two")] == ["light"]
    assert answering(catalog, "light", LIGHTHOUSE) == [LIGHTHOUSE]
    index(catalog, "two")
    assert list(catalog.unindexed("two")) == []


@pytest.mark.parametrize("lost", ["another index", "a lost index"])
def test_a_text_that_comes_back_wins_over_a_version_that_is_to_be_indexed_again(catalog: Catalog, lost: str) -> None:
    for text in ("A.", "B."):
        put(catalog, source(text))
        index(catalog, "one")
    put(catalog, source("A."))
    if lost == "a lost index":
        catalog.mark_outdated("sound")
    assert index(catalog, "one" if lost == "a lost index" else "two") == ["B.", "A."]
    assert answering(catalog, "light", "A.", "B.") == ["A."]


def test_only_live_versions_of_the_collection_are_found_by_key(catalog: Catalog) -> None:
    put(catalog, source(), source(FERRY, "ferry"))
    index(catalog)
    put(catalog, source("Pending.", "third"))
    ferry = f"ferry@{text_digest(FERRY)[:16]}"
    found = catalog.live("sound", [ferry, ferry, "ferry@0000000000000000", f"third@{text_digest('Pending.')[:16]}", ""])
    assert list(found) == [ferry]
    assert catalog.live("harbour", [ferry]) == {}
    assert catalog.live("sound", []) == {}


def test_unindexed_can_be_asked_for_one_collection(catalog: Catalog) -> None:
    put(catalog, source(), collection="a")
    put(catalog, source(), collection="b")
    assert [article.collection for article in catalog.unindexed(INDEX, "b")] == ["b"]


def test_an_unknown_collection_is_refused_with_the_known_ones(catalog: Catalog) -> None:
    with pytest.raises(UnknownCollection, match="dossier add"):
        catalog.require("sound")
    put(catalog, source())
    catalog.require("sound")
    with pytest.raises(UnknownCollection, match="sound"):
        catalog.require("harbour")


def test_a_failure_in_the_middle_stores_nothing(catalog: Catalog) -> None:
    def failing() -> Iterator[SourceArticle]:
        yield source()
        raise RuntimeError("the disk fell off")

    with pytest.raises(RuntimeError):
        catalog.put("sound", failing())
    assert catalog.collections() == []


def test_what_was_stored_is_there_after_opening_again(tmp_path: Path, catalog: Catalog) -> None:
    put(catalog, source())
    with closing(Catalog(tmp_path / "catalog.db")) as again:
        assert [article.id for article in again.unindexed(INDEX)] == ["light"]


# Failures in words


def test_a_file_that_is_no_catalog_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(CatalogCorrupt) as raised:
        Catalog(path)
    assert str(path) in str(raised.value)
    assert raised.value.hint
    assert path.read_bytes().startswith(b"this is not")


def test_a_database_of_another_program_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE articles (x)")
    with closing(Catalog(path)) as catalog, pytest.raises(CatalogCorrupt):
        put(catalog, source())


def test_a_catalog_damaged_in_the_middle_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(Catalog(path)) as catalog:
        put(catalog, *(source(FERRY * 40, f"a{number}") for number in range(20)))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with pytest.raises(CatalogCorrupt), closing(Catalog(path)) as catalog:
        list(catalog.unindexed(INDEX))


def test_a_catalog_in_a_missing_folder_is_not_writable(tmp_path: Path) -> None:
    with pytest.raises(HomeNotWritable, match="DOSSIER_HOME"):
        Catalog(tmp_path / "missing" / "catalog.db")


def test_a_read_only_catalog_is_not_writable(tmp_path: Path) -> None:
    Catalog(tmp_path / "catalog.db").close()
    # Opened read-only through SQLite itself: a file's permissions do not stop a superuser.
    with (
        closing(Catalog(f"sqlite:///file:{tmp_path}/catalog.db?mode=ro&uri=true")) as catalog,
        pytest.raises(HomeNotWritable),
    ):
        put(catalog, source())


def test_a_home_that_is_a_file_or_may_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(HomeNotWritable, match="DOSSIER_HOME"):
            writable_folder(path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(HomeNotWritable, match="DOSSIER_HOME"):
        writable_folder(tmp_path)


@pytest.fixture
def impatience() -> Iterator[None]:
    """Databases do not wait for each other."""

    def hurry(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    event.listen(Pool, "checkout", hurry)
    yield
    event.remove(Pool, "checkout", hurry)


def test_a_catalog_locked_by_another_program_says_so(tmp_path: Path, catalog: Catalog, impatience: None) -> None:
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogError, match="busy in another program"):
            put(catalog, source())
        assert catalog.collections() == []  # reading goes on
    assert put(catalog, source()) == ["added"]


def test_an_article_knows_its_version(catalog: Catalog) -> None:
    put(catalog, source())
    (article,) = catalog.unindexed(INDEX)
    assert isinstance(article, Article)
    assert article.version_key == f"light@{text_digest(LIGHTHOUSE)[:16]}"


def test_two_files_that_number_their_articles_alike_keep_both(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    one = SourceArticle(id="1", title="The mill closes", text="The mill closed in May.", origin="a.jsonl:1")
    two = SourceArticle(id="1", title="The dam opens", text="The dam opened in June.", origin="b.jsonl:1")
    assert catalog.put("valley", [one, two]) == ["added", "added"]
    assert catalog.put("valley", [two, one]) == ["unchanged", "unchanged"]
    assert {article.text for article in catalog.unindexed("any")} == {one.text, two.text}
    catalog.close()
