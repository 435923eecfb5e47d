"""One story once: which of the reprints speaks, what it says of the others, and what stays beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from builders import FERRY, LIGHTHOUSE, source

from corpus.article import Dated, SourceArticle
from rag import Assistant
from rag.answer import Evidence, Reprint
from rag.scope import Scope

Build = Callable[..., Assistant]

PARAGRAPHS = [
    "The harbour board of Vessel Point voted on Tuesday to lengthen the northern quay by 140 metres, after three years "
    "of argument about who should bear the cost of the work.",
    "Ada Quist, the mayor, said that the town could not afford to wait, because two shipping lines had threatened to "
    "call at Orrin instead if their larger vessels found no berth.",
    "Fishermen protested outside the hall. Their cooperative fears that dredging will drive the herring away from the "
    "shallows in which they have spawned for as long as anybody remembers.",
    "The work is to begin in March and to last for twenty months. Blue Tern Lines, which runs the ferry, has offered a "
    "loan of 2.4 million crowns towards it.",
]
QUAY = "\n\n".join(PARAGRAPHS)
ADDED = (
    "Readers of the Echo were asked on Wednesday whether they would pay a higher toll for the quay, and of the 812 who "
    "replied to the survey no fewer than 511 said that under no circumstances would they do so."
)
BRIEF = "A survey of readers found 511 opposed to a toll."
QUESTION = "By how many metres will the northern quay of Vessel Point be lengthened?"


def copy(name: str, day: str | None, outlet: str, text: str = QUAY, **more: Any) -> SourceArticle:
    published = Dated(day) if day else None
    return source(text, name, outlet=outlet, published=published, url=f"https://{name}.example/quay", **more)


COURIER = copy("courier", "2024-03-05", "The Courier")
ECHO = copy("echo", "2024-03-06", "The Echo")
RADIO = copy("radio", None, "Radio Orrin")
COPIES = [COURIER, ECHO, RADIO]


def names(found: Any) -> list[str]:
    return [item.article for item in found]


def reprints(item: Evidence) -> list[str]:
    return [reprint.article for reprint in item.reprints]


def about_the_quay(found: Any) -> list[Evidence]:
    return [item for item in found if "northern quay" in item.text]


@pytest.mark.parametrize("order", list(permutations(COPIES)), ids=lambda order: "-".join(names_of(order)))
def test_reprints_appear_once_as_the_earliest_that_names_the_others(
    assistant: Build, order: tuple[SourceArticle, ...]
) -> None:
    opened = assistant(articles=[*order, source()])
    (item,) = about_the_quay(opened.search(QUESTION))
    assert (item.article, item.outlet, item.published) == ("courier", "The Courier", "2024-03-05")
    assert item.reprints == (
        Reprint("echo", "About echo", "The Echo", "2024-03-06", "https://echo.example/quay"),
        Reprint("radio", "About radio", "Radio Orrin", None, "https://radio.example/quay"),
    )
    assert opened.article("sound", item.article, item.version).text[item.start : item.end] == item.text


def names_of(articles: Any) -> list[str]:
    return [article.id for article in articles]


def test_no_passage_of_a_story_appears_twice(assistant: Build) -> None:
    found = assistant(articles=[*COPIES, source()]).search(f"{QUESTION} Who protested, and what did Ada Quist say?")
    assert sorted(item.text for item in found if item.article != "light") == sorted(PARAGRAPHS)
    assert set(names(found)) == {"courier", "light"}


def test_trimmed_and_retitled_copies_are_the_same_story(assistant: Build) -> None:
    trimmed = copy("brief", "2024-03-07", "The Echo", "\n\n".join(PARAGRAPHS[:3]), title="Longer quay for the harbour")
    (item,) = about_the_quay(assistant(articles=[trimmed, COURIER]).search(QUESTION))
    assert (item.article, reprints(item)) == ("courier", ["brief"])


def test_an_article_of_which_there_is_no_copy_names_none(assistant: Build) -> None:
    found = assistant(articles=[COURIER, source(), source(FERRY, "ferry")]).search(QUESTION)
    assert all(item.reprints == () for item in found)


@pytest.mark.parametrize(
    ("scope", "speaks", "others"),
    [
        (Scope(outlets=("The Echo",)), "echo", ["courier", "radio"]),
        (Scope(outlets=("radio orrin",)), "radio", ["courier", "echo"]),
        (Scope(outlets=("The Echo", "Radio Orrin")), "echo", ["courier", "radio"]),
        (Scope(since=date(2024, 3, 6)), "echo", ["courier", "radio"]),
        (Scope(articles=("radio",)), "radio", ["courier", "echo"]),
        (Scope(articles=("radio", "courier")), "courier", ["echo", "radio"]),
    ],
)
def test_under_a_filter_the_first_copy_within_speaks(
    assistant: Build, scope: Scope, speaks: str, others: list[str]
) -> None:
    (item,) = about_the_quay(assistant(articles=COPIES).search(QUESTION, scope=scope))
    assert (item.article, reprints(item)) == (speaks, others)


def test_an_outlet_named_in_the_question_speaks_for_itself(assistant: Build) -> None:
    question = "By how many metres will the quay be lengthened, according to the Echo?"
    assert set(names(assistant(articles=COPIES).search(question))) == {"echo"}


def test_what_was_published_later_is_no_reprint_yet(assistant: Build) -> None:
    """On that day nobody could know of it."""
    (item,) = about_the_quay(assistant(articles=COPIES).search(QUESTION, scope=Scope(as_of=date(2024, 3, 5))))
    assert item.article == "courier"
    assert "echo" not in reprints(item)


@pytest.mark.parametrize("added", [ADDED, BRIEF], ids=["long", "short"])
@pytest.mark.parametrize(
    "question", ["What did the survey of readers find about a toll?", f"{QUESTION} And the survey?"]
)
def test_what_only_one_copy_added_is_found_beside_the_original(assistant: Build, added: str, question: str) -> None:
    """A short addition shares its passage with a paragraph of the original; it is no less an addition."""
    found = assistant(articles=[COURIER, replace(ECHO, text=f"{QUAY}\n\n{added}"), RADIO]).search(question)
    assert {item.article for item in found if "511" in item.text} == {"echo"}
    assert {item.article for item in about_the_quay(found)} == {"courier"}


def test_an_addition_in_the_middle_is_found_too(assistant: Build) -> None:
    longer = "\n\n".join([*PARAGRAPHS[:2], BRIEF, *PARAGRAPHS[2:]])
    found = assistant(articles=[COURIER, replace(ECHO, text=longer)]).search("What did the survey of readers find?")
    assert any("511" in item.text for item in found)


def test_different_articles_on_the_same_fact_stay_apart(assistant: Build) -> None:
    other = copy(
        "leader",
        "2024-03-07",
        "The Echo",
        "That the northern quay of Vessel Point will be lengthened by 140 metres is good news for nobody but Blue Tern "
        "Lines. The board should have asked the fishermen first, and the voters of the town after them.",
    )
    found = about_the_quay(assistant(articles=[COURIER, other]).search(QUESTION))
    assert sorted(names(found)) == ["courier", "leader"]
    assert all(item.reprints == () for item in found)


def test_two_stories_with_their_copies_stay_apart(assistant: Build) -> None:
    storm = (
        "A storm brought down the mast of the lighthouse on Thursday night. The keeper, Ottoline Marrek, was unhurt, "
        "and said that the lamp would be lit again within a week, quay or no quay."
    )
    storms = [copy("storm", "2024-03-02", "The Echo", storm), copy("storm-2", "2024-03-03", "The Courier", storm)]
    found = assistant(articles=[*COPIES, *storms]).search("What of the northern quay, the storm and the lighthouse?")
    told = {item.article: reprints(item) for item in found}
    assert told == {"courier": ["echo", "radio"], "storm": ["storm-2"]}


def test_the_outlet_that_the_copies_credit_speaks_though_it_is_dated_later(assistant: Build) -> None:
    crediting = replace(
        ECHO, text=f"{QUAY}\n\nThis article first appeared in The Courier.", published=Dated("2024-03-01")
    )
    (item,) = about_the_quay(assistant(articles=[crediting, COURIER]).search(QUESTION))
    assert (item.article, reprints(item)) == ("courier", ["echo"])


def test_without_its_original_a_story_is_told_by_the_next(assistant: Build) -> None:
    opened = assistant(articles=COPIES)
    opened.delete("sound", "courier")
    (item,) = about_the_quay(opened.search(QUESTION))
    assert (item.article, reprints(item)) == ("echo", ["radio"])


def test_a_copy_that_does_not_answer_yet_is_no_reprint(assistant: Build) -> None:
    opened = assistant(articles=[COURIER, ECHO])
    opened.catalog.put("sound", [RADIO])
    (item,) = about_the_quay(opened.search(QUESTION))
    assert reprints(item) == ["echo"]
    opened.index()
    (item,) = about_the_quay(opened.search(QUESTION))
    assert reprints(item) == ["echo", "radio"]


def test_a_version_that_does_not_answer_yet_does_not_speak_for_its_copies(assistant: Build) -> None:
    opened = assistant(articles=[replace(COURIER, text="\n\n".join(PARAGRAPHS[1:])), ECHO])
    opened.catalog.put("sound", [COURIER])  # now with the paragraph that is asked for
    (item,) = about_the_quay(opened.search(QUESTION))
    assert item.article == "echo"
    opened.index()
    (item,) = about_the_quay(opened.search(QUESTION))
    assert item.article == "courier"


def test_the_same_words_in_two_collections_appear_once(assistant: Build) -> None:
    opened = assistant(articles=[COURIER, source()])
    opened.catalog.put("harbour", [ECHO, source(LIGHTHOUSE, "another")])
    opened.index()
    found = opened.search(f"{QUESTION} And the lighthouse of Vennholm?", limit=20)
    texts = [item.text for item in found]
    assert sorted(texts) == sorted([*PARAGRAPHS, LIGHTHOUSE])
    assert all(item.reprints == () for item in found)  # a collection keeps its stories to itself
    only = opened.search(QUESTION, scope=Scope(collections=("harbour",)))
    assert {item.collection for item in only} == {"harbour"}


def test_reprints_do_not_take_the_places_of_other_articles(assistant: Build) -> None:
    copies = [copy(f"copy-{number}", f"2024-03-{number + 10}", f"Outlet {number}") for number in range(12)]
    leaders = [
        source(
            f"Leader {number}: the northern quay of Vessel Point is too long, says voice {number}.", f"leader-{number}"
        )
        for number in range(5)
    ]
    found = assistant(articles=[*copies, *leaders]).search(QUESTION, limit=6)
    assert {item.article for item in about_the_quay(found)} == {"copy-0", *names_of(leaders)}
    assert len(found) == 6


def test_an_answer_cites_the_original(assistant: Build) -> None:
    answer = assistant(articles=COPIES).ask(QUESTION)
    assert answer.status == "answered"
    assert {cited.outlet for cited in answer.citations} == {"The Courier"}
    assert {reprint.outlet for reprint in answer.evidence[0].reprints} == {"The Echo", "Radio Orrin"}
