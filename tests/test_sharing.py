"""One home, several processes: the one that holds it works for the others."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE

from corpus.errors import CatalogError, DossierError
from rag import Assistant, Settings, open_assistant, sharing, wiring
from rag.answer import Answered
from rag.backends.fake import HashingEmbedder
from rag.errors import HomeInUse, QuestionError
from rag.settings import Passages
from rag.sharing import opened

QUESTION = "When was the lighthouse lit?"
ROOT = Path(__file__).parent.parent
Settle = Callable[..., Settings]


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_PATIENCE", 0.1)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    fake = HashingEmbedder()
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: fake)
    return partial(Settings, home=tmp_path / "home")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "light.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "articles" / "ferry.txt").write_text(FERRY, encoding="utf-8")
    return tmp_path / "articles"


@pytest.fixture
def guest(house: Settle, articles: Path) -> Iterator[Assistant]:
    """An assistant whose home another one holds, which has the lighthouse already."""
    with opened(house(), host=True, writers=True) as host:
        host.add(articles / "light.txt")
        with opened(house()) as visiting:
            assert visiting is not host
            yield visiting


def test_a_guest_asks_and_searches(guest: Assistant) -> None:
    assert guest.ask(QUESTION).claims[0].text == LIGHTHOUSE.split(". ")[0] + "."
    assert guest.search(QUESTION)[0].text == LIGHTHOUSE
    *before, last = guest.stream(QUESTION)
    assert before
    assert isinstance(last, Answered)
    assert guest.writer == "extractive"
    assert not guest.outdated


def test_what_a_guest_adds_answers_at_once_and_in_both(guest: Assistant, house: Settle, articles: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    report = guest.add(articles, progress=lambda *step: steps.append(step))
    assert (report.added, report.unchanged) == (1, 1)
    assert ("Reading", 2, 2) in steps
    assert ("Indexing", 1, 1) in steps
    assert guest.search("Who called the night ferry's end a mistake?")[0].text == FERRY
    assert [info.articles for info in guest.collections()] == [2]
    assert guest.delete("articles", next(iter(guest.articles("articles"))).id) == 1
    assert [info.articles for info in guest.collections()] == [1]


def test_paths_are_meant_from_where_the_guest_stands(
    guest: Assistant, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(articles)
    assert guest.add("ferry.txt").added == 1


def test_errors_reach_the_guest_as_they_are(guest: Assistant) -> None:
    with pytest.raises(QuestionError, match="empty"):
        guest.ask("  ")
    with pytest.raises(CatalogError) as raised:
        guest.delete("articles", "no-such-article")
    assert "dossier articles" in raised.value.hint


def test_the_doctor_visits(guest: Assistant) -> None:
    assert guest.examine() == []
    assert guest.repair() == []
    assert len(guest.compact()) == 2


def test_a_guest_with_other_settings_has_the_index_built_that_it_wants(house: Settle, articles: Path) -> None:
    with opened(house(), host=True, writers=True) as host:
        host.add(articles)
        before = host.engine.fingerprint
        with opened(house(passages=Passages(size=200))) as visiting:
            assert visiting.reindex(visiting.wanted) == 2
        assert host.engine.fingerprint != before
        assert host.ask(QUESTION).claims
        assert host.examine() == []


def test_a_host_that_is_writing_itself_takes_questions_and_no_articles(house: Settle, articles: Path) -> None:
    with opened(house(), host=True) as host:
        host.add(articles)
        with opened(house()) as visiting:
            assert visiting.search(QUESTION)
            with pytest.raises(HomeInUse, match="writing"):
                visiting.add(articles)


def test_a_home_that_is_held_and_not_shared_is_in_use(house: Settle, articles: Path) -> None:
    with closing(open_assistant(house())) as holder:
        holder.add(articles)
        with pytest.raises(HomeInUse, match=f"process {os.getpid()}"), opened(house()):
            pass


def test_a_home_that_comes_free_is_taken(house: Settle, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_PATIENCE", 30)
    holder = open_assistant(house())
    holder.add(articles)
    threading.Timer(0.5, holder.close).start()
    with opened(house()) as next_one:
        assert next_one.search(QUESTION)


def test_a_host_ends_after_what_it_was_asked(house: Settle, articles: Path) -> None:
    events = []
    with opened(house(), host=True) as host:
        host.add(articles)
        with opened(house()) as visiting:
            stream = visiting.stream(QUESTION)
            events.append(next(stream))
            events += stream
    assert isinstance(events[-1], Answered)
    assert not (house().home / "listening").exists()


def test_strangers_are_not_listened_to(guest: Assistant, house: Settle) -> None:
    file = house().home / "listening"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    port = json.loads(file.read_text())["port"]
    with pytest.raises(AuthenticationError):
        Client(("127.0.0.1", port), authkey=b"guess")
    assert guest.search(QUESTION)


def test_what_is_no_service_is_not_called(guest: Assistant, house: Settle) -> None:
    found = json.loads((house().home / "listening").read_text())
    with Client(("127.0.0.1", found["port"]), authkey=bytes.fromhex(found["secret"])) as connection:
        connection.send(("close", (), {}))
        kind, error = connection.recv()
    assert kind == "error"
    assert isinstance(error, HomeInUse)


def test_readers_and_a_writer_at_once(guest: Assistant, house: Settle, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(60):
        (many / f"{number}.txt").write_text(f"Ship {number} called at Vessel Point in {1900 + number}.", "utf-8")
    answers: list[str] = []
    errors: list[DossierError] = []

    def read() -> None:
        try:
            with opened(house()) as reader:
                answers.extend(reader.ask(QUESTION).text for _ in range(10))
        except DossierError as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert guest.add(many).added == 60
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(answers) == 20
    assert all("1871" in answer for answer in answers)


# Between real processes


@contextmanager
def _holding(home: Path, then: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the home and shares it."""
    script = (
        "import sys, time; from pathlib import Path; from rag import Settings, wiring;"
        "from rag.backends.fake import HashingEmbedder; from rag.sharing import opened;"
        "fake = HashingEmbedder(); wiring._embedder = lambda recipe, precision: fake\n"
        f"with opened(Settings(home=Path(sys.argv[1])), host=True, writers=True) as assistant:\n    {then}"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(home)], cwd=ROOT)
    try:
        while not (home / "listening").exists():
            assert process.poll() is None
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def test_another_process_takes_the_articles(house: Settle, articles: Path) -> None:
    with _holding(house().home, "time.sleep(600)"), opened(house()) as visiting:
        assert visiting.add(articles).added == 2
        assert visiting.search(QUESTION)[0].text == LIGHTHOUSE


def test_a_killed_host_leaves_a_home_that_can_be_taken(house: Settle, articles: Path) -> None:
    with _holding(house().home, "time.sleep(600)") as process:
        with opened(house()) as visiting:
            process.kill()
            process.wait()
            with pytest.raises(HomeInUse, match="broke off"):
                visiting.search(QUESTION)
        with opened(house()) as owner:
            assert owner.add(articles).added == 2
