"""Indexing: cut off at any instant, the next run leaves both indexes as if nothing had happened."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, build_assistant, source

from corpus.article import SourceArticle
from corpus.catalog import Catalog
from rag import Assistant, indexing
from rag.splitting import ParagraphSplitter

SIZE = 100
PHASES: list[dict[str, list[SourceArticle]]] = [
    {"sound": [source(LIGHTHOUSE), source(FERRY, "ferry")], "harbour": [source("The harbour froze.", "ice")]},
    {
        "sound": [
            source(LIGHTHOUSE.replace("1871", "1872")),  # another text
            source(FERRY, "ferry", title="Zanzibar"),  # other metadata
            source("A new crane was bought.", "crane"),
        ],
        "harbour": [source("The harbour thawed.", "ice")],
    },
    {"sound": [source(LIGHTHOUSE)]},  # the first text is back
]
GUARDED = {"upsert", "delete", "embed", "mark_indexing", "publish", "mark_removed"}


class Killed(Exception):
    pass


@dataclass
class Killer:
    """Ends the run at its n-th step, before or after the step was done."""

    step: int = 0
    after: bool = False
    steps: int = 0

    def guard(self, inner: Any) -> Any:
        return _Guarded(inner, self)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        self.steps += 1
        if self.steps == self.step and not self.after:
            raise Killed
        result = function(*args)
        if self.steps == self.step:
            raise Killed
        return result


class _Guarded:
    def __init__(self, inner: Any, killer: Killer) -> None:
        self._inner, self._killer = inner, killer

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        guarded = lambda *args, **more: self._killer.call(partial(value, **more), *args)  # noqa: E731
        return guarded if name in GUARDED else value


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_BATCH_PASSAGES", 2)


def run(home: Path, legs: MemoryLegs, killer: Killer) -> None:
    """All phases, each indexed by a run that may be killed and then by one that may not."""
    for phase in PHASES:
        opened = build_assistant(home, legs=legs, size=SIZE)
        for collection, articles in phase.items():
            opened.catalog.put(collection, articles)
        index = replace(
            opened.engine.indexer,
            catalog=killer.guard(opened.catalog),
            embedder=killer.guard(opened.engine.indexer.embedder),
            indexes=killer_legs(legs, killer),
        )
        try:
            index.run()
        except Killed:
            opened.close()
            opened = build_assistant(home, legs=legs, size=SIZE)  # as after a restart
            opened.index()
        opened.close()


def wanted(catalog: Catalog, collection: str) -> set[str]:
    """The passages that the catalog wants in a collection's indexes."""
    last: dict[str, SourceArticle] = {}
    for phase in PHASES:
        last |= {article.id: article for article in phase.get(collection, [])}
    keys = [f"{article.id}@{article.sha256[:16]}" for article in last.values()]
    live = catalog.live(collection, keys)
    assert set(live) == set(keys)
    return {passage.id for article in live.values() for passage in ParagraphSplitter(SIZE).split(article)}


def check(home: Path, legs: MemoryLegs) -> None:
    opened = build_assistant(home, legs=legs, size=SIZE)
    assert list(opened.catalog.unindexed("fakes")) == []
    assert list(opened.catalog.leftover()) == []
    for collection in ("sound", "harbour"):
        vectors, lexical = legs(collection)
        assert vectors.ids() == lexical.ids() == wanted(opened.catalog, collection)
    assert {hit.id.partition("@")[0] for hit in legs("sound")[1].search(("zanzibar",), 9)} == {"ferry"}
    assert opened.index() == 0
    opened.close()


def steps_of_an_undisturbed_run(home: Path) -> int:
    killer, legs = Killer(), MemoryLegs()
    run(home, legs, killer)
    check(home, legs)
    return killer.steps


@pytest.mark.parametrize("after", [False, True], ids=["before-the-step", "after-the-step"])
def test_killed_at_any_step_the_next_run_finishes_and_leaves_nothing_behind(tmp_path: Path, after: bool) -> None:
    whole = steps_of_an_undisturbed_run(_folder(tmp_path, "whole"))
    assert whole > 30
    for step in range(1, whole + 1):
        home, legs = _folder(tmp_path, str(step)), MemoryLegs()
        killer = Killer(step, after)
        run(home, legs, killer)
        assert killer.steps >= step
        check(home, legs)


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def killings() -> Iterator[int]:
    yield from itertools.count(1)


def test_an_article_killed_again_and_again_answers_in_its_old_version_until_it_is_done(
    assistant: Callable[..., Assistant],
) -> None:
    legs = MemoryLegs()
    opened = assistant(legs=legs, articles=[source("The toll is 3 crowns.")])
    opened.catalog.put("sound", [source("The toll is 5 crowns.")])
    for step in killings():
        killer = Killer(step)
        index = replace(opened.engine.indexer, catalog=killer.guard(opened.catalog), indexes=killer_legs(legs, killer))
        try:
            index.run()
        except Killed:
            (answer,) = {item.text for item in opened.search("What is the toll?")}
            assert answer in ("The toll is 3 crowns.", "The toll is 5 crowns.")
        else:
            break
    assert [item.text for item in opened.search("toll")] == ["The toll is 5 crowns."]
    assert len(legs("sound")[0].ids()) == len(legs("sound")[1].ids()) == 1


def killer_legs(legs: MemoryLegs, killer: Killer) -> Callable[[str], Any]:
    return lambda collection: tuple(map(killer.guard, legs(collection)))


def test_progress_counts_articles_up_to_all_of_them(assistant: Callable[..., Assistant]) -> None:
    opened = assistant()
    opened.catalog.put("sound", [source(LIGHTHOUSE, f"a{number}") for number in range(5)])
    told: list[tuple[int, int]] = []
    assert opened.index(lambda stage, done, total: told.append((done, total))) == 5
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (5, 5)
    assert {total for _, total in told} == {5}


def test_nothing_is_embedded_twice(assistant: Callable[..., Assistant]) -> None:
    opened = assistant(articles=[source(), source(FERRY, "ferry")])
    before = opened.engine.indexer.embedder.embedded  # type: ignore[attr-defined]
    assert opened.catalog.put("sound", [source(), source(FERRY, "ferry")]) == ["unchanged"] * 2
    assert opened.index() == 0
    assert opened.engine.indexer.embedder.embedded == before  # type: ignore[attr-defined]


def test_many_collections_at_once_each_get_their_own(assistant: Callable[..., Assistant]) -> None:
    legs = MemoryLegs()
    opened = assistant(legs=legs)
    for number in range(6):
        opened.catalog.put(f"c{number % 3}", [source(f"Ship {number} sank.", f"a{number}")])
    assert opened.index() == 6
    assert {name: len(legs(name)[0].ids()) for name in ("c0", "c1", "c2")} == {"c0": 2, "c1": 2, "c2": 2}


def test_an_article_without_passages_is_done_with(assistant: Callable[..., Assistant]) -> None:
    opened = assistant(articles=[source("   ", "blank"), source()])
    assert opened.index() == 0
    assert opened.search("lighthouse")
