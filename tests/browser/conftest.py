"""A browser on the real page, over an assistant whose answers are scripted. Everything stays on this machine."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from corpus.article import Article, text_digest
from corpus.directory import Particulars
from corpus.errors import DossierError
from rag.answer import (
    Answer,
    Answered,
    Checked,
    Citation,
    Claim,
    Drafting,
    Event,
    Evidence,
    Reprint,
    Retrieved,
    Searching,
    Turn,
    Verdict,
    WriterFailed,
)
from rag.errors import QuestionError
from rag.scope import Constraints, Scope

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
HOSTILE = '<img src=x onerror="window.pwned=1"> [click](javascript:window.pwned=2) ![p](https://evil.example/p.png)'


def article(name: str, title: str, text: str, **more: str | None) -> Article:
    """A stored article of the invented town of Vessel Point."""
    return Article(
        collection="harbour", id=name, sha256=text_digest(text), title=title, text=text, origin=f"{name}.txt",
        ingested=datetime(2024, 5, 1, tzinfo=UTC), **more,  # type: ignore[arg-type]
    )  # fmt: skip


FERRY = article(
    "ferry",
    "Night ferry to Vessel Point ends after 61 years",
    "The night ferry between Orrin and Vessel Point made its last crossing on Sunday.\n\n"
    + "Passengers stood on deck in the rain and waved to the lighthouse keeper. " * 12
    + "\n\nThe operator, Blue Tern Lines, said that it had lost 2.4 million crowns on the route last year. "
    "The mayor, Ada Quist, called the decision a mistake. A bus will run in its place from June.",
    url="https://tern.example/ferry",
    outlet="The Orrin Post",
)
LIGHT = article(
    "light",
    "Lighthouse of Vessel Point to be lit by the wind",
    "Vessel Point has switched its lighthouse to wind power.\n\n"
    + "The keeper climbs one hundred and eighty steps each morning. " * 10
    + "\n\nThe turbine was paid for by a fund of fishermen, who gave 310,000 crowns.",
    url="javascript:alert(1)",
    outlet="Coast Weekly",
)
TRAP = article(
    "trap",
    f"{HOSTILE} # Heading",
    f"Before the trap. {HOSTILE} After the trap.",
    outlet="<script>window.pwned=3</script>",
)
STORED = {item.id: item for item in (FERRY, LIGHT, TRAP)}
REPRINTS = {
    "ferry": (
        Reprint("f2", "Last ferry leaves Orrin", "Coast Weekly", "2024-04-29", "https://coast.example/last"),
        Reprint("f3", "Ferry: the end", None, None, "javascript:window.pwned=7"),
    ),
    "trap": (Reprint("t2", HOSTILE, HOSTILE, HOSTILE, "javascript:window.pwned=8"),),
}


def evidence(marker: int, source: Article) -> Evidence:
    """The whole article as one passage."""
    return Evidence(
        marker, source.id, "harbour", source.sha256, 0, len(source.text), source.text, source.title, source.outlet,
        "2024-04-28" if source is FERRY else None, source.url, reprints=REPRINTS.get(source.id, ()),
    )  # fmt: skip


def claim(text: str, *quotes: tuple[int, Article, str], verdict: Verdict = "supported", reason: str = "") -> Claim:
    """A sentence that quotes these words of these articles."""
    cited = []
    for marker, source, quote in quotes:
        start = source.text.index(quote)
        cited.append(
            Citation(
                marker, source.id, "harbour", source.sha256, start, start + len(quote), quote, source.title,
                source.outlet, "2024-04-28" if source is FERRY else None, source.url,
            )
        )  # fmt: skip
    return Claim(text, tuple(cited), verdict, reason)


FERRY_QUOTE = "made its last crossing on Sunday"
LOSS_QUOTE = "it had lost 2.4 million crowns on the route last year"
FUND_QUOTE = "The turbine was paid for by a fund of fishermen"
WHY = (
    claim("The night ferry to Vessel Point made its last crossing on Sunday.", (1, FERRY, FERRY_QUOTE)),
    claim(
        "Its operator had lost money on the route, while fishermen paid for the new light.",
        (1, FERRY, LOSS_QUOTE),
        (2, LIGHT, FUND_QUOTE),
    ),
    claim("The bus starts in May.", (1, FERRY, "A bus will run in its place from June"), verdict="contradicted",
          reason="the article says June"),
    claim("The mayor wants the ferry back.", (1, FERRY, "called the decision a mistake"), verdict="partial",
          reason="she called the decision a mistake; nothing says what she wants"),
)  # fmt: skip
POWER = (claim("The lighthouse now runs on wind power.", (1, LIGHT, "has switched its lighthouse to wind power")),)
SNARE = (claim(f"The article says {HOSTILE}", (1, TRAP, HOSTILE)),)


@dataclass(frozen=True)
class Collection:
    name: str
    articles: int


def understood(question: str, history: Sequence[Turn], scope: Scope) -> tuple[str, Constraints]:
    """How the town reads a question: a month, an outlet, what cannot be told, and "And …" as a follow-up."""
    alone = question
    if question.startswith("And ") and history and "follow_up" not in scope.off:
        alone = f"{history[-1].question} {question}"
    since, until, outlets, phrases = scope.since, scope.until, scope.outlets, {}
    if "in March 2023" in question and "dates" not in scope.off:
        since, until, phrases["dates"] = date(2023, 3, 1), date(2023, 3, 31), "in March 2023"
    if "according to" in question and "outlet" not in scope.off:
        phrases["outlet"] = question[question.index("according to") :].rstrip("?")
        outlets = (phrases["outlet"].removeprefix("according to "),)
    return alone, Constraints(
        collections=("harbour",), outlets=outlets, since=since, until=until, as_of=scope.as_of,
        unresolved=("since the election",) if "since the election" in question else (), phrases=phrases,  # type: ignore[arg-type]
        searched=14 if phrases else 44,
    )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A question and how it was read; it makes the events of an answer."""

    question: str
    standalone: str
    constraints: Constraints

    def searching(self) -> Searching:
        return Searching(self.question, self.standalone, self.constraints.as_json())

    def answered(self, claims: Sequence[Claim], found: Sequence[Evidence], note: str = "") -> Iterator[Event]:
        """The events of a whole answer."""
        yield self.searching()
        yield Retrieved(tuple(found))
        for item in claims:
            words = item.marked.split(" ")
            for word in words:
                yield Drafting(f"{word} ")
            yield Checked(item)
        yield self.end(claims, found, note)

    def end(self, claims: Sequence[Claim], found: Sequence[Evidence], note: str = "") -> Answered:
        status = "answered" if claims else "insufficient"
        told = self.constraints.as_json()
        return Answered(
            Answer(self.question, self.standalone, status, tuple(claims), tuple(found), note, constraints=told)
        )


@dataclass
class Town:
    """The scripted assistant. `gate` holds a slow answer until a test lets it go on."""

    writer: str = "extractive"
    shelves: list[Collection] = field(default_factory=lambda: [Collection("harbour", 3), Collection("council", 41)])
    asked: list[tuple[str, tuple[Turn, ...], Scope]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def collections(self) -> list[Collection]:
        return self.shelves

    def particulars(self, collection: str | None = None) -> Particulars:
        council = ("Council Gazette",) if collection is None else ()
        if collection == "council":
            return Particulars(outlets=("Council Gazette",), languages=("en",))
        return Particulars(
            outlets=("Coast Weekly", *council, HOSTILE, "The Orrin Post"), authors=("Ada Quist", "Bo Lind"),
            languages=("en", "fr"), first=date(2023, 1, 5), last=date(2024, 4, 28),
        )  # fmt: skip

    def article(self, collection: str, article_id: str, version: str) -> Article:
        if article_id not in STORED:
            raise DossierError("No such article.")
        return STORED[article_id]

    def stream(self, question: str, history: Sequence[Turn] = (), *, scope: Scope | None = None) -> Iterator[Event]:
        scope = scope or Scope()
        self.asked.append((question, tuple(history), scope))
        if not question.strip():
            raise QuestionError("The question is empty.", hint="Type a question first.")
        if len(question) > 4_000:
            raise QuestionError("The question is far too long.", hint="Ask it in fewer than 4,000 characters.")
        yield from self._script(question, Reading(question, *understood(question, history, scope)))

    def _script(self, question: str, reading: Reading) -> Iterator[Event]:
        both = [evidence(1, FERRY), evidence(2, LIGHT)]
        if "lighthouse" in question:
            yield from reading.answered(POWER, [evidence(1, LIGHT)])
        elif "trap" in question:
            yield from reading.answered(SNARE, [evidence(1, TRAP)])
        elif "moon" in question:
            yield from reading.answered((), both, "Nothing in these articles is about the moon.")
        elif "broken" in question:
            yield reading.searching()
            raise DossierError("The index cannot be opened.", hint="Run dossier rebuild.")
        elif "defect" in question:
            yield reading.searching()
            raise RuntimeError("a secret detail")
        elif "model" in question:
            yield reading.searching()
            yield Drafting("Half a sentence that")
            yield WriterFailed(
                "openai-like", "The model at 127.0.0.1:9 does not answer. Start it, or unset DOSSIER_LLM."
            )
            yield from reading.answered(POWER, [evidence(1, LIGHT)])
        elif "slow" in question:
            yield reading.searching()
            yield Retrieved(tuple(both))
            yield Drafting("An unchecked thought")
            self.gate.wait(10)
            yield Checked(POWER[0])
            yield reading.end(POWER, [evidence(1, LIGHT)])
        else:
            yield from reading.answered(WHY, both)


@dataclass
class Running:
    """The page on its port, and who answers behind it."""

    url: str
    town: Town


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[[Town], Running]]:
    """Starts the page for a town, on a free port, in a thread."""
    pytest.importorskip("gradio", reason="gradio is not installed")
    import uvicorn
    from fastapi import FastAPI

    from ui.web import app

    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(town: Town) -> Running:
        listener = app.listen("127.0.0.1", 0)
        site = app.mount(FastAPI(), town, examples=["Why did the night ferry end?", "What powers the lighthouse?"])
        server = uvicorn.Server(uvicorn.Config(site, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the page did not start"
            assert time.monotonic() < deadline, "the page did not start in time"
            time.sleep(0.02)
        servers.append((server, thread))
        return Running(app.url_of("127.0.0.1", listener.getsockname()[1]), town)

    yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def town() -> type[Town]:
    """The scripted assistant's class, for tests that need one of their own."""
    return Town


@pytest.fixture(scope="session")
def running(launch: Callable[[Town], Running]) -> Running:
    """One page that most tests share; its state lives in each visitor's browser session."""
    return launch(Town())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium as the machine has it; nothing is downloaded."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass
class Visit:
    """One visitor: the page, what it asked the network for, and the errors its scripts raised."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.locator("#question textarea").fill(question)
        self.page.locator("#question textarea").press("Enter")

    def strangers(self) -> list[str]:
        """Requests that left this machine."""
        inert = {"data", "blob"}
        parts = [urlsplit(url) for url in self.requests]
        return [part.geturl() for part in parts if part.scheme not in inert and part.hostname != "127.0.0.1"]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a page at a width; afterwards nothing may have left the machine, nor any script have failed."""
    visits: list[Visit] = []

    def go(running: Running, width: int = 1280, height: int = 800, scheme: str = "light") -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(8_000)
        visit = Visit(page)
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.goto(running.url)
        visits.append(visit)
        return visit

    yield go
    for visit in visits:
        visit.page.context.close()
        assert visit.strangers() == []
        assert visit.errors == []
