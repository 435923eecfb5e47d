"""The sample set is what the sample files say, and its questions point where they should."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus import readers
from corpus.article import SourceArticle
from evals import samples
from evals.case import Case, CaseError, load_cases

KINDS = {
    "single", "multi", "unanswerable", "latest", "who_said", "before_after", "follow_up", "language", "disagreement",
    "reprint", "correction", "injection",
}  # fmt: skip


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (samples.SET / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return lines("cases.jsonl")


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load_cases(samples.SET / "cases.jsonl")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {record["id"]: record["text"] for record in lines("articles.jsonl")}


@pytest.mark.parametrize("name", ["articles", "cases"])
def test_the_set_is_in_step_with_the_sample_files(name: str) -> None:
    written = samples.as_lines(getattr(samples, name)())
    assert written.splitlines() == (samples.SET / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()


def test_the_articles_can_be_read_as_any_json_lines_file(texts: dict[str, str]) -> None:
    found = list(readers.read(samples.SET / "articles.jsonl"))
    assert {item.id: item.text for item in found if isinstance(item, SourceArticle)} == texts
    assert len(found) == len(texts) == len(lines("articles.jsonl"))


def test_every_gold_span_is_its_quote(records: list[dict[str, Any]], texts: dict[str, str]) -> None:
    golds = [gold for record in records for gold in record.get("evidence", ())]
    assert len(golds) > 100
    wrong = [gold for gold in golds if texts[gold["article"]][gold["start"] : gold["end"]] != gold["quote"]]
    assert wrong == []


def test_every_case_is_read_with_all_it_says(records: list[dict[str, Any]], cases: list[Case]) -> None:
    assert [case.id for case in cases] == [record["id"] for record in records]
    assert Counter(case.kind for case in cases) == Counter(record["kind"] for record in records)
    assert {case.kind for case in cases} == KINDS
    assert [len(case.evidence) for case in cases] == [len(record.get("evidence", ())) for record in records]


def test_ids_are_unique_in_all_files() -> None:
    ids = [record["id"] for record in lines("cases.jsonl")]
    assert len(ids) == len(set(ids))


def test_answerable_cases_have_evidence_and_the_others_have_none(cases: list[Case]) -> None:
    assert [case.id for case in cases if case.answerable and not (case.evidence and case.answers)] == []
    assert [case.id for case in cases if not case.answerable and (case.evidence or case.answers)] == []
    assert {case.kind for case in cases if not case.answerable} >= {"unanswerable"}


def test_follow_ups_have_a_conversation(cases: list[Case]) -> None:
    assert [case.id for case in cases if case.kind == "follow_up" and not case.history] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "line 2"),
        ('{"id": "b"}', "line 2"),
        ("[]", "line 2"),
        ('{"id": "a", "question": "q", "answerable": true, "kind": "k"}', "twice"),
        ('{"id": "b", "question": "q", "answerable": true, "kind": "k", "evidence": [{}]}', "line 2"),
    ],
    ids=["not-json", "fields-missing", "not-an-object", "id-twice", "evidence-without-article"],
)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "question": "q", "answerable": true, "kind": "k"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match=words) as raised:
        load_cases(path)
    assert raised.value.hint
