"""How a question was understood, and the filters, as a visitor meets them: in Chromium, over a scripted assistant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from rag.scope import Scope

if TYPE_CHECKING:
    from conftest import Running, Town, Visit

    Open = Callable[..., Visit]
    Launch = Callable[[Town], Running]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect: Any = sync_api.expect
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:.*(no_silent_downcasting|copy keyword).*")]

WHY = "Why did the night ferry end in March 2023?"
AND = "And what powers the lighthouse in March 2023?"
HOSTILE = '<img src=x onerror="window.pwned=6"> [q](javascript:window.pwned=7)'


def asked(visit: Visit, question: str) -> None:
    """Asks and waits for the finished answer."""
    visit.ask(question)
    expect(visit.page.locator(".d-question").last).to_have_text(question)
    finished(visit)


def finished(visit: Visit) -> None:
    expect(visit.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(visit.page.locator(".d-live")).to_have_count(0)


def chips(visit: Visit) -> list[str]:
    """The newest answer's chips, without their switches."""
    told = visit.page.locator(".d-understood").last.locator(".d-chip").all()
    kinds = [" ".join(chip.locator(".d-chip-kind, .d-chip-words").all_inner_texts()) for chip in told]
    return [kind.strip() for kind in kinds]


def switch(visit: Visit, kind: str) -> Any:
    return visit.page.locator(".d-chip", has_text=kind).last.locator("a.d-switch")


def day(visit: Visit, label: str) -> Any:
    return visit.page.get_by_role("textbox", name=label, exact=True)


def opened_filters(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Filters").click()
    expect(day(visit, "From")).to_be_visible()


def test_an_answer_says_how_its_question_was_understood(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, "Why did the night ferry end in March 2023 according to Coast Weekly and since the election?")
    told = seen.page.locator(".d-understood")
    expect(told).to_contain_text(
        "Searched: 2023-03-01 … 2023-03-31 · Coast Weekly and since the election · 14 articles"
    )
    expect(told).to_contain_text("“since the election” was not understood as a time.")
    expect(told).not_to_contain_text("Searched for:")
    assert chips(seen) == ["Dates in March 2023", "Outlet according to Coast Weekly and since the election"]
    asked(seen, AND)
    expect(told.last).to_contain_text(f"according to Coast Weekly and since the election? {AND}")
    expect(told.last).to_contain_text("Searched for:")
    assert chips(seen) == ["Dates in March 2023", "Follow-up"]
    expect(told.first.locator("a.d-switch")).to_have_count(0)  # only the newest question can be asked again


def test_a_chip_asks_again_without_it_and_with_it(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, WHY)
    asked(seen, AND)
    switch(seen, "Dates").click()
    expect(seen.page.locator(".d-understood").last).to_contain_text("44 articles")
    finished(seen)
    question, history, scope = running.town.asked[-1]
    assert (question, scope) == (AND, Scope(off=frozenset({"dates"})))
    assert [turn.question for turn in history] == [WHY]
    expect(seen.page.locator(".d-question")).to_have_count(2)  # the answer took the other one's place
    assert chips(seen) == ["Follow-up", "Dates ignored"]
    switch(seen, "Follow-up").press("Enter")
    expect(seen.page.locator(".d-understood").last).not_to_contain_text("Searched for:")
    finished(seen)
    assert running.town.asked[-1][2].off == {"dates", "follow_up"}
    expect(seen.page.locator("#question textarea")).to_be_focused()
    switch(seen, "Dates").press("Space")
    expect(seen.page.locator(".d-understood").last).to_contain_text("14 articles")
    finished(seen)
    assert running.town.asked[-1][2].off == {"follow_up"}
    asked(seen, "What powers the lighthouse?")
    assert running.town.asked[-1][2] == Scope()
    assert [turn.question for turn in running.town.asked[-1][1]] == [WHY, AND]


def test_asking_again_can_be_stopped_and_keeps_the_answer(
    visit: Open, launch: Launch, town: Callable[..., Town]
) -> None:
    slow = town()
    seen = visit(launch(slow))
    slow.gate.set()
    asked(seen, "A slow question in March 2023")
    slow.gate.clear()
    switch(seen, "Dates").click()
    expect(seen.page.locator(".d-draft")).to_be_visible()
    expect(seen.page.locator(".d-live .d-understood")).to_contain_text("Searched: 44 articles")
    expect(seen.page.locator("a.d-switch")).to_have_count(0)
    seen.page.locator("#question textarea").fill("Typed meanwhile")
    seen.page.get_by_role("button", name="Stop").click()
    expect(seen.page.locator(".d-info")).to_contain_text("The answer before it is kept.")
    expect(seen.page.locator(".d-claim")).to_contain_text("The lighthouse now runs on wind power.")
    expect(seen.page.locator("#question textarea")).to_have_value("Typed meanwhile")
    expect(seen.page.locator("#sources blockquote")).to_have_count(1)
    slow.gate.set()
    expect(switch(seen, "Dates")).to_be_visible()


def test_an_edited_question_is_asked_on_its_own(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, WHY)
    asked(seen, AND)
    box = seen.page.locator("#question textarea")
    seen.page.get_by_role("button", name="Edit the question and ask it on its own").click()
    expect(box).to_have_value(f"{WHY} {AND}")
    expect(box).to_be_focused()
    expect(seen.page.locator("#alone")).to_contain_text("Asked on its own, without the conversation.")
    asked(seen, "And what powers the lighthouse now?")
    assert running.town.asked[-1][2] == Scope(off=frozenset({"follow_up"}))
    expect(seen.page.locator(".d-alone")).to_have_count(0)
    assert chips(seen) == ["Follow-up ignored"]
    asked(seen, "And who paid for the lighthouse?")
    assert running.town.asked[-1][2] == Scope()  # only that one question
    seen.page.locator("a.d-edit").last.press("Enter")
    seen.page.get_by_role("button", name="Use the conversation").click()
    expect(seen.page.locator(".d-alone")).to_have_count(0)
    seen.ask("And who climbs the lighthouse?")
    finished(seen)
    assert running.town.asked[-1][2] == Scope()


def test_filters_travel_with_every_question_until_cleared(visit: Open, running: Running) -> None:
    seen = visit(running)
    expect(day(seen, "From")).to_be_hidden()
    opened_filters(seen)
    expect(day(seen, "From")).to_have_attribute("placeholder", "2023-01-05")
    outlets = seen.page.get_by_role("combobox", name="Outlets")
    outlets.click()
    expect(seen.page.get_by_role("option")).to_contain_text(["Coast Weekly", "Council", "<img src=x", "The Orrin Post"])
    outlets.press("Enter")
    expect(seen.page.get_by_role("button", name="Filters (1 set)")).to_be_visible()
    outlets.fill("Orrin")
    outlets.press("Enter")
    outlets.press("Escape")
    day(seen, "From").fill("2023")
    day(seen, "To").fill("2023-02")
    day(seen, "As of").fill("2024-03-05")
    day(seen, "As of").press("Enter")
    expect(seen.page.get_by_role("button", name="Filters (4 set)")).to_be_visible()
    narrow = Scope(
        outlets=("Coast Weekly", "The Orrin Post"),
        since=date(2023, 1, 1),
        until=date(2023, 2, 28),
        as_of=date(2024, 3, 5),
    )
    for question in ("Why did the ferry end?", "What powers the lighthouse?"):
        asked(seen, question)
        assert running.town.asked[-1][2] == narrow
    expect(seen.page.locator(".d-understood").last).to_contain_text("as of 2024-03-05 · Coast Weekly or The Orrin Post")
    seen.page.get_by_role("button", name="Clear", exact=True).last.click()
    expect(seen.page.locator("#filters .label-wrap span").first).to_have_text("Filters")
    expect(day(seen, "From")).to_have_value("")
    asked(seen, "Why did it end?")
    assert running.town.asked[-1][2] == Scope()


def test_a_bad_date_is_told_and_nothing_is_asked(visit: Open, running: Running) -> None:
    seen = visit(running)
    opened_filters(seen)
    told = seen.page.locator("#filters-told")
    before = len(running.town.asked)
    for text, message in (
        ("March", "“March” in “From” is not a date."),
        ("2023-02-30", "“2023-02-30” in “From” is not a date."),
        ("0000", "“0000” in “From” is not a date."),
        (HOSTILE, "<img src=x onerror="),
    ):
        day(seen, "From").fill(text)
        day(seen, "From").press("Tab")
        expect(told).to_contain_text(message)
        expect(told).to_contain_text("Write a date as 2024, 2024-03 or 2024-03-15.")
    seen.ask(WHY)
    expect(seen.page.locator(".d-error")).to_contain_text("in “From” is not a date.")
    expect(seen.page.locator("#question textarea")).to_have_value(WHY)
    day(seen, "From").fill("2024")
    day(seen, "To").fill("2023")
    day(seen, "To").press("Tab")
    expect(told).to_contain_text("“From” (2024-01-01) is later than “To” (2023-12-31).")
    assert len(running.town.asked) == before
    assert seen.page.evaluate("window.pwned") is None
    assert "Traceback" not in seen.page.content()


def test_another_collection_has_other_choices(visit: Open, running: Running) -> None:
    seen = visit(running)
    opened_filters(seen)
    outlets = seen.page.get_by_role("combobox", name="Outlets")
    outlets.click()
    outlets.press("Enter")
    outlets.press("Escape")
    expect(seen.page.get_by_role("button", name="Filters (1 set)")).to_be_visible()
    seen.page.locator("#picker input").click()
    seen.page.get_by_role("option").filter(has_text="council (41").click()
    expect(seen.page.locator("#filters .label-wrap span").first).to_have_text("Filters")
    expect(seen.page.get_by_role("combobox", name="Authors")).to_be_hidden()
    asked(seen, WHY)
    assert running.town.asked[-1][2] == Scope(collections=("council",))


def test_reprints_are_folded_under_their_source(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, WHY)
    folded = seen.page.locator(".d-reprints")
    expect(folded).to_have_count(1)
    expect(folded.locator("summary")).to_have_text("and 2 reprints")
    expect(folded.locator("li").first).to_be_hidden()
    folded.locator("summary").press("Enter")
    expect(folded.locator("li").first).to_contain_text("Coast Weekly · 29 April 2024")
    expect(folded.locator("a")).to_have_attribute("href", "https://coast.example/last")
    asked(seen, "What is the trap?")
    expect(folded.locator("summary")).to_have_text("and 1 reprint")
    expect(folded.locator("a, img")).to_have_count(0)
    assert seen.page.evaluate("window.pwned") is None


def test_bubbles_are_not_read_aloud_as_markup(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, WHY)
    expect(seen.page.locator("#conversation [data-testid=bot]")).to_have_count(1)
    expect(seen.page.locator("#conversation [data-testid][aria-label]")).to_have_count(0)


def test_hostile_words_in_a_chip_stay_words(visit: Open, running: Running) -> None:
    seen = visit(running)
    asked(seen, f"Why according to {HOSTILE}")
    asked(seen, "And why in March 2023?")
    told = seen.page.locator(".d-understood")
    expect(told.first.locator(".d-chip-words")).to_contain_text("<img src=x onerror=")
    expect(told.last).to_contain_text("[q](javascript:window.pwned=7)")
    expect(told.locator("img")).to_have_count(0)
    seen.page.locator("a.d-edit").click()
    expect(seen.page.locator("#question textarea")).to_have_value(f"Why according to {HOSTILE} And why in March 2023?")
    assert seen.page.evaluate("window.pwned") is None


def test_understanding_and_filters_fit_a_phone(visit: Open, running: Running) -> None:
    seen = visit(running, width=360, height=740)
    asked(seen, WHY)
    asked(seen, f"And why in March 2023 according to {'Orrin' * 30}?")
    opened_filters(seen)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    for part in (".d-chip", "#filters .block", "#clear-filters"):
        for place in seen.page.locator(part).all():
            box = place.bounding_box()
            assert box is None or box["x"] + box["width"] <= 360
