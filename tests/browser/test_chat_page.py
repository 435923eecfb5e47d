"""The chat page as a visitor meets it: in Chromium, over a scripted assistant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Running, Town, Visit

    Open = Callable[..., Visit]
    Launch = Callable[[Town], Running]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect: Any = sync_api.expect
# Gradio's queue keeps its statistics with pandas calls that pandas means to drop.
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:.*(no_silent_downcasting|copy keyword).*")]

WHY = "Why did the night ferry end?"
FERRY_QUOTE = "made its last crossing on Sunday"
LOSS_QUOTE = "it had lost 2.4 million crowns on the route last year"
FUND_QUOTE = "The turbine was paid for by a fund of fishermen"


def highlighted(visit: Visit) -> str:
    """The marked words that a visitor sees in the source panel."""
    marks = visit.page.locator("#sources mark.d-on")
    expect(marks.first).to_be_in_viewport()
    return "".join(marks.all_inner_texts())


def answered(visit: Visit, question: str) -> None:
    """Asks and waits for the sources of the finished answer."""
    visit.ask(question)
    expect(visit.page.locator("#sources .d-for")).to_contain_text(question[:60])
    expect(visit.page.locator("#sources .d-card blockquote").first).to_be_visible()
    expect(visit.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_an_answer_streams_in_and_its_citations_open_the_quoted_words(visit: Open, running: Running) -> None:
    seen = visit(running)
    answered(seen, WHY)
    body = seen.page.locator(".d-answer")
    expect(body).to_contain_text("The night ferry to Vessel Point made its last crossing on Sunday.")
    expect(body.locator("s")).to_have_text("The bus starts in May.")
    expect(body.locator(".d-contradicted .d-badge")).to_contain_text("the article says June")
    expect(body.locator(".d-partial .d-badge")).to_have_attribute("title", re.compile("nothing says what she wants"))
    seen.page.get_by_role("button", name="Source [2]").click()
    assert highlighted(seen) == FUND_QUOTE
    seen.page.locator("a.d-cite").nth(1).press("Enter")
    expect(seen.page.locator("#sources .d-card.d-on")).to_have_attribute("aria-label", "Source 1")
    assert highlighted(seen) == LOSS_QUOTE
    expect(seen.page.locator("#sources mark.d-on")).to_be_focused()
    seen.page.get_by_role("button", name="Back to the answer").click()
    expect(seen.page.locator("a.d-cite").nth(1)).to_be_focused()


def test_an_earlier_answer_keeps_its_sources(visit: Open, running: Running) -> None:
    seen = visit(running)
    answered(seen, WHY)
    answered(seen, "What powers the lighthouse?")
    expect(seen.page.locator("#sources")).not_to_contain_text("Night ferry")
    assert [turn.question for turn in running.town.asked[-1][1]] == [WHY]
    seen.page.locator('a.d-cite[href="#t1-c1-s1"]').click()
    expect(seen.page.locator("#sources .d-for")).to_contain_text(WHY)
    assert highlighted(seen) == FERRY_QUOTE
    seen.page.locator('a.d-cite[href="#t2-c1-s1"]').click()
    expect(seen.page.locator("#sources .d-for")).to_contain_text("What powers the lighthouse?")
    assert highlighted(seen) == "has switched its lighthouse to wind power"


def test_sentences_turn_from_draft_to_checked(visit: Open, launch: Launch, town: Callable[..., Town]) -> None:
    slow = town()
    seen = visit(launch(slow))
    seen.ask("A slow question")
    expect(seen.page.locator(".d-draft")).to_have_text("An unchecked thought")
    expect(seen.page.locator("#sources .d-card")).to_have_count(2)
    expect(seen.page.get_by_role("button", name="Stop")).to_be_visible()
    slow.gate.set()
    expect(seen.page.locator(".d-claim")).to_contain_text("The lighthouse now runs on wind power.")
    expect(seen.page.locator(".d-draft")).to_have_count(0)


def test_an_answer_can_be_stopped(visit: Open, launch: Launch, town: Callable[..., Town]) -> None:
    slow = town()
    seen = visit(launch(slow))
    seen.ask("A slow question")
    expect(seen.page.locator(".d-draft")).to_be_visible()
    seen.page.get_by_role("button", name="Stop").click()
    expect(seen.page.locator(".d-info")).to_contain_text("Stopped")
    expect(seen.page.locator("#question textarea")).to_have_value("A slow question")
    slow.gate.set()
    answered(seen, "What powers the lighthouse?")
    expect(seen.page.locator(".d-info")).to_have_count(0)


def test_hostile_text_stays_text(visit: Open, running: Running) -> None:
    seen = visit(running)
    answered(
        seen, "What is the trap? <img src=x onerror='window.pwned=4'> [q](javascript:window.pwned=5) # <b>Bold</b>"
    )
    expect(seen.page.locator(".d-answer")).to_contain_text('<img src=x onerror="window.pwned=1"> [click](javascript:')
    expect(seen.page.locator(".d-question")).to_contain_text("<b>Bold</b>")
    seen.page.locator("a.d-cite").first.click()
    assert highlighted(seen).startswith("<img src=x onerror=")
    for place in ("#conversation", "#sources"):
        assert seen.page.locator(f"{place} img").count() == 0
        hrefs = seen.page.eval_on_selector_all(f"{place} a", "links => links.map(link => link.getAttribute('href'))")
        assert all(href.startswith("#t") for href in hrefs)
    assert seen.page.evaluate("window.pwned") is None


def test_only_web_addresses_lead_out(visit: Open, running: Running) -> None:
    seen = visit(running)
    answered(seen, WHY)
    links = seen.page.locator(".d-headline a")
    expect(links).to_have_count(1)  # the lighthouse article's address is javascript:
    expect(links).to_have_attribute("href", "https://tern.example/ferry")
    expect(links).to_have_attribute("rel", "noopener noreferrer")


def test_nothing_found_is_a_calm_answer(visit: Open, running: Running) -> None:
    seen = visit(running)
    seen.ask("Is there water on the moon?")
    expect(seen.page.locator(".d-insufficient")).to_contain_text("Nothing in these articles is about the moon.")
    expect(seen.page.locator(".d-error")).to_have_count(0)
    expect(seen.page.locator("#sources")).to_contain_text("Nearest in the collection")


@pytest.mark.parametrize(
    ("question", "told", "hint"),
    [
        ("Something broken", "The index cannot be opened.", "Run dossier rebuild."),
        ("   ", "The question is empty.", "Type a question first."),
        ("long " * 20_000, "The question is far too long.", "fewer than 4,000 characters"),
        ("A defect", "Something went wrong inside Dossier", "terminal"),
    ],
    ids=["error", "empty", "100-kB", "defect"],
)
def test_failures_are_told_and_the_question_stays(
    visit: Open, running: Running, question: str, told: str, hint: str
) -> None:
    seen = visit(running)
    seen.ask(question)
    box = seen.page.locator(".d-error")
    expect(box).to_contain_text(told)
    expect(box).to_contain_text(hint)
    expect(seen.page.locator("#question textarea")).to_have_value(question)
    assert "secret" not in seen.page.content()
    assert "Traceback" not in seen.page.content()
    answered(seen, "What powers the lighthouse?")
    expect(box).to_have_count(0)
    assert running.town.asked[-1][1] == ()  # what failed is not history


def test_a_failed_model_warns_and_the_answer_follows(visit: Open, running: Running) -> None:
    seen = visit(running)
    answered(seen, "What does the model say?")
    expect(seen.page.locator(".d-warning")).to_contain_text("The model at 127.0.0.1:9 does not answer.")
    expect(seen.page.locator(".d-answer")).to_contain_text("The lighthouse now runs on wind power.")
    expect(seen.page.locator(".d-answer")).not_to_contain_text("Half a sentence")


def test_examples_collections_and_a_new_conversation(visit: Open, running: Running) -> None:
    seen = visit(running)
    expect(seen.page.locator("#writer")).to_contain_text("extractive (no language model configured)")
    seen.page.locator("#picker input").click()
    expect(seen.page.get_by_role("option")).to_have_text(
        [re.compile("All collections.*44 articles"), re.compile("harbour.*3 articles"), re.compile("council.*41")]
    )
    seen.page.get_by_role("option").nth(1).click()
    seen.page.get_by_text(WHY).click()
    expect(seen.page.locator("#sources blockquote").first).to_be_visible()
    question, history, scope = running.town.asked[-1]
    assert (question, history, scope.collections) == (WHY, (), ("harbour",))
    seen.page.get_by_role("button", name="New conversation").click()
    expect(seen.page.locator(".d-answer")).to_have_count(0)
    expect(seen.page.locator("#sources .d-card")).to_have_count(0)
    expect(seen.page.get_by_text("Ask your articles")).to_be_visible()


def test_an_empty_home_says_how_to_begin(visit: Open, launch: Launch, town: Callable[..., Town]) -> None:
    bare = town(shelves=[], writer="ollama:llama")
    seen = visit(launch(bare))
    expect(seen.page.locator("#welcome code")).to_have_text("dossier add PATH")
    expect(seen.page.locator("#question")).to_be_hidden()
    expect(seen.page.locator("#writer")).to_have_text("Writer: ollama:llama")


def test_on_a_phone_the_sources_lie_below_and_are_reached(visit: Open, running: Running) -> None:
    seen = visit(running, width=390, height=844)
    answered(seen, WHY)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    talk, sources = seen.page.locator("#talk").bounding_box(), seen.page.locator("#evidence").bounding_box()
    assert talk is not None
    assert sources is not None
    assert sources["y"] >= talk["y"] + talk["height"] - 1
    seen.page.get_by_role("button", name="Source [2]").click()
    assert highlighted(seen) == FUND_QUOTE
    seen.page.get_by_role("button", name="Back to the answer").click()
    expect(seen.page.get_by_role("button", name="Source [2]")).to_be_in_viewport()
