"""Watching: a collection follows its folders and feeds, and loses nothing that it should keep."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from builders import FERRY, LIGHTHOUSE
from loopback import OPEN, Site, saying, serving

from corpus.errors import ReadingError
from rag import Assistant, polling, watching
from rag.polling import next_poll
from rag.watching import Stamp, WatchReport, look, plan, vanished, watch

Build = Callable[..., Assistant]


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((watching, "_SETTLED"), (watching, "_TICK"), (polling, "_PACE"), (polling, "_SHORTEST_POLL")):
        monkeypatch.setattr(module, name, 0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    return made


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as opened:
        yield opened


class Watched:
    """A watch in a thread of its own, and what it reports."""

    def __init__(self) -> None:
        self.reports: queue.Queue[WatchReport] = queue.Queue()
        self.stop = threading.Event()
        self.error: ReadingError | None = None

    def run(self, assistant: Assistant, sources: list[str], options: Any) -> None:
        try:
            watch(assistant, sources, "sound", stop=self.stop, report=self.reports.put, **options)
        except ReadingError as error:
            self.error = error

    def next(self) -> WatchReport:
        return self.reports.get(timeout=60)

    def until(self, **wanted: int) -> WatchReport:
        """What was reported, summed up, as soon as it is what is wanted."""
        total = WatchReport()
        while not all(getattr(total, name) == value for name, value in wanted.items()):
            report = self.next()
            for name in ("added", "changed", "unchanged", "deleted"):
                setattr(total, name, getattr(total, name) + getattr(report, name))
            total.skipped += report.skipped
        return total


@contextmanager
def watched(assistant: Assistant, *sources: Path | str, **options: Any) -> Iterator[Watched]:
    watched = Watched()
    thread = threading.Thread(target=watched.run, args=(assistant, list(map(str, sources)), options))
    thread.start()
    try:
        yield watched
    finally:
        watched.stop.set()
        thread.join(60)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def texts(assistant: Assistant, collection: str = "sound") -> list[str]:
    return sorted(article.text for article in assistant.articles(collection))


# Decisions

OLD: Stamp = (100_000_000_000, 5)  # written at second 100
NEW: Stamp = (200_000_000_000, 5)


@pytest.mark.parametrize(
    ("done", "now", "clock", "expected"),  # to be read, gone, waited for
    [
        ({}, {}, 300, ("", "", "")),
        ({}, {"a": OLD}, 300, ("a", "", "")),
        ({"a": OLD}, {"a": OLD}, 300, ("", "", "")),
        ({"a": OLD}, {"a": NEW}, 300, ("a", "", "")),
        ({"a": OLD}, {"a": (*OLD[:1], 6)}, 300, ("a", "", "")),
        ({"a": None}, {"a": OLD}, 300, ("a", "", "")),  # was added before we watched
        ({"a": OLD}, {"a": NEW}, 200.01, ("", "", "a")),  # is still being written
        ({"a": OLD}, {"a": NEW}, 150, ("a", "", "")),  # written in the future: a wrong clock
        ({"a": OLD, "b": OLD}, {"b": OLD}, 300, ("", "a", "")),
        ({"a": OLD}, {"b": OLD}, 300, ("b", "a", "")),  # perhaps renamed: read first
        ({"a": OLD}, {"b": NEW}, 200.01, ("", "", "b")),  # perhaps renamed: what is gone waits
        ({"a": OLD, "b": OLD}, {"b": NEW}, 200.01, ("", "a", "b")),  # b is no new name of a
    ],
)
def test_two_looks_tell_what_to_do(
    done: dict[str, Stamp | None], now: dict[str, Stamp], clock: float, expected: tuple[str, str, str]
) -> None:
    step = plan(done, now, clock)
    assert ("".join(step.read), "".join(step.gone), "".join(step.waiting)) == expected


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        ({}, 15),
        ({"ttl": 3600}, 60),
        ({"ttl": 60}, 15),
        ({"failures": 1}, 30),
        ({"failures": 3}, 120),
        ({"failures": 1000}, 24 * 60),
        ({"ttl": 10**9}, 24 * 60),
        ({"failures": 1, "wait": 7200}, 120),
        ({"failures": 3, "wait": 60}, 120),
        ({"failures": 1, "wait": 7 * 86_400}, 7 * 24 * 60),
    ],
)
def test_when_a_feed_is_polled_again(given: dict[str, float], minutes: float) -> None:
    assert next_poll(15 * 60, **given) == minutes * 60  # type: ignore[arg-type]


def test_an_interval_of_days_stays_one() -> None:
    assert next_poll(3 * 86_400) == 3 * 86_400


def test_hidden_temporary_and_partial_files_are_no_articles(folder: Path) -> None:
    names = [
        "a.txt", ".hidden.txt", ".~lock.b.docx#", "~$b.docx", "a.txt~", "a.txt.swp", "a.pdf.part", "a.pdf.crdownload",
        "README.md", "sub/b.txt", ".git/c.txt",
    ]  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    assert [Path(file).relative_to(folder).as_posix() for file in look(folder)] == ["a.txt", "sub/b.txt"]


def test_a_file_is_gone_only_if_that_is_certain(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.txt").write_text("x")
    assert vanished(str(folder / "b.txt"))
    assert vanished(str(folder / "a.txt" / "b.txt"))
    assert not vanished(str(folder / "a.txt"))
    assert not vanished(str(folder / "caf\udce9.txt"))  # the catalog knows it by another name
    assert not vanished(str(folder / "caf\ufffd.txt"))

    def denied(path: str) -> None:
        raise PermissionError

    monkeypatch.setattr(watching.os, "lstat", denied)
    assert not vanished(str(folder / "b.txt"))


# Folders


def test_a_collection_follows_its_folder(assistant: Build, folder: Path) -> None:
    library = assistant()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with watched(library, folder) as seen:
        assert seen.next().added == 1
        (folder / "sub").mkdir()
        (folder / "sub" / "ferry.txt").write_text(FERRY)
        seen.until(added=1)
        assert texts(library) == sorted([LIGHTHOUSE, FERRY])
        (folder / "light.txt").write_text("The lighthouse is dark now, and nobody keeps it.")
        seen.until(changed=1)
        (folder / "sub" / "ferry.txt").unlink()
        seen.until(deleted=1)
        assert texts(library) == ["The lighthouse is dark now, and nobody keeps it."]
    assert seen.error is None


def test_a_renamed_file_keeps_its_article(assistant: Build, folder: Path) -> None:
    library = assistant()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with watched(library, folder) as seen:
        seen.until(added=1)
        before = next(library.articles("sound"))
        (folder / "light.txt").rename(folder / "tower.txt")
        seen.until(unchanged=1)
        (folder / "ferry.txt").write_text(FERRY)  # whatever was to be deleted is deleted before this is added
        report = seen.until(added=1)
        assert report.deleted == 0
    after = next(library.articles("sound"))
    assert (after.id, after.ingested) == (before.id, before.ingested)
    assert after.origin == str(folder / "tower.txt")


def test_folders_that_are_moved_take_their_articles_along(assistant: Build, folder: Path, tmp_path: Path) -> None:
    library = assistant()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "light.txt").write_text(LIGHTHOUSE)
    (folder / "ferry.txt").write_text(FERRY)
    with watched(library, folder) as seen:
        seen.until(added=1)
        (tmp_path / "elsewhere").rename(folder / "here")
        seen.until(added=1)
        (folder / "here").rename(tmp_path / "elsewhere")
        seen.until(deleted=1)
    assert texts(library) == [FERRY]


def test_what_went_while_nobody_watched_goes_now(assistant: Build, folder: Path, tmp_path: Path) -> None:
    library = assistant()
    outside = tmp_path / "outside.txt"
    for file, text in {folder / "light.txt": LIGHTHOUSE, folder / "ferry.txt": FERRY, outside: FERRY + " So."}.items():
        file.write_text(text)
    library.add(folder, outside, collection="sound")
    (folder / "ferry.txt").unlink()
    outside.unlink()  # not under the watched folder
    with watched(library, folder) as seen:
        assert seen.until(unchanged=1, deleted=1).added == 0
    assert texts(library) == sorted([LIGHTHOUSE, FERRY + " So."])


def test_an_empty_folder_may_be_a_disk_that_is_away(assistant: Build, folder: Path, tmp_path: Path) -> None:
    library = assistant()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    library.add(folder, collection="sound")
    (folder / "light.txt").unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ferry.txt").write_text(FERRY)
    with watched(library, folder, tmp_path / "other") as seen:
        seen.until(added=1)
        (folder / "more.txt").write_text("Now there is something in it.")
        assert seen.until(added=1).deleted == 0
    assert len(texts(library)) == 3


def test_a_folder_that_goes_away_takes_nothing_along(assistant: Build, folder: Path) -> None:
    library = assistant()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with watched(library, folder) as seen:
        seen.until(added=1)
        folder.rename(folder.with_name("away"))
        folder.mkdir()  # as an empty place where a disk was
        wait_for(lambda: seen.error is not None)
    assert isinstance(seen.error, ReadingError)
    assert "is gone; its articles were kept" in str(seen.error)
    assert texts(library) == [LIGHTHOUSE]


@pytest.mark.parametrize("name", ["nowhere", "file.txt", ""])
def test_what_cannot_be_watched_is_refused(assistant: Build, folder: Path, name: str) -> None:
    (folder / "file.txt").write_text("x")
    sources = [str(folder / name)] if name else []
    with pytest.raises(ReadingError) as raised:
        watch(assistant(), sources, "sound", stop=threading.Event(), report=print)
    assert raised.value.hint


def test_unreadable_files_are_reported_and_stop_nothing(assistant: Build, folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"\x00\x01\x02\x00" * 50)
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with watched(assistant(), folder) as seen:
        report = seen.until(added=1)
    assert [Path(skipped.origin).name for skipped in report.skipped] == ["a.txt"]


# Feeds


def feed(*entries: tuple[str, str], ttl: str = "", full: bool = True) -> bytes:
    element = "content:encoded" if full else "description"
    items = "".join(
        f"<item><title>About {name}</title><link>{name}</link><{element}>{text}</{element}></item>"
        for name, text in entries
    )
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>The Courier</title>{ttl}{items}</channel></rss>"
    ).encode()


def tagged(body: bytes, tag: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        same = handler.headers["If-None-Match"] == tag
        saying(b"" if same else body, 304 if same else 200, etag=tag, content_type="application/rss+xml")(handler)

    return answer


LIGHT = ("https://courier.example/light", LIGHTHOUSE)
BOAT = ("https://courier.example/ferry", FERRY)


def test_a_feed_is_asked_only_for_what_is_new(assistant: Build, site: Site) -> None:
    library = assistant()
    site.answers["/feed"] = tagged(feed(LIGHT), '"1"')
    with watched(library, site.url("/feed"), limits=OPEN, poll_seconds=0) as seen:
        assert seen.next().added == 1
        asked = len(site.asked)
        wait_for(lambda: len(site.asked) >= asked + 2)
        assert site.asked[-1][1]["if-none-match"] == '"1"'
        assert seen.reports.empty()
        site.answers["/feed"] = tagged(feed(LIGHT, BOAT), '"2"')
        report = seen.next()
        assert (report.added, report.unchanged) == (1, 1)
    asked = len(site.asked)
    with watched(library, site.url("/feed"), limits=OPEN):
        wait_for(lambda: len(site.asked) > asked)
    assert site.asked[asked][1]["if-none-match"] == '"2"'


def test_each_collection_gets_all_of_a_feed(assistant: Build, site: Site) -> None:
    library = assistant()
    site.answers["/feed"] = tagged(feed(LIGHT), '"1"')
    url = site.url("/feed")
    with watched(library, url, limits=OPEN) as seen:
        seen.until(added=1)
    stop = threading.Event()
    watch(library, [url], "other", stop=stop, report=lambda _: stop.set(), limits=OPEN)
    assert texts(library, "other") == [LIGHTHOUSE]
    library.delete("sound", *(article.id for article in library.articles("sound")))
    with watched(library, url, limits=OPEN) as seen:  # the collection has lost what the feed gave it
        seen.until(added=1)


def test_a_failing_feed_stops_no_other(assistant: Build, site: Site, folder: Path) -> None:
    library = assistant()
    site.says("/broken", b"", 500)
    site.answers["/feed"] = tagged(feed(LIGHT), '"1"')
    (folder / "ferry.txt").write_text(FERRY)
    sources = [site.url("/broken"), "http://user:pw@courier.example/", site.url("/feed"), folder]
    with watched(library, *sources, limits=OPEN) as seen:
        report = seen.until(added=2)
    assert [skipped.origin for skipped in report.skipped] == [str(source) for source in sources[:2]]
    assert "is in trouble (500)" in report.skipped[0].reason
    assert texts(library) == sorted([LIGHTHOUSE, FERRY])


def test_a_feed_that_recovers_is_followed_again(assistant: Build, site: Site) -> None:
    site.says("/feed", b"", 503)
    with watched(assistant(), site.url("/feed"), limits=OPEN, poll_seconds=0) as seen:
        assert "overloaded" in seen.next().skipped[0].reason
        site.answers["/feed"] = tagged(feed(LIGHT), '"1"')
        seen.until(added=1)


def page(text: str) -> bytes:
    return f"<html><head><title>Page</title></head><body><article><h1>Page</h1><p>{text}</p></article></html>".encode()


def test_summaries_give_way_to_the_pages_that_they_link_to(assistant: Build, site: Site) -> None:
    library = assistant()
    entries = [(site.url("/light"), "Lit."), (site.url("/gone"), "The ferry is gone.")]
    site.answers["/feed"] = tagged(feed(*entries, full=False), '"1"')
    site.says("/light", page(LIGHTHOUSE), content_type="text/html")
    site.says("/gone", b"", 404)
    with watched(library, site.url("/feed"), limits=OPEN, poll_seconds=0, full_text=True) as seen:
        report = seen.until(added=2)
        assert [skipped.origin for skipped in report.skipped] == [site.url("/gone")]
        assert sorted(article.extent for article in library.articles("sound")) == ["full", "summary"]
        site.answers["/feed"] = tagged(feed(*entries, (site.url("/more"), "More."), full=False), '"2"')
        site.says("/more", page(FERRY), content_type="text/html")
        seen.until(added=1)
    assert sum(LIGHTHOUSE in text for text in texts(library)) == 1
    assert sum(FERRY in text for text in texts(library)) == 1
    assert "Lit." not in texts(library)
    paths = [path for path, _ in site.asked]
    assert [paths.count(path) for path in ("/light", "/gone", "/more")] == [1, 1, 1]


def test_twenty_pages_in_a_poll_and_the_rest_in_the_next(
    assistant: Build, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_PAGES", 2)
    links = [site.url(f"/{number}") for number in range(5)]
    site.answers["/feed"] = tagged(feed(*((link, f"Summary {link}.") for link in links), full=False), '"1"')
    for number in range(5):
        site.says(f"/{number}", page(f"{LIGHTHOUSE} It is number {number}."), content_type="text/html")
    library = assistant()
    with watched(library, site.url("/feed"), limits=OPEN, poll_seconds=0, full_text=True) as seen:
        assert seen.next().added == 2
        seen.until(added=3)
    assert {article.extent for article in library.articles("sound")} == {"full"}
    paths = [path for path, _ in site.asked if path != "/feed"]
    assert paths == [f"/{number}" for number in range(5)]
