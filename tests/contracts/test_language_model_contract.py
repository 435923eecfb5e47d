"""What every `rag.ports.LanguageModel` keeps; the engines' own failures are in ``test_language_model.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from openai_server import breaks, fails, says, scripted_model

from rag.backends import llama_index as backend
from rag.backends.fake import ScriptedLanguageModel
from rag.errors import ModelUnavailable
from rag.ports import Ended, LanguageModel

Open = Callable[..., LanguageModel]


@pytest.fixture(params=["scripted", "openai-like"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a model that says pieces, and breaks off after that many of them."""
    with ExitStack() as stack:

        def scripted(*pieces: str, breaks_after: int | None = None) -> LanguageModel:
            return ScriptedLanguageModel(pieces, breaks_after)

        def served(*pieces: str, breaks_after: int | None = None) -> LanguageModel:
            reply = says(*pieces)
            if breaks_after is not None:
                reply = breaks(*pieces[:breaks_after], ending="cut") if breaks_after else fails(400)
            server = stack.enter_context(scripted_model(reply))
            return backend.open_language_model(f"openai-like:{server.openai_url}#rook", api_key="", timeout=10)

        if request.param == "openai-like":
            pytest.importorskip("llama_index.llms.openai_like")
            monkeypatch.setattr(backend, "_PAUSES", (0.0, 0.0))
        yield scripted if request.param == "scripted" else served


def test_it_is_a_language_model_with_a_name(model: Open) -> None:
    opened = model("Yes.")
    assert isinstance(opened, LanguageModel)
    assert opened.name


def test_pieces_come_as_they_were_said_as_often_as_asked(model: Open) -> None:
    opened = model("It rose", ". [1]", "\n\nŽďár 🐦‍⬛")
    for _ in range(2):
        assert "".join(opened.stream("system", "{curly} 100 % “quoted”")) == "It rose. [1]\n\nŽďár 🐦‍⬛"


def test_it_returns_how_the_reply_ended_or_that_it_is_not_known(model: Open) -> None:
    stream = model("It rose.").stream("system", "prompt")
    assert next(stream) == "It rose."
    with pytest.raises(StopIteration) as stopped:
        next(stream)
    assert stopped.value.value in (None, Ended("stop"))


@pytest.mark.parametrize("said", [0, 2], ids=["before-the-first-piece", "in-the-middle"])
def test_a_failure_comes_as_model_unavailable_after_what_was_said(model: Open, said: int) -> None:
    stream = model("It ", "rose", ".", breaks_after=said).stream("system", "prompt")
    pieces = []
    with pytest.raises(ModelUnavailable) as raised:
        pieces.extend(stream)
    assert "".join(pieces) == "".join(["It ", "rose"][:said]) or not pieces
    assert raised.value.hint


def test_nothing_is_asked_before_the_first_piece_is_taken(model: Open) -> None:
    stream = model("It rose.", breaks_after=0).stream("system", "prompt")
    with pytest.raises(ModelUnavailable):  # here, and not in the line above
        next(stream)


def test_a_stream_may_be_left_early(model: Open) -> None:
    stream = model("It ", "rose.").stream("system", "prompt")
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert list(stream) == []
