"""Commands about what is in the collections, as scripts use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_cli import Run, dossier

__all__ = ["dossier"]
ROOT = Path(__file__).parent.parent
QUAY = (
    "The harbour board of Vessel Point voted on Tuesday to lengthen the northern quay by 140 metres, after three years "
    "of argument about who should bear the cost.\n\nAda Quist, the mayor, said that the town could not afford to wait, "
    "because two shipping lines had threatened to call at Orrin instead."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    fields = {
        "first.md": ("The Courier", "2024-03-05"),
        "second.md": ("The Echo", "2024-04"),
        "third.md": ("Radio", ""),
    }
    for name, (outlet, day) in fields.items():
        text = QUAY if name != "third.md" else "A storm brought down the mast of the lighthouse."
        (place / name).write_text(
            f"---\ntitle: About {name}\noutlet: {outlet}\npublished: {day}\n---\n{text}\n", "utf-8"
        )
    return place


def listed(out: str) -> list[str]:
    return [line.split("\t")[-1] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["first", "second", "third"]),
        (["--outlet", "echo"], ["second"]),
        (["--since", "2024-03-06"], ["second"]),
        (["--until", "2024-03"], ["first"]),
        (["--since", "2024-04-20", "--until", "2024-04-21"], ["second"]),  # some day in April
        (["--since", "2025"], []),
        (["--text", "LIGHTHOUSE"], ["third"]),
        (["--text", "quay", "--outlet", "courier"], ["first"]),
    ],
)
def test_articles_are_listed_by_outlet_date_and_words(
    dossier: Run, folder: Path, options: list[str], expected: list[str]
) -> None:
    dossier("add", folder)
    code, out, _ = dossier("articles", *options)
    assert (code, listed(out)) == (0, [f"About {name}.md" for name in expected])


def test_a_date_that_is_none_is_wrong_use(dossier: Run, folder: Path) -> None:
    dossier("add", folder)
    code, _, err = dossier("articles", "--since", "yesteryear")
    assert code == 2
    assert "yesteryear is no date" in err


def test_show_tells_what_is_known_of_an_article(dossier: Run, folder: Path) -> None:
    dossier("add", folder)
    ids = {line.split("\t")[-1]: line.split("\t")[0] for line in dossier("articles")[1].splitlines()}
    code, out, _ = dossier("show", ids["About second.md"])
    assert code == 0
    for words in ("About second.md", "The Echo", "2024-04 (as given)", "Versions: 1", "One story, 2 copies:"):
        assert words in out
    assert out.index("original  The Courier") < out.index("reprint   The Echo")
    shown = json.loads(dossier("show", ids["About second.md"], "--json")[1])
    assert (shown["published"], shown["published_precision"]) == ("2024-04", "month")
    assert shown["story"]["original"] == ids["About first.md"]
    assert shown["story"]["copies"][0]["kept"] == 1
    assert shown["text"] == QUAY
    (folder / "second.md").write_text("---\ntitle: Other\n---\nA crane was bought for the quay.\n", "utf-8")
    dossier("add", folder)
    shown = json.loads(dossier("show", ids["About second.md"], "--json")[1])
    assert len(shown["versions"]) == 2
    assert shown["story"]["copies"] == []


def test_show_finds_the_collection_and_says_where_there_are_several(dossier: Run, folder: Path) -> None:
    dossier("add", folder, "-c", "one")
    wanted = dossier("articles", "-c", "one")[1].split("\t")[0]
    assert dossier("show", wanted)[0] == 0
    dossier("add", folder, "-c", "two")
    code, _, err = dossier("show", wanted)
    assert code == 2
    assert "one, two" in err
    assert dossier("show", wanted, "-c", "two")[0] == 0
    assert "in no collection" in dossier("show", "nonsense")[2]


def test_an_export_reads_back_identically(dossier: Run, folder: Path, tmp_path: Path) -> None:
    dossier("add", folder, "-c", "one")
    code, first, _ = dossier("export", "-c", "one")
    assert code == 0
    assert len(first.splitlines()) == 3
    (tmp_path / "one.jsonl").write_text(first, "utf-8")
    assert dossier("add", tmp_path / "one.jsonl", "-c", "two")[0] == 0
    assert dossier("export", "-c", "two")[1] == first
    assert dossier("export", "-c", "two", "-o", tmp_path / "two.jsonl")[1] == ""
    assert (tmp_path / "two.jsonl").read_text("utf-8") == first


def test_an_export_that_fails_leaves_the_earlier_one_alone(dossier: Run, folder: Path, tmp_path: Path) -> None:
    dossier("add", folder)
    (tmp_path / "kept.jsonl").write_text("earlier", "utf-8")
    assert dossier("export", "-c", "nonsense", "-o", tmp_path / "kept.jsonl")[0] == 2
    assert (tmp_path / "kept.jsonl").read_text("utf-8") == "earlier"
    assert dossier("export", "-o", tmp_path / "nowhere" / "x.jsonl")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "home", "kept.jsonl"]


def test_files_that_are_gone_are_told_and_pruned(dossier: Run, folder: Path) -> None:
    dossier("add", folder)
    (folder / "third.md").unlink()
    code, _, err = dossier("add", folder)
    assert code == 0
    assert "1 articles whose files are gone still answer" in err
    assert "1 deleted" in dossier("add", folder, "--prune")[1]
    assert len(listed(dossier("articles")[1])) == 2


def test_fields_of_other_names_are_mapped(dossier: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Kop,Inhoud\nThe quay,The quay of Vessel Point was lengthened.\n", "utf-8")
    assert dossier("add", tmp_path / "a.csv", "--map", "title=Kop,text=Inhoud")[:2] == (
        0,
        "articles: 1 added, 0 changed, 0 unchanged, 0 skipped\n",
    )
    assert listed(dossier("articles")[1]) == ["The quay"]
    code, _, err = dossier("add", tmp_path / "a.csv", "--map", "headline=Kop")
    assert code == 2
    assert "title" in err


def test_add_without_anything_to_add_is_wrong_use(dossier: Run) -> None:
    code, _, err = dossier("add")
    assert code == 2
    assert "--url" in err


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"<html><head><title>The quay</title></head><body><article><p>{QUAY}</p></article></body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_pages_are_fetched_and_private_addresses_only_if_allowed(dossier: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/quay"
        code, out, err = dossier("add", "--url", url)
        assert (code, out) == (1, "articles: 0 added, 0 changed, 0 unchanged, 1 skipped\n")
        assert url in err
        monkeypatch.setenv("DOSSIER_FETCHING__PRIVATE_ADDRESSES", "true")
        assert dossier("add", "--url", url)[:2] == (0, "articles: 1 added, 0 changed, 0 unchanged, 0 skipped\n")
        assert dossier("add", "--url", url)[1] == "articles: 0 added, 0 changed, 1 unchanged, 0 skipped\n"
        server.shutdown()
    assert json.loads(dossier("articles", "--json")[1])[0]["url"] == url


def test_the_doctor_finds_nothing_and_says_so(dossier: Run, folder: Path) -> None:
    dossier("add", folder)
    assert dossier("doctor")[:2] == (0, "All is well: the catalog, both indexes and the settings agree.\n")
    found = json.loads(dossier("doctor", "--repair", "--compact", "--json")[1])
    assert found["findings"] == []
    assert len(found["bytes"]) == 2


def test_reindexing_follows_the_settings(dossier: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier("add", folder)
    assert dossier("reindex")[1] == "The index is the one that the settings ask for.\n"
    monkeypatch.setenv("DOSSIER_PASSAGES__SIZE", "200")
    code, out, err = dossier("ask", "How long will the quay be?")
    assert code == 0
    assert "140 metres" in out
    assert "dossier reindex" in err
    code, out, _ = dossier("doctor")
    assert code == 0
    assert "200 characters" in out
    assert dossier("reindex")[1] == "Indexed anew: 3.\n"
    assert "All is well" in dossier("doctor")[1]


def test_watching_follows_a_folder_and_takes_the_work_of_others(folder: Path, tmp_path: Path) -> None:
    environment = os.environ | {"DOSSIER_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "ui"]
    quiet = {"cwd": ROOT, "env": environment, "stderr": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True}
    watching = subprocess.Popen([*command, "watch", folder], **quiet)
    try:
        assert watching.stdout.readline() == "articles: 3 added, 0 changed, 0 unchanged, 0 skipped\n"
        (folder / "fourth.txt").write_text("A crane was bought for the quay of Vessel Point.", "utf-8")
        assert watching.stdout.readline() == "articles: 1 added, 0 changed, 0 unchanged, 0 skipped\n"
        (folder / "third.md").unlink()
        while "deleted" not in watching.stdout.readline():
            assert watching.poll() is None
        (tmp_path / "else.txt").write_text("The night ferry to Orrin made its last crossing.", "utf-8")
        done = subprocess.run([*command, "add", tmp_path / "else.txt"], check=True, **quiet)
        assert "1 added" in done.stdout
        watching.send_signal(signal.SIGINT)
        watching.wait(60)
    finally:
        watching.kill()
        watching.communicate()
