"""What every test stands on: no hub, no settings from outside, one bundled model for all."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything can import a hub client

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from builders import build_assistant
from hypothesis import settings as hypothesis_settings

from rag import Assistant, Settings, open_assistant, wiring
from rag.backends.sentence_transformers import BUNDLED, SentenceTransformerEmbedder

# Shared machines are slow at times; the same examples in every run keep a failure a failure.
hypothesis_settings.register_profile("dossier", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("dossier")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting from outside reaches a test, and no test reaches the user's own home."""
    for name in os.environ:
        if name.upper().startswith("DOSSIER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path_factory.getbasetemp() / "default-home"))


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Callable[..., Assistant]]:
    """Builds assistants over fakes, see `builders.build_assistant`; they are closed after the test."""
    with ExitStack() as stack:

        def build(*args: Any, **options: Any) -> Assistant:
            return stack.enter_context(closing(build_assistant(tmp_path, *args, **options)))

        yield build


@pytest.fixture(scope="session")
def bundled_embedder() -> SentenceTransformerEmbedder:
    """The real default embedder, loaded once for all tests."""
    return SentenceTransformerEmbedder(BUNDLED)


@pytest.fixture
def shared_embedder(bundled_embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever `open_assistant` opens in this test uses the one loaded model."""
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: bundled_embedder)


@pytest.fixture(scope="session")
def real_assistant(
    bundled_embedder: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """An assistant as users get it: the bundled model, Chroma, tantivy. Tests share it, each with a collection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "_embedder", lambda recipe, precision: bundled_embedder)
        opened = open_assistant(Settings(home=tmp_path_factory.mktemp("home")))
    with closing(opened):
        yield opened


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., Settings]:
    """Settings whose home lies in the test's own folder."""
    return partial(Settings, home=tmp_path / "home")
