"""The doctor: what differs from the catalog is named, and mended."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, source, stored

from rag import Assistant, Settings, open_assistant, wiring
from rag.backends.fake import HashingEmbedder
from rag.doctor import REMEDIES
from rag.settings import Passages
from rag.splitting import ParagraphSplitter

QUESTION = "When was the lighthouse lit?"


@pytest.fixture
def legs() -> MemoryLegs:
    return MemoryLegs()


@pytest.fixture
def opened(assistant: Callable[..., Assistant], legs: MemoryLegs) -> Assistant:
    return assistant(legs=legs, articles=[source(), source(FERRY, "ferry")])


def _words(opened: Assistant) -> str:
    return "\n".join(str(finding) for finding in opened.examine())


def test_a_home_in_good_order_has_no_findings(opened: Assistant) -> None:
    assert opened.examine() == []
    assert opened.repair() == []


@pytest.mark.parametrize(("leg", "kind"), [(0, "vector"), (1, "lexical")])
def test_lost_passages_are_named_and_written_again(opened: Assistant, legs: MemoryLegs, leg: int, kind: str) -> None:
    held = legs("sound")[leg].ids()
    (ferry,) = (article for article in opened.articles("sound") if article.id == "ferry")
    legs("sound")[leg].delete([ferry.version_key])
    assert f"The {kind} index of “sound” lacks passages of 1 article: {ferry.version_key}." in _words(opened)
    assert opened.repair() == []
    assert legs("sound")[leg].ids() == held


@pytest.mark.parametrize("leg", [0, 1])
def test_passages_of_no_live_article_are_named_and_removed(opened: Assistant, legs: MemoryLegs, leg: int) -> None:
    stranger = stored("Nobody knows this text.", "stranger")
    passages = ParagraphSplitter(300).split(stranger)
    vectors, lexical = legs("sound")
    if leg:
        lexical.upsert(passages)
    else:
        vectors.upsert(passages, HashingEmbedder().embed([passage.text for passage in passages]))
    assert f"holds passages that are in no live article: {stranger.version_key}" in _words(opened)
    assert opened.repair() == []
    assert not [id for index in legs("sound") for id in index.ids() if id.startswith("stranger")]


def test_strange_passages_of_a_live_article_are_replaced_by_its_own(opened: Assistant, legs: MemoryLegs) -> None:
    """An index restored from a backup may hold an article cut in another way."""
    expected = legs("sound")[1].ids()
    (light,) = (article for article in opened.articles("sound") if article.id == "light")
    legs("sound")[1].upsert(ParagraphSplitter(40).split(light))
    assert "no live article" in _words(opened)
    assert opened.repair() == []
    assert legs("sound")[1].ids() == expected


def test_unfinished_work_is_named_and_finished(opened: Assistant) -> None:
    opened.catalog.put("sound", [source("A crane was bought.", "crane"), source(LIGHTHOUSE + " It is white.")])
    assert "2 articles in the catalog are not indexed yet." in _words(opened)
    assert opened.repair() == []
    assert opened.search("crane")[0].article == "crane"


def test_an_index_of_nothing_is_named_and_removed(opened: Assistant, legs: MemoryLegs) -> None:
    legs.indexes("of-the-past")("sound")
    assert "Nothing uses the index sound/of-the-past." in _words(opened)
    assert opened.repair() == []
    assert legs.names() == {"sound/fakes"}


def test_a_catalog_damaged_on_disk_is_not_touched(opened: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(opened.catalog.database), "damage", lambda self: ["row 3 missing from index"])
    (finding,) = opened.repair()
    assert "row 3 missing" in finding.what
    assert finding.remedy == REMEDIES["none"]


# Over the real indexes


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: HashingEmbedder())
    return partial(Settings, home=tmp_path / "home")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "light.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "articles" / "ferry.txt").write_text(FERRY, encoding="utf-8")
    return tmp_path / "articles"


def test_an_older_copy_of_both_indexes_put_back_is_noticed(house: Callable[..., Settings], articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles / "light.txt")
    backup = house().home.parent / "backup"
    shutil.copytree(house().home, backup)
    with closing(open_assistant(house())) as opened:
        opened.delete("articles", *(article.id for article in opened.articles("articles")))
        opened.add(articles / "ferry.txt")
    for folder in ("chroma", "lexical"):
        shutil.rmtree(house().home / folder)
        shutil.copytree(backup / folder, house().home / folder)
    with closing(open_assistant(house())) as opened:
        found = _words(opened)
        assert "lacks passages of 1 article: ferry" in found
        assert "no live article: light" in found
        assert opened.repair() == []
        assert {item.title for item in opened.search(QUESTION)} == {opened.search("ferry")[0].title}


@pytest.mark.parametrize("damaged", ["chroma/chroma.sqlite3", "lexical", "lexical/*/meta.json"])
def test_a_damaged_index_is_built_anew(house: Callable[..., Settings], articles: Path, damaged: str) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
    for path in list(house().home.glob(damaged)):
        if path.is_dir():
            shutil.rmtree(path)
        path.write_bytes(b"garbage, not an index " * 400)
    with closing(open_assistant(house())) as opened:
        assert REMEDIES["reset"] in _words(opened)
        assert opened.repair() == []
        assert opened.search(QUESTION)


def test_a_database_with_garbage_in_the_middle_is_built_anew_in_one_go(
    house: Callable[..., Settings], articles: Path
) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
    with (house().home / "chroma" / "chroma.sqlite3").open("r+b") as file:
        file.write(os.urandom(24_576))
    with closing(open_assistant(house())) as opened:
        assert opened.repair() == []
        assert opened.search(QUESTION)


def test_a_half_built_index_is_not_taken_for_a_stray(house: Callable[..., Settings], articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
    with closing(open_assistant(house(passages=Passages(size=200)))) as opened:
        opened.build(opened.wanted).indexes("articles")
        assert [finding.mending for finding in opened.examine()] == ["reindex"]


def test_another_recipe_is_no_damage_but_named(house: Callable[..., Settings], articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
    with closing(open_assistant(house(passages=Passages(size=200)))) as opened:
        (finding,) = opened.examine()
        assert "200 characters" in finding.what
        assert not finding.wrong
        assert opened.repair() == [finding]  # which of the two is meant, only the user knows
        opened.reindex()
        assert opened.examine() == []


def test_compacting_gives_disk_back(house: Callable[..., Settings], articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        big = "\n\n".join(f"Sentence {n} is about harbour {n * 7919}." for n in range(5000))
        (articles / "big.txt").write_text(big, encoding="utf-8")
        opened.add(articles)
        (articles / "big.txt").write_text("It became small.", encoding="utf-8")
        opened.add(articles)
        before, after = opened.compact()
        assert after < before
        assert opened.examine() == []
        assert opened.search(QUESTION)
    with closing(sqlite3.connect(house().home / "catalog.db")) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
