"""What readers should know about an answer and its sources, as a visitor sees it: in Chromium, over a scripted town."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rag.answer import Answer, Answered, Citation, Claim, Disagreement, Event, Evidence, Reprint, Statement, Usage
from rag.scope import Scope

if TYPE_CHECKING:
    from conftest import Running, Town, Visit

    Open = Callable[..., Visit]
    Launch = Callable[[Town], Running]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect: Any = sync_api.expect
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:.*(no_silent_downcasting|copy keyword).*")]

QUESTION = "How many came to the ferry’s last crossing, and who paid?"
HOSTILE = '<img src=x onerror="window.pwned=1"> [x](javascript:window.pwned=2)'
POST = "Some 400 people saw the last ferry off. It was raining."
WEEKLY = "About 900 people saw the last ferry off, the union said."


def passage(marker: int, text: str, outlet: str, published: str, **more: Any) -> Evidence:
    return Evidence(marker, f"a{marker}", "harbour", f"v{marker}", 0, len(text), text, "Last ferry", outlet, published,
                    **more)  # fmt: skip


COPIES = tuple(Reprint(f"copy{number}", "Last ferry") for number in range(14))
FOUND = (
    passage(1, POST, "The Orrin Post", "2024-05-03", reprints=COPIES),
    passage(2, WEEKLY, "Coast Weekly", "2024-05-05", flags=("contains hidden text", HOSTILE)),
)


def quote(evidence: Evidence, words: str) -> Citation:
    start = evidence.text.index(words)
    where = (evidence.article, evidence.collection, evidence.version, start, start + len(words), words)
    return Citation(evidence.marker, *where, evidence.title, evidence.outlet, evidence.published)


FIRST, SECOND = quote(FOUND[0], "Some 400 people saw the last ferry off."), quote(FOUND[1], WEEKLY)
ANSWER = Answer(
    QUESTION,
    QUESTION,
    "partial",
    (
        Claim("Some 400 people saw the last ferry off.", (FIRST,), "supported", notes=("opinion", HOSTILE)),
        Claim("It was raining.", (quote(FOUND[0], "It was raining."),), "supported", context=FIRST),
        Claim("900 came by bus.", (SECOND,), "unsupported", "the cited words do not mention a bus"),
    ),
    FOUND,
    short="Some 400 people",
    writer="scripted",
    missing=("who paid",),
    disagreements=(Disagreement((Statement("Some 400 people", FIRST), Statement("About 900 people", SECOND))),),
    usage=Usage(1204, 210, 1, 3.1),
)


@pytest.fixture
def seen(visit: Open, launch: Launch, town: type[Town]) -> Visit:
    """A visitor who has asked, and has the finished answer."""

    class Told(town):  # type: ignore[misc, valid-type]
        def stream(self, question: str, history: Sequence[Any] = (), *, scope: Scope | None = None) -> Iterator[Event]:
            yield Answered(replace(ANSWER, question=question, standalone=question))

    seen = visit(launch(Told()))
    seen.ask(QUESTION)
    expect(seen.page.locator(".d-usage")).to_be_visible()
    return seen


def test_what_is_known_about_an_answer_is_shown(seen: Visit) -> None:
    answer = seen.page.locator(".d-answer")
    expect(answer.locator(".d-short strong")).to_have_text("Some 400 people")
    expect(answer.locator(".d-tag").first).to_have_text("opinion")
    expect(answer.locator(".d-context")).to_have_text("… “Some 400 people saw the last ferry off.”")
    expect(answer.locator("s")).to_have_text("900 came by bus.")
    expect(answer.locator(".d-missing")).to_have_text("Not answered by any article: who paid")
    expect(answer.locator(".d-meta").first).to_contain_text("One source, 14 reprints")
    expect(answer.locator(".d-usage")).to_have_text("model scripted: 1,204 tokens in, 210 out, 3.1 s")
    expect(seen.page.locator("#sources .d-flag")).to_contain_text("Careful: this passage contains hidden text")
    assert seen.page.locator("img[src='x']").count() == 0
    assert seen.page.evaluate("window.pwned") is None


def test_a_side_of_a_disagreement_opens_its_source(seen: Visit) -> None:
    sides = seen.page.locator(".d-differ .d-side")
    expect(sides).to_have_count(2)
    expect(sides.last).to_contain_text("About 900 people (Coast Weekly, 5 May 2024, later)")
    sides.last.locator("a.d-cite").click()
    card = seen.page.locator("#sources .d-card.d-on")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Coast Weekly")


def test_it_fits_a_phone(seen: Visit) -> None:
    seen.page.set_viewport_size({"width": 360, "height": 740})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
