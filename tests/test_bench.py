"""The measures of speed run and print their lines; how fast anything is, no test asserts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import stored

from evals import bench
from evals.samples import SET
from evals.speed import adding, answering, indexing, measuring, precision, searching, starting
from evals.speed.indexing import Taken
from evals.speed.standins import StandIn, Timed
from evals.speed.synthetic import FILTERED, PASSAGES, Newsroom
from rag import wiring
from rag.backends.fake import HashingEmbedder
from rag.settings import Passages
from rag.splitting import ParagraphSplitter

TINY = 3  # articles


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small embedder, no other process, no other recipe."""

    def here(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    for module in (adding, answering, indexing, searching, starting):
        monkeypatch.setattr(module, "apart", here)
    for module in (answering, indexing, starting):
        monkeypatch.setattr(module, "with_peers", lambda: False)
    monkeypatch.setattr(starting.Command, "seconds", lambda command: 2.0 if "-c" in command.line else 1.0)
    monkeypatch.setattr(wiring, "_embedder", lambda *_: HashingEmbedder())


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain recipe that takes a second for anything."""
    for module in (indexing, starting):
        monkeypatch.setattr(module, "with_peers", lambda: True)
        monkeypatch.setattr(
            module, "plain", lambda articles, _: Taken(5, sum(len(it["text"]) for it in articles), {"all": 1.0})
        )


def printed(lines: Iterator[str]) -> str:
    return "\n".join(lines)


# The parts


@pytest.mark.usefixtures("fakes")
def test_adding_is_told_beside_embedding_and_beside_adding_again(tmp_path: Path) -> None:
    text = printed(adding.report_adding(SET, tmp_path, TINY))
    assert re.search(
        r"^3 articles, first [\d.]+ s, of it embedding [\d.]+ s\nreading .* +[\d.]+%\nadding .* +[\d.]+%$", text
    )


@pytest.mark.usefixtures("fakes")
def test_memory_is_told_at_each_multiple_with_the_models_share_beside_it(tmp_path: Path) -> None:
    text = printed(adding.report_memory(SET, tmp_path, TINY, (1, 2)))
    assert re.search(r"^1× +3 articles +\d+ +\d+ +[\d.]+ ms\n2× +6 articles +\d+ +\d+ +[\d.]+ ms$", text, re.MULTILINE)
    assert re.search(r"the embedding model adds -?\d+ MB to the \d+ MB of 3 articles$", text)


@pytest.mark.usefixtures("fakes", "plain")
def test_indexing_is_told_beside_the_plain_recipe_and_the_encoder_alone(tmp_path: Path) -> None:
    text = printed(indexing.report(SET, tmp_path, TINY, rounds=2))
    assert text.startswith("3 articles, ")
    assert "precision: " in text
    for line in ("Dossier / encoder alone, reading excluded", "Dossier / plain, characters/s, reading included"):
        assert re.search(rf"^{re.escape(line)} +[\d.]+[%×]  (goal|headline)", text, re.MULTILINE)


@pytest.mark.usefixtures("fakes")
def test_without_its_packages_the_plain_recipe_is_left_out_in_one_line(tmp_path: Path) -> None:
    for lines in (indexing.report(SET, tmp_path, TINY, rounds=1), starting.report(SET, tmp_path, TINY, rounds=1)):
        text = printed(lines)
        assert text.count("the plain recipe is left out") == 1
        assert "/ plain" not in text


@pytest.mark.usefixtures("fakes", "plain")
def test_a_cold_start_is_told_beside_the_plain_recipe_and_a_second_question_beside_the_first(tmp_path: Path) -> None:
    text = printed(starting.report(SET, tmp_path, TINY, rounds=2))
    assert "dossier ask / plain: 0.50 (goal ≤ 0.5)" in text
    assert re.search(r"second / first: [\d.]+%$", text)


@pytest.mark.usefixtures("fakes")
def test_searching_is_told_at_both_sizes_and_what_is_kept_is_found_again(tmp_path: Path) -> None:
    text = printed(searching.report(tmp_path, (30, 90), questions=3))
    assert text.count("made and indexed in") == 2
    assert re.search(r"^\d+ +no filter +[\d.]+ +[\d.]+$", text, re.MULTILINE)
    assert re.search(r"× the passages: [\d.]+× the median$", text)
    assert printed(searching.report(tmp_path, (30,), questions=1)).startswith("30 passages: found as they were kept")


@pytest.mark.usefixtures("fakes")
def test_answers_are_told_to_the_first_event_to_the_last_and_at_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(answering.report(SET, tmp_path, TINY, 30, questions=2))
    for line in ("first event", "whole answer", "gate, a sentence"):
        assert len(re.findall(rf"^{line} +[\d.]+ +[\d.]+$", text, re.MULTILINE)) == 2
    assert "the plain recipe is left out" in text
    monkeypatch.setattr(answering, "with_peers", lambda: True)
    monkeypatch.setattr(answering, "plain", lambda articles, folder, titles: [1.0] * len(titles))
    text = printed(answering.report(SET, tmp_path, TINY, 30, questions=2))
    assert re.search(r"whole, checked answer / plain search: 0\.\d+$", text)


def test_the_nearest_are_those_with_the_highest_cosine() -> None:
    passages = np.eye(12, dtype=np.float32)
    question = np.linspace(1, 0, 12, dtype=np.float32)[None, :]
    assert precision.nearest(question, passages) == [frozenset(range(10))]


def test_a_search_is_filtered_as_its_question_says() -> None:
    question = Newsroom().question(1)
    scope = searching.scope(question)
    assert (scope.outlets, scope.since, scope.until) == ((question.outlet,), question.since, question.until)


def test_a_command_is_timed_and_its_failure_is_not_hidden() -> None:
    assert starting.Command([sys.executable, "-c", ""], {}).seconds() > 0
    with pytest.raises(subprocess.CalledProcessError):
        starting.Command([sys.executable, "-c", "raise SystemExit(1)"], {}).seconds()


def test_the_parts_that_are_named_are_printed_each_under_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(bench.PARTS, "cold", lambda run: iter([f"{run.few} articles"]))
    monkeypatch.setitem(bench.PARTS, "adding", lambda run: iter([f"{run.all}"]))
    keep = tmp_path / "keep"
    monkeypatch.setattr(sys, "argv", ["bench", str(tmp_path), "--only", "adding", "cold", "--keep", str(keep)])
    bench.main()
    first, _, rest = capsys.readouterr().out.partition("\n")
    assert first.startswith("load of the machine before: ")
    assert rest == "adding\n  None\ncold\n  150 articles\n"
    assert keep.is_dir()


# What they stand on


def test_a_function_called_apart_gives_its_result() -> None:
    assert measuring.apart(max, 1, 3) == 3


def test_sides_take_turns() -> None:
    turns: list[str] = []
    found = measuring.alternating(2, a=lambda n: turns.append(f"a{n}"), b=lambda n: turns.append(f"b{n}"))
    assert turns == ["a0", "b0", "a1", "b1"]
    assert found == {"a": [None, None], "b": [None, None]}


@pytest.mark.parametrize(("percent", "expected"), [(95, 19), (100, 20), (50, 10), (1, 1)])
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(percent: int, expected: int) -> None:
    assert measuring.percentile([*range(20, 0, -1)], percent) == expected


def test_what_an_embedder_reports_is_told() -> None:
    assert measuring.machine(SimpleNamespace(precision="bfloat16", threads=2)).startswith(
        "precision: bfloat16; threads: 2; cores: "
    )
    assert measuring.machine(SimpleNamespace()).startswith("precision: as the model comes; threads: not reported; ")


def test_columns_stand_under_each_other() -> None:
    assert list(measuring.table(("a", "10%"), ("long", "5%"))) == ["a     10%", "long   5%"]
    assert list(measuring.table(("a", "10%", "goal"), ("long", "5%"))) == ["a     10%  goal", "long   5%"]


def test_repetitions_are_new_articles() -> None:
    found = list(measuring.records(SET, 2, times=2))
    assert len({record["id"] for record in found}) == len({record["text"] for record in found}) == 4


def test_whatever_an_embedder_does_is_counted() -> None:
    timed = Timed(HashingEmbedder())
    timed.embed(["one"])
    first = timed.seconds
    timed.encode(["one"])
    assert 0 < first < timed.seconds
    assert timed.fingerprint == HashingEmbedder().fingerprint


def test_a_newsroom_is_the_same_each_time_and_of_the_size_that_it_says() -> None:
    articles = list(Newsroom().articles(200))
    assert articles[7] == Newsroom().article(7)
    assert len({article.text for article in articles}) == 200
    splitter = ParagraphSplitter(Passages().size)
    passages = sum(len(splitter.split(stored(article.text))) for article in articles) / 200
    assert PASSAGES - 1 < passages < PASSAGES + 1


def test_the_filter_leaves_the_share_that_is_told() -> None:
    newsroom = Newsroom()
    days = [
        (article.outlet, date.fromisoformat(article.published.value))
        for article in newsroom.articles(2000)
        if article.published
    ]
    questions = [newsroom.question(number) for number in range(100)]
    held = [
        sum(outlet == question.outlet and question.since <= day <= question.until for outlet, day in days)
        for question in questions
    ]
    assert sum(held) / len(held) / len(days) == pytest.approx(FILTERED, rel=0.2)
    assert len({question.text for question in questions}) == 100


def test_a_stand_in_puts_texts_of_one_topic_near_each_other() -> None:
    centres = np.eye(3, 64, dtype=np.float32)
    stand_in = StandIn(SimpleNamespace(fingerprint="real"), {"ferry": 0, "mine": 1}, centres)
    vectors = stand_in.embed(["the ferry sank", "a ferry", "the mine closed"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.array_equal(vectors[:1], stand_in.embed(["the ferry sank"]))
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    whole, parts = stand_in.embed_parts(["the ferry sank. a mine closed.", "no part"], [[(0, 15), (16, 30)], []])
    assert np.array_equal(whole[1:], stand_in.embed(["no part"]))
    assert [part.shape for part in parts] == [(2, 64), (0, 64)]
    assert stand_in.embed([]).shape == (0, 64)
    assert stand_in.fingerprint == "real"
