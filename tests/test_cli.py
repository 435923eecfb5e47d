"""The command line as scripts use it: what is printed where, and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.settings import fields
from rag.wire import answer_from_json
from ui.cli import main

BRIDGE = "The bridge in Tarn opened on 4 May 2021 and cost 12 million crowns."
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shared_embedder: None
) -> Run:
    """Runs ``dossier ARGUMENTS`` in a home of its own: (exit code, stdout, stderr)."""
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dossier", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    file = tmp_path / "bridge.txt"
    file.write_text(BRIDGE, encoding="utf-8")
    return file


def test_add_then_ask(dossier: Run, bridge: Path) -> None:
    code, out, _ = dossier("add", bridge)
    assert (code, out) == (0, "articles: 1 added, 0 changed, 0 unchanged, 0 skipped\n")
    code, out, _ = dossier("ask", "When did the bridge in Tarn open?")
    assert code == 0
    assert out.startswith(f"**4 May 2021**\n\n{BRIDGE} [1]\n")
    assert out.endswith("\nOne source\n")


def test_an_answer_in_json_is_the_answer(dossier: Run, bridge: Path) -> None:
    dossier("add", bridge, "-c", "tarn")
    code, out, err = dossier("ask", "What did the bridge in Tarn cost?", "--json", "--collection", "tarn")
    answer = answer_from_json(json.loads(out))
    assert (code, err) == (0, "")
    assert (answer.status, answer.claims[0].text, answer.claims[0].verdict) == ("answered", BRIDGE, "supported")
    cited = answer.claims[0].citations[0]
    assert BRIDGE[cited.start : cited.end] == cited.quote


def test_not_in_the_collection_is_an_answer(dossier: Run, bridge: Path) -> None:
    dossier("add", bridge)
    code, out, _ = dossier("ask", "What is the capital of Peru?")
    assert code == 0
    assert out.startswith("Not in the collection")


def test_one_bad_file_stops_no_other_and_the_exit_code_tells(dossier: Run, bridge: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    code, out, err = dossier("add", bridge, tmp_path / "empty.txt", "--json")
    assert code == 1
    report = json.loads(out)
    assert (report["added"], [Path(item["origin"]).name for item in report["skipped"]]) == (1, ["empty.txt"])
    code, out, err = dossier("add", bridge, tmp_path / "empty.txt")
    assert code == 1
    assert "1 unchanged, 1 skipped" in out
    assert "empty.txt: The file is empty." in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", ""), "The question is empty."),
        (("ask", "a" * 100_000), "more than the 10,000 allowed"),
        (("ask", "Why?", "-c", "nowhere"), "There is no collection"),
        (("add", "/nowhere/at/all"), "There is nothing at"),
        (("delete", "x", "-c", "nowhere"), "There is no collection"),
        (("articles", "-c", "nowhere"), "There is no collection"),
        (("web", "--port", "70000"), "is not a port"),
    ],
)
def test_a_mistake_is_one_paragraph_on_stderr_and_exit_code_2(
    dossier: Run, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = dossier(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("dossier: ")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_corrupt_catalog_is_told(dossier: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "catalog.db").write_bytes(b"no database at all" * 100)
    code, _, err = dossier("ask", "Why?")
    assert code == 2
    assert "catalog.db cannot be read" in err


def test_search_lists_passages_with_their_scores(dossier: Run, bridge: Path) -> None:
    dossier("add", bridge)
    _, out, _ = dossier("search", "bridge", "--json")
    (found,) = json.loads(out)["evidence"]
    assert found["text"] == BRIDGE
    assert set(found["scores"]) == {"score", "dense", "lexical"}


def test_articles_and_collections_come_and_go(dossier: Run, bridge: Path) -> None:
    assert "no collections yet" in dossier("collections")[1]
    dossier("add", bridge, "-c", "tarn")
    assert dossier("collections")[1] == "tarn\t1 articles\n"
    (listed,) = json.loads(dossier("articles", "-c", "tarn", "--json")[1])
    assert listed["published"] is None
    assert dossier("delete", listed["id"], "-c", "tarn")[:2] == (0, "Deleted from tarn: 1.\n")
    dossier("add", bridge, "-c", "tarn")
    assert dossier("collections", "delete", "tarn", "--yes")[0] == 0
    assert "no collections yet" in dossier("collections")[1]


def test_a_conversation_in_the_terminal(dossier: Run, bridge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier("add", bridge)
    lines = iter(["When did the bridge in Tarn open?", "And what did it cost?", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    code, out, _ = dossier("chat")
    assert code == 0
    assert "no language model configured" in out
    assert out.count(f"{BRIDGE} [1]") == 2


def test_every_setting_is_listed_and_a_key_is_not_shown(dossier: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIER_MODELS__API_KEY", "hush-hush")
    code, out, _ = dossier("config", "--json")
    assert code == 0
    assert set(json.loads(out)) == {name for name, _, _ in fields()}
    assert "hush-hush" not in out
