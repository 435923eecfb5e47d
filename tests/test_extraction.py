"""The measure of the HTML reader: n-grams in common, averaged over pages, beside plain trafilatura."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.extraction import Score, average, interval, measure, report, score

WORDS = "the bridge over the river opened on monday"


@pytest.mark.parametrize(
    ("true", "found", "expected"),
    [
        (WORDS, WORDS, Score(1.0, 1.0)),
        (WORDS, WORDS.replace(" ", ", "), Score(1.0, 1.0)),  # tokens count, not what is between them
        (WORDS, WORDS + " after years of", Score(5 / 8, 1.0)),
        (WORDS, "the bridge over the", Score(1.0, 1 / 5)),
        (WORDS, WORDS + " " + WORDS, Score(5 / 13, 1.0)),  # a multiset: said twice counts once
        (WORDS, "something else", Score(0.0, 0.0)),
        (WORDS, "", Score(None, 0.0)),
        ("", WORDS, Score(0.0, None)),
        ("", "", Score(None, None)),
        ("two words", "two words", Score(1.0, 1.0)),
    ],
)
def test_a_page_is_scored_by_its_runs_of_four_words(true: str, found: str, expected: Score) -> None:
    assert score(true, found) == expected


def test_precision_and_recall_are_averaged_apart_and_f1_is_theirs() -> None:
    whole = average([Score(1.0, 0.5), Score(None, 0.0), Score(0.5, 1.0)])
    assert whole == Score(0.75, 0.5)
    assert whole.f1 == pytest.approx(0.6)


@given(st.text(), st.text())
def test_scores_are_shares_and_mirror_each_other(one: str, other: str) -> None:
    there, back = score(one, other), score(other, one)
    assert (there.precision, there.recall) == (back.recall, back.precision)
    assert 0 <= there.f1 <= 1


def test_the_interval_holds_the_score_and_is_the_same_every_time() -> None:
    scores = [Score(number / 40, 1.0) for number in range(1, 41)]
    low, high = interval(scores)
    assert low < average(scores).f1 < high
    assert interval(scores) == (low, high)


def test_a_folder_is_measured_and_reported(tmp_path: Path) -> None:
    text = "The bridge over the Krommel opened on Monday after seven years of work, the mayor of Orrin said at noon."
    (tmp_path / "html").mkdir()
    pages = {"good": f"<article><h1>Bridge</h1><p>{text}</p></article>", "empty": "<nav>Home</nav>"}
    for name, body in pages.items():
        content = f"<html><head><title>Bridge</title></head><body>{body}</body></html>".encode()
        (tmp_path / "html" / f"{name}.html.gz").write_bytes(gzip.compress(content))
    truth = {name: {"articleBody": text, "url": f"https://a.example/{name}"} for name in pages}
    (tmp_path / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    measured = measure(tmp_path)
    assert measured["reader"] == {"good": Score(1.0, 1.0), "empty": Score(None, 0.0)}
    lines = report(measured).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["reader", "trafilatura"]
    assert "empty" in lines[5]
