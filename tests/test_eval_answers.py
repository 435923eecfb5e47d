"""Measuring answers: what counts as right, as refused, and how a set is asked and told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE
from hypothesis import given
from hypothesis import strategies as st

from evals import answers
from evals.answers import Outcome, holds, lines, outcomes
from evals.case import Case
from rag import wiring
from rag.backends.fake import HashingEmbedder

ARTICLES = [
    {"id": "light", "title": "The lamp", "text": LIGHTHOUSE, "published": "2024-03-01"},
    {"id": "ferry", "title": "The ferry", "text": FERRY, "published": "2024-03-02"},
]
CASES = [
    {"id": "1", "question": "When was the lighthouse of Vennholm lit?", "answerable": True, "kind": "span"}
    | {"answers": ["1871", "in 1871"], "evidence": [{"article": "light"}]},
    {"id": "2", "question": "How much did Blue Tern Lines lose on the route?", "answerable": True, "kind": "span"}
    | {"answers": ["2.4 million crowns"], "evidence": [{"article": "ferry"}]},
    {"id": "3", "question": "Who designed the cathedral of Grash?", "answerable": False, "kind": "null"},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: HashingEmbedder())
    place = tmp_path / "sea"
    place.mkdir()
    for name, rows in (("articles", ARTICLES), ("cases", CASES)):
        (place / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("text", "golds", "held"),
    [
        ("It was lit in 1871.", ("1871",), True),
        ("It was lit in 18710.", ("1871",), False),
        ("The U.S. fleet, it said.", ("u s fleet",), True),
        ("Ottoline Marrek, keeper", ("Marrek keeper",), True),
        ("Ottoline Marrek", ("Quist", "ottoline MARREK"), True),
        ("Anything", ("", "…"), False),
        ("Anything", (), False),
    ],
)
def test_a_text_holds_an_answer_as_whole_words(text: str, golds: tuple[str, ...], held: bool) -> None:
    assert holds(text, golds) is held


@given(st.text(max_size=20), st.text(max_size=10), st.text(max_size=20))
def test_what_stands_between_blanks_is_held(before: str, gold: str, after: str) -> None:
    assert holds(f"{before} {gold} {after}", [gold]) or not holds(gold, [gold])


def outcome(first: str, short: str | None = None, *, answerable: bool = True, confidence: float = 0.5) -> Outcome:
    case = Case("1", "When?", answerable, "span", ("1871",) if answerable else ())
    return Outcome(case, first, short, not first, confidence, 0.02)


def test_a_set_is_told_in_shares_and_a_refusal_counts_as_wrong() -> None:
    found = [
        outcome("Lit in 1871.", "1871", confidence=0.9),
        outcome("Lit in 1871.", "18", confidence=0.8),
        outcome("Lit in 1902.", "1902", confidence=0.7),
        outcome(""),
        outcome("", answerable=False, confidence=0.1),
        outcome("Lit in 1871.", answerable=False, confidence=0.2),
    ]
    told = dict(line.split(None, 1) for line in lines(found) if not line.startswith(("refused", "first")))
    assert told["short"].startswith("0.333 ")
    assert told["short"].endswith(" of 3 that have one")
    assert told["AUROC"].startswith("1.000 ")
    assert told["median"] == "20 ms"
    first, refused, wrongly = (line for line in lines(found) if line.startswith(("refused", "first")))
    assert first.startswith("first claim  0.500 ")
    assert refused.startswith("refused      0.250 ")
    assert refused.endswith(" of 4 answerable")
    assert wrongly.startswith("refused      0.500 ")


def test_a_set_of_one_kind_has_no_auroc() -> None:
    assert not any(line.startswith("AUROC") for line in lines([outcome("Lit in 1871.")]))


def test_every_case_is_asked_as_a_user_would(folder: Path) -> None:
    found = outcomes(folder, threshold=0.0)
    assert [one.case.id for one in found] == ["1", "2", "3"]
    assert [holds(one.first, one.case.answers) for one in found] == [True, True, False]
    assert (found[0].short, found[1].short) == ("1871", "2.4 million crowns")
    assert min(one.confidence for one in found[:2]) > found[2].confidence
    assert [one.refused for one in outcomes(folder, threshold=1.0)] == [True] * 3
    assert len(outcomes(folder, limit=1)) == 1


def test_the_command_prints_a_set_under_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["answers", str(folder), "--threshold", "0"])
    answers.main()
    assert capsys.readouterr().out.startswith("sea\n  first claim  1.000 [1.000, 1.000] of 2\n")


def test_a_folder_that_is_no_set_ends_the_command_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cases.jsonl").write_text("{}\n")
    monkeypatch.setattr(sys, "argv", ["answers", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"cases\.jsonl"):
        answers.main()
