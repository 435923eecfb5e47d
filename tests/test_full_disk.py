"""A disk that is full or read-only: a clear error, nothing lost, and the same command finishes the work later."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag import Settings, open_assistant, wiring
from rag.backends.failures import explained
from rag.backends.fake import HashingEmbedder
from rag.errors import DossierError, HomeNotWritable, IndexDamaged


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and _mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place))
    if not mounted:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def _mount(*options: str) -> bool:
    return subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(60):
        text = " ".join(f"Ship {number} called at berth {berth} of Vessel Point." for berth in range(400))
        (folder / f"{number}.txt").write_text(f"Ship {number}\n\n{text}", "utf-8")
    return folder


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = HashingEmbedder()
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: fake)


def test_a_full_disk_is_told_and_the_work_is_finished_later(disk: Path, articles: Path) -> None:
    with closing(open_assistant(Settings(home=disk / "home"))) as opened, pytest.raises(HomeNotWritable) as raised:
        opened.add(articles)
    assert "full" in str(raised.value)
    assert "space" in raised.value.hint
    assert _mount("-o", "remount,size=400m", str(disk))
    with closing(open_assistant(Settings(home=disk / "home"))) as opened:
        report = opened.add(articles)
        assert report.articles == 60
        assert report.skipped == []
        assert opened.examine() == []
        assert opened.search("berth")


def test_a_read_only_disk_is_told(disk: Path, articles: Path) -> None:
    assert _mount("-o", "remount,size=400m", str(disk))
    with closing(open_assistant(Settings(home=disk / "home"))) as opened:
        opened.add(articles / "1.txt")
    assert _mount("-o", "remount,ro", str(disk))
    with pytest.raises(HomeNotWritable) as raised, closing(open_assistant(Settings(home=disk / "home"))) as opened:
        opened.add(articles / "2.txt")
    assert raised.value.hint


@pytest.mark.parametrize(("free", "expected"), [(1_000, HomeNotWritable), (10**12, IndexDamaged)])
def test_what_an_engine_says_is_put_down_to_the_disk_if_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, expected: type[DossierError]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(0, 0, free))  # type: ignore[attr-defined]
    with pytest.raises(expected), explained("vector index x", tmp_path / "not" / "yet", (ValueError,)):
        raise ValueError("Failed to apply logs")
