"""How a question was understood as HTML, and what the filters make of typed days: no page is built."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest

from rag.answer import Answer
from rag.constraints import describe
from rag.errors import QuestionError
from rag.scope import UNDERSTANDINGS, Constraints, Scope
from ui.web.conversation import Exchange, messages
from ui.web.understood import Understood, without_repeats

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) ![i](http://evil.example/i.png)\n"
    "# Heading `code` $$x$$ \"quoted\" 'single' </p></div>"
)
EVERYTHING = Constraints(
    collections=("news",), outlets=("Courier",), authors=("Ada Quist",), languages=("en",), since=date(2023, 3, 1),
    until=date(2023, 3, 31), as_of=date(2023, 4, 2), quotes=("night ferry",), without=("bus",), latest=True,
    unresolved=("since the election",), searched=1_400,
    phrases={"dates": "in March", "outlet": "according to the Courier", "author": "by Ada Quist",
             "quote": "“night ferry”", "without": "without bus", "latest": "latest"},
)  # fmt: skip


def visible(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def told(constraints: Constraints, question: str = "q?", standalone: str = "q?", **more: object) -> str:
    given = {"newest": True, **more}
    return Understood("t1", question, standalone, constraints.as_json(), **given).html()  # type: ignore[arg-type]


def test_everything_that_was_understood_is_told() -> None:
    markup = told(EVERYTHING, standalone="The ferry? q?")
    lines = [visible(line) for line in re.findall(r'<p class="d-meta">(.*?)</p>', markup)]
    assert lines == [
        "Searched for: The ferry? q? Edit the question and ask it on its own",
        "Searched: 2023-03-01 … 2023-03-31 · as of 2023-04-02 · Courier · Ada Quist · en · the words “night ferry” · "
        "without “bus” · newest first · 1,400 articles",
        "“since the election” was not understood as a time.",
    ]
    assert re.findall(r'href="#t1-off-([^"]*)"', markup) == list(UNDERSTANDINGS)


def test_nothing_is_said_where_nothing_was_understood() -> None:
    assert Understood("t1", "q?", "q?", {}).html() == ""
    assert visible(told(Constraints(searched=1))) == "Searched: 1 article"
    assert "Searched for" not in told(Constraints(), standalone="q? ")


@pytest.mark.parametrize(
    ("since", "until", "window"),
    [
        (date(2023, 3, 1), date(2023, 3, 1), "2023-03-01"),
        (date(2023, 3, 1), None, "since 2023-03-01"),
        (None, date(2023, 3, 1), "until 2023-03-01"),
    ],
)
def test_windows(since: date | None, until: date | None, window: str) -> None:
    assert visible(told(Constraints(since=since, until=until, searched=2))) == f"Searched: {window} · 2 articles"


def test_what_is_off_can_be_switched_on_again() -> None:
    markup = told(Constraints(), off=frozenset({"dates", "follow_up"}))
    assert re.findall(r'href="#t1-([^"]*)"', markup) == ["on-dates", "on-follow_up"]


def test_only_the_newest_finished_question_can_be_asked_again() -> None:
    for markup in (told(EVERYTHING, newest=False), told(EVERYTHING, finished=False)):
        assert "d-chip" in markup
        assert "href" not in markup
    done = [Exchange(n, Answer("q?", "q?", "insufficient", constraints=EVERYTHING.as_json())) for n in (1, 2)]
    bubbles = [message["content"] for message in messages(done) if message["role"] == "assistant"]
    assert ["href" in bubble for bubble in bubbles] == [False, True]
    assert "href" not in "".join(message["content"] for message in messages(done, closed=True))


def test_hostile_words_stay_words() -> None:
    nasty = Constraints(
        collections=(HOSTILE,), outlets=(HOSTILE,), authors=(HOSTILE,), languages=(HOSTILE,), articles=(HOSTILE,),
        quotes=(HOSTILE,), without=(HOSTILE,), unresolved=(HOSTILE,), phrases=dict.fromkeys(UNDERSTANDINGS, HOSTILE),
    )  # fmt: skip
    for finished in (True, False):
        markup = told(nasty, HOSTILE, f"{HOSTILE} again", finished=finished)
        assert {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z][\w-]*)", markup)} <= {"div", "p", "span", "a"}
        assert "\n" not in markup
        assert not re.search(r"<[^>]*\son\w+\s*=", markup)
        assert all(href.startswith("#t1-") for href in re.findall(r'href="([^"]*)"', markup))
        assert "&#60;script" in markup
    long = told(Constraints(phrases={"dates": "day " * 1_000}))
    assert len(visible(long)) < 300


def test_a_kind_that_is_not_known_makes_no_chip() -> None:
    markup = Understood("t1", "q?", "q?", {"phrases": {"mood": "sadly"}, "tone": 1}, newest=True).html()
    assert markup == ""


def test_constraints_come_back_from_json() -> None:
    assert Constraints.from_json(EVERYTHING.as_json()) == EVERYTHING
    assert Constraints.from_json({}) == Constraints()


def test_a_note_does_not_repeat_what_was_searched() -> None:
    for found in (True, False):
        note = f"Nearest: “A”. {describe(EVERYTHING, found)}"
        assert "Searched" not in without_repeats(note, EVERYTHING.as_json())
        assert without_repeats(note, EVERYTHING.as_json()).startswith("Nearest: “A”.")
    bare = Constraints()
    assert without_repeats(describe(bare, False), bare.as_json()) == describe(bare, False)
    assert without_repeats("Something else.", {}) == "Something else."


@pytest.fixture
def filters() -> object:
    pytest.importorskip("gradio", reason="gradio is not installed")
    from ui.web import filters

    return filters


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        (" 2024-02 ", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-03", date(2024, 2, 3), date(2024, 2, 3)),
        ("", None, None),
        (None, None, None),
    ],
)
def test_typed_days(filters, typed: str | None, first: date | None, last: date | None) -> None:  # type: ignore[no-untyped-def]
    assert filters.day(typed, "From") == first
    assert filters.day(typed, "To") == filters.day(typed, "As of") == last


@pytest.mark.parametrize(
    "typed", ["24", "2024-13", "2024-02-30", "2024-2", "0000", "٢٠٢٤", "2024-01-01T10", "x" * 9_999, "9999-99", "-1"]
)
def test_what_is_no_date_is_told(filters, typed: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QuestionError, match="is not a date") as caught:
        filters.day(typed, "To")
    assert len(str(caught.value)) < 150


def test_a_scope_of_the_filters(filters) -> None:  # type: ignore[no-untyped-def]
    assert filters.scope_of("*", [None, [], [], "", "", ""]) == Scope()
    chosen = [["Courier"], ["Ada"], ["en"], "2023", "2023-04", "2024"]
    assert filters.scope_of("news", chosen) == Scope(
        collections=("news",), outlets=("Courier",), authors=("Ada",), languages=("en",), since=date(2023, 1, 1),
        until=date(2023, 4, 30), as_of=date(2024, 12, 31),
    )  # fmt: skip
    for wrong in (["2024", "2023", ""], ["2024", "", "2023"]):
        with pytest.raises(QuestionError, match="is later than"):
            filters.scope_of(None, [[], [], [], *wrong])
