"""The README's Python works as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

README = Path(__file__).parent.parent / "README.md"
_TEXT = README.read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", _TEXT, re.DOTALL | re.MULTILINE)
ARTICLE = """---
title: Why the tide gauges disagree
outlet: The Orrin Post
published: 2024-03-15
---
Seas rise because warmer water takes up more room and because ice on land melts into them.

At Vessel Point the gauge has shown 3.4 millimetres a year since 1993. Harbour master Ada Quist reads it every morning.
"""


@pytest.fixture
def reader_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_embedder: None) -> Iterator[Path]:
    """A working folder with articles, and a home of its own; what the snippets leave open is closed."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "tides.md").write_text(ARTICLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))
    opened: list[rag.Assistant] = []
    opens = rag.open_assistant

    def remembering(*arguments: object) -> rag.Assistant:
        for earlier in opened:
            earlier.close()  # each snippet is a program of its own
        opened.append(opens(*arguments))  # type: ignore[arg-type]
        return opened[-1]

    monkeypatch.setattr(rag, "open_assistant", remembering)
    yield tmp_path
    for assistant in opened:
        assistant.close()


def test_every_snippet_runs_as_written(reader_at_work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert SNIPPETS
    for snippet in SNIPPETS:
        exec(compile(snippet, "README.md", "exec"), {})
        shown = capsys.readouterr().out
        assert "warmer water takes up more room" in shown
        if "llama_index.core" not in snippet:  # whose reader takes the front matter for text
            assert "Why the tide gauges disagree" in shown
