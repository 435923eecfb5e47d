"""Measuring retrieval: from a folder of articles and cases to numbers, rankings and a report."""

from __future__ import annotations

import gzip
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import FERRY, LIGHTHOUSE

from evals import retrieval
from evals.case import Case, CaseError, Gold, QuestionSet, load_cases
from evals.metrics import MEASURES, Hit
from evals.samples import SET
from rag import wiring
from rag.backends.fake import HashingEmbedder
from rag.scope import Scope

ARTICLES: list[dict[str, Any]] = [
    {"id": "light", "text": LIGHTHOUSE},  # no title, no date, nothing
    {"id": "sea/ferry 1", "text": FERRY, "title": "The ferry", "outlet": "Post", "published": "2024-03-01"},
]
WHALE = LIGHTHOUSE.index("It burned")
CASES: list[dict[str, Any]] = [
    {"id": "1", "question": "What did the lighthouse burn?", "answerable": True, "kind": "span"}
    | {"evidence": [{"article": "light", "start": WHALE, "end": WHALE + 29}]},
    {"id": "2", "question": "And what did it lose?", "answerable": True, "kind": "article"}
    | {"evidence": [{"article": "sea/ferry 1"}], "asked_on": "2024-03-02", "scope": {"outlets": ["Post"]}}
    | {"history": [{"question": "Which line ran the night ferry?", "answer": "Blue Tern Lines."}]},
    {"id": "3", "question": "Who painted it?", "answerable": False, "kind": "null"},
    {"id": "4", "question": "Where is it?", "answerable": True, "kind": "span", "evidence": []},
]


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: HashingEmbedder())


def question_set(folder: Path, cases: list[dict[str, Any]] = CASES, packed: bool = False) -> Path:
    folder.mkdir()
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES).encode()
    (folder / f"articles.jsonl{'.gz' * packed}").write_bytes(gzip.compress(lines) if packed else lines)
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return folder


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_set_is_measured_reported_and_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool
) -> None:
    folder = question_set(tmp_path / "sea", packed=packed)
    numbers, rankings = tmp_path / "numbers.json", tmp_path / "deep" / "rankings"
    options = ["--no-plain", "--json", str(numbers), "--rankings", str(rankings)]
    assert retrieval.main([str(folder), *options]) == 0
    (found,) = json.loads(numbers.read_text(encoding="utf-8"))["sets"]
    assert (found["name"], found["cases"]) == ("sea", 2)
    assert found["passages"]["ours"]["count"] == 2
    assert list(found["measures"]) == list(MEASURES)
    assert found["measures"]["all@10"] == {"ours": {"mean": 1.0, "low": 1.0, "high": 1.0}}
    assert {kind: group["cases"] for kind, group in found["kinds"].items()} == {"article": 1, "span": 1}
    lines = [json.loads(line) for line in (rankings / "sea-ours.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["1", "2"]
    assert lines[0]["hits"][0] == {"article": "light", "start": 0, "end": len(LIGHTHOUSE)}
    printed, said = capsys.readouterr()
    assert printed.startswith("sea: 2 cases\n")
    assert "1.000 [1.000, 1.000]" in printed
    assert "difference" not in printed
    assert "not stored" not in said


def test_several_sets_in_one_run_and_only_some_of_their_cases(tmp_path: Path) -> None:
    folders = [question_set(tmp_path / name) for name in ("sea", "land")]
    numbers = tmp_path / "numbers.json"
    options = ["--no-plain", "--limit-cases", "1", "--json", str(numbers)]
    assert retrieval.main([*map(str, folders), *options]) == 0
    sets = json.loads(numbers.read_text(encoding="utf-8"))["sets"]
    assert [(found["name"], found["cases"], found["kinds"]) for found in sets] == [("sea", 1, {}), ("land", 1, {})]


def test_the_plain_recipe_stands_beside_with_the_same_offsets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llama_index.embeddings.huggingface", reason="needs the extra peers")
    pytest.importorskip("llama_index.vector_stores.chroma", reason="needs the extra peers")
    from llama_index.core import MockEmbedding

    from evals.peers import plain

    text = "".join(f"Ship {number} called at  Vessel Point. \n\n" for number in range(200))
    long = {"id": "long", "title": "t" * 5000, "text": text}
    texts = {record["id"]: record["text"] for record in [*ARTICLES, long]}
    peer = plain.Plain([*ARTICLES, long], tmp_path / "chroma", MockEmbedding(embed_dim=8))
    hits = peer.search("ships")
    assert len(hits) == 10
    assert peer.passages > 10
    assert {hit.article for hit in hits} <= set(texts)
    found = [result.node.text for result in peer._retriever.retrieve("ships")]
    assert [texts[hit.article][hit.start : hit.end] for hit in hits] == found
    assert all(hit.start is not None for hit in hits)

    monkeypatch.setattr(plain, "opened", lambda model: MockEmbedding(embed_dim=8))
    numbers = tmp_path / "numbers.json"
    assert retrieval.main([str(question_set(tmp_path / "sea")), "--json", str(numbers)]) == 0
    (measured,) = json.loads(numbers.read_text(encoding="utf-8"))["sets"]
    assert set(measured["measures"]["any@1"]) == {"ours", "plain", "difference"}
    assert measured["passages"]["plain"]["count"] == 2


def test_without_its_packages_the_plain_recipe_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "evals.peers.plain", raising=False)
    monkeypatch.setitem(sys.modules, "llama_index.embeddings.huggingface", None)
    assert retrieval.main([str(question_set(tmp_path / "sea"))]) == 0
    printed, said = capsys.readouterr()
    assert "llama_index.embeddings.huggingface is not installed: pip install" in said
    assert "sea: 2 cases" in printed


def broken(folder: Path, name: str) -> Path:
    question_set(folder)
    content: dict[str, dict[str, bytes | None]] = {
        "empty": {"articles.jsonl": None, "cases.jsonl": None},
        "no articles": {"articles.jsonl": None},
        "no cases": {"cases.jsonl": None},
        "a case that is none": {"cases.jsonl": b"{}\n"},
        "cases that are not text": {"cases.jsonl": b"\xff\xfe\xff"},
        "nothing to score": {"cases.jsonl": json.dumps(CASES[2]).encode()},
        "articles that are none": {"articles.jsonl": b'{"id": "a", "text": "Some words."}\n[]\n'},
    }
    for file, data in content[name].items():
        (folder / file).unlink() if data is None else (folder / file).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "not a question set"),
        ("no articles", "not a question set"),
        ("no cases", "not a question set"),
        ("a case that is none", "line 1: not a case"),
        ("cases that are not text", "cannot be read"),
        ("nothing to score", "no answerable case with evidence"),
        ("articles that are none", "line 2: not an article"),
    ],
)
def test_a_folder_that_is_no_question_set_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    folder = broken(tmp_path / "broken", name)
    assert retrieval.main([str(folder), "--no-plain"]) == 2
    printed, said = capsys.readouterr()
    complaints = [line for line in said.splitlines() if line.startswith("evals.retrieval: ")]
    assert len(complaints) == 1
    assert words in complaints[0]
    assert printed == ""


def test_sets_are_refused_before_any_work_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = question_set(tmp_path / "sea")
    assert retrieval.main([str(good), str(tmp_path / "nowhere"), "--no-plain"]) == 2
    (tmp_path / "other").mkdir()
    assert retrieval.main([str(good), str(question_set(tmp_path / "other" / "sea")), "--no-plain"]) == 2
    printed, said = capsys.readouterr()
    assert printed == ""
    assert [line.split(": ")[0] for line in said.splitlines()] == ["evals.retrieval"] * 2
    with pytest.raises(SystemExit) as left:
        retrieval.main([str(good), "--limit-cases", "0"])
    assert left.value.code == 2


def test_missed_cases_of_the_sample_set_are_named() -> None:
    samples = QuestionSet.of(SET)
    nothing = retrieval.Run(0, 0.0, [[] for _ in samples.cases])
    found = retrieval.numbers(samples, {"ours": nothing, "plain": nothing})
    assert len(found["failures"]) == len(samples.cases)
    kinds = [failed["kind"] for failed in found["failures"]]
    assert kinds == sorted(kinds)
    lines = list(retrieval.report(found))
    assert sum("missed: " in line for line in lines) == len(samples.cases)
    assert any("any@1" in line and "+0.000 [+0.000, +0.000]" in line for line in lines)


@pytest.mark.parametrize(("mean", "marked"), [(1000.0, False), (1000.1, True)])
def test_passages_that_are_too_long_are_marked(tmp_path: Path, mean: float, marked: bool) -> None:
    cases = [Case("1", "q", True, "k", evidence=(Gold("a"),))]
    found = retrieval.numbers(
        QuestionSet("sea", tmp_path / "articles.jsonl", cases), {"ours": retrieval.Run(3, mean, [[Hit("a", 0, 1)]])}
    )
    assert any("MORE THAN 1,000" in line for line in retrieval.report(found)) == marked


# What a case fixes beside its question


def with_scope(folder: Path, scope: object) -> Path:
    folder.mkdir(exist_ok=True)
    record = CASES[0] | {"scope": scope}
    (folder / "cases.jsonl").write_text(f"\n{json.dumps(record)}\n", encoding="utf-8")
    return folder / "cases.jsonl"


def test_a_scope_is_read_and_passed_on(tmp_path: Path) -> None:
    given = {"outlets": "Post", "authors": ["Ada", "Bo"], "since": "2024-03-01", "until": None, "articles": []}
    (case,) = load_cases(with_scope(tmp_path, given))
    assert retrieval.scope(case, "sea") == Scope(
        collections=("sea",), outlets=("Post",), authors=("Ada", "Bo"), since=date(2024, 3, 1)
    )
    first, second, *_ = load_cases(question_set(tmp_path / "sea") / "cases.jsonl")
    assert retrieval.scope(first, "sea") == Scope(collections=("sea",))
    assert retrieval.scope(second, "sea") == Scope(collections=("sea",), outlets=("Post",), as_of=date(2024, 3, 2))
    assert {first, second}  # cases can still be members of a set


@pytest.mark.parametrize(
    "scope",
    [{"outlet": ["Post"]}, {"collections": ["x"]}, {"since": "March"}, {"since": 2024}, {"outlets": [1]}, "Post", [1]],
    ids=str,
)
def test_a_scope_that_is_none_is_named_by_its_line(tmp_path: Path, scope: object) -> None:
    with pytest.raises(CaseError, match="line 2: not a case"):
        load_cases(with_scope(tmp_path, scope))


def test_a_day_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASES[0] | {"asked_on": "yesterday"}), encoding="utf-8")
    with pytest.raises(CaseError, match="line 1: not a case"):
        load_cases(tmp_path / "cases.jsonl")


def test_a_line_separator_within_a_question_ends_no_line(tmp_path: Path) -> None:
    record = CASES[0] | {"question": "What\u2028burned\x85there?"}
    (tmp_path / "cases.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    (case,) = load_cases(tmp_path / "cases.jsonl")
    assert case.question == record["question"]
