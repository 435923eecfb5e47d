"""Reading in processes of their own: the same result as reading here, and nothing that one file does harms another."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import html, workers
from corpus.readers.source import Skipped, Source
from corpus.readers.workers import Finished, read_all

PAGE = (
    "<html><body><article><h1>Quay {0}</h1><p>The harbour board opened quay {0} on a Monday, and many came.</p>"
    "</article></body></html>"
)
ROOT = Path(__file__).parent.parent


@pytest.fixture
def pages(tmp_path: Path) -> list[Source]:
    for number in range(9):
        (tmp_path / f"{number}.html").write_text(PAGE.format(number), "utf-8")
    return [Source.of(file) for file in readers.find(tmp_path)]


def _sabotage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deed: str) -> None:
    """In the reading processes, and only there, reading the page 4 does something terrible."""
    place = tmp_path / "sabotage"
    place.mkdir()
    (place / "sitecustomize.py").write_text(
        "import os, time\n"
        "from corpus.readers.source import Source\n"
        "true = Source.read\n"
        "def bad(source):\n"
        f"    if source.origin.endswith('4.html'): {deed}\n"
        "    return true(source)\n"
        "Source.read = bad\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", f"{place}{os.pathsep}{ROOT}")


def test_what_processes_read_is_what_is_read_here_in_the_order_of_the_sources(pages: list[Source]) -> None:
    found = list(read_all(pages))
    expected = [item for source in pages for item in [*readers.read(source), Finished]]
    assert [item if isinstance(item, SourceArticle) else Finished for item in found] == expected
    assert [item.file for item in found if isinstance(item, Finished)] == [source.file for source in pages]


@pytest.mark.parametrize(
    ("deed", "words"), [("time.sleep(600)", "longer than"), ("os._exit(3)", "crash"), ("os.abort()", "crash")]
)
def test_a_file_that_hangs_or_crashes_its_reader_is_one_line_and_stops_no_other(
    pages: list[Source], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deed: str, words: str
) -> None:
    _sabotage(monkeypatch, tmp_path, deed)
    found = list(read_all(pages, patience=8))
    (skipped,) = (item for item in found if isinstance(item, Skipped))
    assert skipped.origin.endswith("4.html")
    assert words in skipped.reason
    assert sum(isinstance(item, SourceArticle) for item in found) == 8
    assert [item.file for item in found if isinstance(item, Finished)] == [source.file for source in pages]
    assert [item.digest is None for item in found if isinstance(item, Finished)].count(True) == 1


def test_a_file_that_fills_the_memory_is_one_line(
    pages: list[Source], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _sabotage(monkeypatch, tmp_path, f"return bytearray({workers.MEMORY})")
    skipped = [item for item in read_all(pages) if isinstance(item, Skipped)]
    assert [item.origin.endswith("4.html") for item in skipped] == [True]


def test_a_file_with_known_bytes_is_not_read_again(pages: list[Source]) -> None:
    first = {item.file: (item.digest, item.articles) for item in read_all(pages) if isinstance(item, Finished)}
    known = {file: (digest, count) for file, (digest, count) in first.items() if digest is not None}
    assert len(known) == 9
    Path(pages[3].file).write_text(PAGE.format(33), "utf-8")
    again = list(read_all(pages, known))
    assert [item.title for item in again if isinstance(item, SourceArticle)] == ["Quay 33"]
    assert [item.known for item in again if isinstance(item, Finished)].count(True) == 8


def test_another_mapping_reads_the_same_bytes_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"kop": "Quay", "text": "The quay was opened."}), "utf-8")
    (*_, plain), (*_, mapped) = (list(read_all([Source.of(file, names)])) for names in ({}, {"title": "kop"}))
    assert isinstance(plain, Finished)
    assert isinstance(mapped, Finished)
    assert plain.digest != mapped.digest


def test_a_file_with_something_skipped_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "The quay was opened."}\nnonsense\n', "utf-8")
    *_, last = read_all([Source.of(file)])
    assert isinstance(last, Finished)
    assert (last.digest, last.articles) == (None, 1)


def test_a_reader_that_is_ahead_waits_and_one_that_nobody_listens_to_ends(tmp_path: Path) -> None:
    file = tmp_path / "big.jsonl"
    line = json.dumps({"text": "The quay was opened on a Monday. " * 300}) + "\n"
    file.write_text(line * 3000, "utf-8")  # 30 MB, far more than a pipe holds
    items = read_all([Source.of(file)])
    assert len(list(itertools.islice(items, 3))) == 3
    items.close()  # type: ignore[attr-defined]
    children = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args"], capture_output=True, text=True, check=False
    )
    assert "workers.work" not in children.stdout


def test_small_plain_files_need_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("The quay was opened.", "utf-8")
    monkeypatch.setattr(subprocess, "Popen", None)
    assert len(list(read_all([Source.of(tmp_path / "a.txt")]))) == 2


def test_a_script_without_a_main_guard_may_add_pages(pages: list[Source], tmp_path: Path) -> None:
    """As the README has it: a process that imported the main module anew would run the script a second time."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from corpus.readers.source import Source\n"
        "from corpus.readers.workers import read_all\n"
        "print(sum(1 for item in read_all([Source(name, name) for name in sys.argv[1:]])))\n",
        "utf-8",
    )
    names = [source.file for source in pages]
    done = subprocess.run(
        [sys.executable, script, *names], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "18\n"


def test_the_reader_table_is_used_in_the_process_too(pages: list[Source]) -> None:
    assert html.read in readers.READERS.values()
    assert len([item for item in read_all(pages) if isinstance(item, SourceArticle)]) == 9
