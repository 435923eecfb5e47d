"""What stands behind the page, without a browser: the fold of events, the pump, and the address it is served on."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from corpus.errors import DossierError
from rag.answer import Answer, Answered, Checked, Claim, Drafting, WriterFailed
from ui.web import app
from ui.web.conversation import Live, after_sentence
from ui.web.pump import Broken, pumped


@pytest.mark.parametrize(
    ("draft", "sentence", "rest"),
    [
        ("It rose. [1][3] Then it", "It rose.", "Then it"),
        ("It\n rose [1]. Then", "It rose.", "Then"),
        ("It rose [1, 2]. Then", "It rose.", "Then"),
        ("It rose (by *half*)? [1]", "It rose (by *half*)?", ""),
        ("Something else", "It rose.", "Something else"),
        ("", "It rose.", ""),
    ],
)
def test_a_checked_sentence_leaves_the_draft(draft: str, sentence: str, rest: str) -> None:
    assert after_sentence(draft, sentence) == rest


def test_a_failed_writer_leaves_its_message_and_not_its_words() -> None:
    live = Live(1, "q?")
    live.take(Drafting("Half a"))
    live.take(WriterFailed("model", "It broke off."))
    assert "It broke off." in live.html()
    assert "Half a" not in live.html()
    live.take(Checked(Claim("Whole.", (), "supported")))
    live.take(Answered(Answer("q?", "q?", "answered", (Claim("Whole.", (), "supported"),), note="It broke off.")))
    assert live.html().count("It broke off.") == 1
    assert "Whole." in live.html()


def test_the_pump_wakes_its_reader_and_carries_errors() -> None:
    gate = threading.Event()

    def events() -> Iterator[str]:
        yield "one"
        gate.wait(10)
        raise DossierError("Enough.")

    reader = pumped(events())
    assert next(reader) == "one"
    assert next(reader) is None
    gate.set()
    last = [item for item in reader if item is not None]
    assert len(last) == 1
    assert isinstance(last[0], Broken)
    assert isinstance(last[0].error, DossierError)


def test_closing_the_pump_closes_the_source() -> None:
    closed = threading.Event()

    def events() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.set()

    reader = pumped(events())
    assert next(reader) == 0
    reader.close()  # type: ignore[attr-defined]
    assert closed.wait(5)


def test_a_port_in_use_is_told_before_anything_is_loaded() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DossierError, match=rf"Port {port} is in use.*--port"):
            app.listen("127.0.0.1", port)
    with pytest.raises(DossierError, match="not a port"):
        app.listen("127.0.0.1", 70_000)


def test_importing_the_door_loads_no_gradio_and_leaves_the_environment_alone() -> None:
    script = "import os, sys; before = dict(os.environ); import ui, ui.render; assert before == dict(os.environ)"
    script += "; import ui.web.app; assert 'gradio' not in sys.modules"
    ended = subprocess.run([sys.executable, "-c", script], check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::1", "http://[::1]:1")],
)
def test_addresses_can_be_opened(host: str, url: str) -> None:
    assert app.url_of(host, 1) == url
