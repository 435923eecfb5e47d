"""Filters through `search`: exact, alone and together, and no question that breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from builders import FERRY, LIGHTHOUSE, build_assistant, source
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Dated, SourceArticle
from corpus.directory import folded
from rag import Assistant, Turn
from rag.answer import Findings
from rag.errors import QuestionError, UnknownCollection
from rag.question import LONGEST_QUESTION
from rag.scope import UNDERSTANDINGS, Scope

Build = Callable[..., Assistant]
MARCH = Scope(since=date(2023, 3, 1), until=date(2023, 3, 31))


def article(name: str, text: str, published: str | None = None, **more: Any) -> SourceArticle:
    return source(text, name, published=Dated(published) if published else None, **more)


def toll(name: str, crowns: str, published: str | None = None, **more: Any) -> SourceArticle:
    """Articles that are as like as can be, and still are no copies."""
    return article(name, f"The toll for the quay is {crowns} crowns.", published, title="The toll", **more)


TOLLS = (
    toll("march", "three", "2023-03-08", outlet="The Courier", authors=("Ada Quist",), language="en"),
    toll("april", "four", "2023-04-08", outlet="The Courier", authors=("Jan Hus",), language="en-GB"),
    toll("echo", "five", "2023-03-31", outlet="Žďár Echo", authors=("Jan Hus", "Ada Quist"), language="de"),
    toll("year", "six", "2023", outlet="Žďár Echo", language="de"),
    toll("undated", "seven"),
)
QUESTION = "How many crowns is the toll for the quay?"
EVERYTHING = {item.id for item in TOLLS}


@pytest.fixture(scope="module")
def tolls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The articles above; tests only ask."""
    with closing(build_assistant(tmp_path_factory.mktemp("tolls"), articles=TOLLS)) as opened:
        yield opened


def names(found: Findings) -> set[str]:
    return {item.article for item in found}


# Alone and together


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), EVERYTHING),
        (Scope(outlets=("the courier",)), {"march", "april"}),
        (Scope(outlets=("zdar echo",)), {"echo", "year"}),
        (Scope(outlets=("The Courier", "Žďár Echo")), EVERYTHING - {"undated"}),
        (Scope(authors=("ADA QUIST",)), {"march", "echo"}),
        (Scope(languages=("en",)), {"march", "april"}),
        (Scope(languages=("en-GB",)), {"april"}),
        (Scope(articles=("march", "undated")), {"march", "undated"}),
        (MARCH, {"march", "echo"}),
        (Scope(since=date(2023, 3, 31)), {"april", "echo"}),
        (Scope(until=date(2023, 3, 31)), {"march", "echo"}),
        (Scope(since=date(2023, 1, 1)), EVERYTHING - {"undated"}),
        (Scope(as_of=date(2023, 3, 31)), EVERYTHING - {"april"}),
        (Scope(as_of=date(2022, 12, 31)), {"undated"}),
        (Scope(as_of=date(2023, 3, 31), since=date(2023, 3, 1)), {"march", "echo"}),
        (Scope(outlets=("The Courier",), authors=("Ada Quist",), languages=("en",)), {"march"}),
        (Scope(outlets=("Žďár Echo",), since=date(2023, 3, 1), until=date(2023, 3, 31)), {"echo"}),
        (Scope(outlets=("The Courier",), languages=("de",)), set()),
        (Scope(outlets=("Courier",)), {"march", "april"}),
        (Scope(articles=("none",)), set()),
        (Scope(collections=("sound",), articles=("year",)), {"year"}),
    ],
)
def test_a_search_finds_what_meets_all_filters_and_nothing_else(
    tolls: Assistant, scope: Scope, found: set[str]
) -> None:
    findings = tolls.search(QUESTION, scope=scope)
    assert names(findings) == found
    assert findings.constraints.searched == len(found)
    assert f"{len(found)} article" in findings.note
    assert [item.marker for item in findings] == list(range(1, len(found) + 1))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How many crowns was the toll for the quay in March 2023?", {"march", "echo"}),
        ("How many crowns is the toll for the quay, according to the Courier?", {"march", "april"}),
        ("What does the article by Ada Quist say of the toll?", {"march", "echo"}),
        ("What did the Courier report on the toll in March 2023?", {"march"}),
        ("How many crowns was the toll for the quay in 2023?", EVERYTHING),
    ],
)
def test_what_a_question_asks_for_is_as_exact(tolls: Assistant, question: str, found: set[str]) -> None:
    findings = tolls.search(question)
    assert names(findings) == found
    assert findings.constraints.searched == len(found)


def test_a_window_in_the_question_is_cut_to_the_callers(tolls: Assistant) -> None:
    scope = Scope(since=date(2023, 3, 20))
    assert names(tolls.search("How many crowns was the toll in March 2023?", scope=scope)) == {"echo"}
    everything = Scope(off=frozenset({"dates"}))
    assert names(tolls.search("How many crowns was the toll in March 2023?", scope=everything)) == EVERYTHING


def test_collections_are_searched_as_the_scope_says(assistant: Build) -> None:
    opened = assistant(articles=TOLLS[:1])
    for name, number in (("harbour", 1), ("island", 2)):
        opened.catalog.put(name, [TOLLS[number]])
    opened.index()
    assert names(opened.search(QUESTION)) == {"march", "april", "echo"}
    assert names(opened.search(QUESTION, scope=Scope(collections=("sound", "island")))) == {"march", "echo"}
    assert names(opened.search(QUESTION, scope=Scope(collections=("sound",)), collection="island")) == {"echo"}
    assert opened.search(QUESTION).constraints.searched == 3
    with pytest.raises(UnknownCollection):
        opened.search(QUESTION, scope=Scope(collections=("sound", "none")))


def test_an_answer_keeps_to_the_scope(tolls: Assistant) -> None:
    answer = tolls.ask(QUESTION, scope=Scope(articles=("echo",)))
    assert answer.status == "answered"
    assert {cited.article for cited in answer.citations} == {"echo"}
    assert answer.constraints["articles"] == ["echo"]
    assert answer.constraints["searched"] == 1
    assert tolls.ask(QUESTION, scope=Scope(outlets=("none",))).status == "insufficient"


# Exact however much lies outside


def test_a_filter_finds_the_one_weak_article_behind_hundreds_of_better_ones(assistant: Build) -> None:
    """Filters come before the search: what is outside takes no place among the candidates."""
    outside = [
        toll(f"outside-{number}", f"{number} and again {number}", "2023-04-08", outlet="The Courier")
        for number in range(300)
    ]
    inside = article("inside", "Somebody mentioned crowns.", "2023-03-08", outlet="The Echo", authors=("Jan Hus",))
    opened = assistant(articles=[*outside[:150], inside, *outside[150:]])
    assert "inside" not in names(opened.search(QUESTION, limit=50))
    for scope in (MARCH, Scope(outlets=("the echo",)), Scope(authors=("Jan Hus",)), Scope(articles=("inside",))):
        findings = opened.search(QUESTION, scope=scope)
        assert names(findings) == {"inside"}
        assert findings.constraints.searched == 1
    assert names(opened.search(f"{QUESTION} In March 2023, according to the Echo?")) == {"inside"}


def test_a_quotation_and_an_exclusion_are_exact_behind_hundreds_too(assistant: Build) -> None:
    outside = [toll(f"outside-{number}", f"{number} and again {number}") for number in range(300)]
    opened = assistant(articles=[*outside, article("inside", "In Orrin somebody mentioned gold crowns, once.")])
    assert names(opened.search("Which quay has a toll of “gold crowns”?")) == {"inside"}
    assert names(opened.search("toll for the quay crowns -toll")) == {"inside"}


# Nothing within


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope(since=date(1999, 1, 1), until=date(1999, 12, 31)), "from 1999-01-01 to 1999-12-31"),
        (Scope(since=date(2024, 1, 1)), "since 2024-01-01"),
        (Scope(until=date(1999, 12, 31)), "by 1999-12-31"),
        (Scope(outlets=("The Times",)), "The Times"),
    ],
)
def test_where_nothing_is_within_the_note_says_so(tolls: Assistant, scope: Scope, told: str) -> None:
    findings = tolls.search(QUESTION, scope=scope)
    assert len(findings) == 0
    assert findings.constraints.searched == 0
    assert findings.note.startswith("Nothing in the collection ")
    assert told in findings.note
    answer = tolls.ask(QUESTION, scope=scope)
    assert (answer.status, answer.evidence, answer.text) == ("insufficient", (), findings.note)


def test_an_empty_window_of_the_question_is_told(tolls: Assistant) -> None:
    findings = tolls.search("How many crowns was the toll last week?")
    assert (len(findings), findings.constraints.searched) == (0, 0)
    assert findings.note.startswith("Nothing in the collection was published from ")
    assert findings.constraints.phrases["dates"] == "last week"


def test_nothing_is_said_of_a_window_that_only_another_filter_empties(tolls: Assistant) -> None:
    note = tolls.search(QUESTION, scope=Scope(since=date(2023, 3, 1), outlets=("The Times",))).note
    assert "was published since" not in note
    assert "meets these filters" in note


def test_where_nothing_is_dated_the_question_is_still_searched(assistant: Build) -> None:
    findings = assistant(articles=[source(), source(FERRY, "ferry")]).search("Which ferry was stopped last week?")
    assert findings[0].article == "ferry"
    assert findings.constraints.unresolved == ("last week",)
    assert "“last week”" in findings.note


# The day of asking


def test_last_week_is_told_from_the_day_of_asking(tolls: Assistant) -> None:
    findings = tolls.search("How many crowns was the toll last week?", scope=Scope(as_of=date(2023, 3, 15)))
    assert names(findings) == {"march"}
    assert "as of 2023-03-15" in findings.note


def test_what_is_known_on_a_day_excludes_the_later_and_keeps_the_undated(tolls: Assistant) -> None:
    found = tolls.search(QUESTION, scope=Scope(as_of=date(2023, 3, 10)))
    assert names(found) == {"march", "year", "undated"}


def test_without_a_day_of_asking_nothing_is_hidden(assistant: Build) -> None:
    coming = str(date.today() + timedelta(days=400))
    assert names(assistant(articles=[toll("coming", "nine", coming)]).search(QUESTION)) == {"coming"}


# The newest

WISH = "What is the latest toll for the quay?"


@pytest.mark.parametrize("newer", ["a", "b"])
@pytest.mark.parametrize("age", [1, 30, 365, 3650], ids=["days", "months", "a year", "ten years"])
def test_of_two_equal_articles_the_newer_comes_first_if_the_newest_is_asked_for(
    assistant: Build, newer: str, age: int
) -> None:
    """In a collection of old news too, "the latest" has a meaning."""
    day = date.today() - timedelta(days=age)
    days = {name: day if name == newer else day - timedelta(days=60) for name in "ab"}
    tolls = [toll(name, crowns, str(days[name])) for name, crowns in (("a", "three"), ("b", "four"))]
    found = assistant(articles=[*tolls, article("ferry", FERRY, str(day))]).search(WISH)
    assert found.constraints.latest
    assert "newest first" in found.note
    assert found[0].article == newer


def test_without_the_wish_dates_order_nothing(assistant: Build) -> None:
    tolls = [toll("a", "three", "2001-01-01"), toll("b", "four", str(date.today()))]
    opened = assistant(articles=tolls)
    assert [item.article for item in opened.search(QUESTION)] == ["a", "b"]
    assert [item.article for item in opened.search(WISH, scope=Scope(off=frozenset({"latest"})))] == ["a", "b"]


@pytest.mark.parametrize("newer", ["a", "b"])
def test_on_a_day_of_asking_the_timely_comes_first(assistant: Build, newer: str) -> None:
    days = {name: "2023-03-08" if name == newer else "2022-03-08" for name in "ab"}
    opened = assistant(articles=[toll("a", "three", days["a"]), toll("b", "four", days["b"])])
    found = opened.search(QUESTION, scope=Scope(as_of=date(2023, 3, 10)))
    assert found[0].article == newer


def test_a_better_article_beats_a_newer_one_about_something_else(assistant: Build) -> None:
    opened = assistant(articles=[toll("old", "three", "2015-01-01"), article("new", FERRY, str(date.today()))])
    assert opened.search(WISH)[0].article == "old"


# Exact words


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which of them is “four crowns”?", {"april"}),
        ("Which of them is “FOUR  crowns.”?", {"april"}),
        ("Which of them is “quay is four”?", {"april"}),
        ("Which of them is “crowns four”?", set()),
        ("Which of them is “four” and “crowns”?", {"april"}),
        ("Which of them is “four” and “five”?", set()),
        ("Which of them is “the toll”?", EVERYTHING),
        ("Which of them is “is”?", EVERYTHING),  # nothing but a word that indexes leave out
        ("Which of them is “the”?", EVERYTHING),
    ],
)
def test_a_quotation_is_found_word_for_word_or_not_at_all(tolls: Assistant, question: str, found: set[str]) -> None:
    findings = tolls.search(question)
    assert names(findings) == found
    if not found:
        assert "word for word" in findings.note


def test_a_quotation_may_stand_in_the_headline(assistant: Build) -> None:
    opened = assistant(articles=[source(title="The long night of Vennholm"), source(FERRY, "ferry")])
    assert names(opened.search("What happened in “The long night of Vennholm”?")) == {"light"}


def test_quotation_marks_within_a_quotation_do_not_matter(assistant: Build) -> None:
    opened = assistant(articles=[article("light", "The keeper's lamp – “old Marrek’s eye” – went out.")])
    assert names(opened.search("Who lost “the keeper’s lamp - 'old”?")) == set()
    assert names(opened.search("Who lost “the keeper’s lamp -”?")) == {"light"}


def test_of_two_quotations_only_the_one_that_nobody_holds_is_named(tolls: Assistant) -> None:
    note = tolls.search("Which of them is “four crowns” and “nineteen crowns”?").note
    assert "holds “nineteen crowns” word for word" in note
    assert "holds “four crowns” word for word" not in note


def test_a_quotation_outside_of_the_filters_is_not_called_absent(tolls: Assistant) -> None:
    """An article in the collection does hold it: only the filters exclude that article."""
    findings = tolls.search("Which of them is “four crowns”?", scope=Scope(outlets=("Žďár Echo",)))
    assert len(findings) == 0
    assert "No article in “sound” holds" not in findings.note


@pytest.mark.parametrize(
    ("question", "excluded"),
    [
        (f"{QUESTION} -four", {"april"}),
        (f"{QUESTION} -FOUR -five", {"april", "echo"}),
        ("How many crowns is the toll for the quay, not mentioning four?", {"april"}),
        ("How many crowns is the toll, not mentioning “four crowns”?", {"april"}),
        ("How many crowns is the toll, not mentioning “crowns four”?", set()),
        ("How many crowns is the toll for the quay? -fou", set()),
        ("How many crowns is the toll for the quay? -crowns", EVERYTHING),
    ],
)
def test_no_passage_with_an_excluded_word_is_found(tolls: Assistant, question: str, excluded: set[str]) -> None:
    findings = tolls.search(question)
    assert names(findings) == EVERYTHING - excluded
    assert findings.note


# Follow-ups


def test_a_follow_up_is_taken_together_with_the_turn_before_within_the_scope(tolls: Assistant) -> None:
    history = [Turn("How many crowns is the toll for the quay?", "Three crowns.")]
    findings = tolls.search("And what is it in April?", history, scope=Scope(outlets=("Žďár Echo",)))
    assert "toll for the quay" in findings.standalone
    assert findings.question == "And what is it in April?"
    assert names(findings) <= {"echo", "year"}
    assert findings.constraints.outlets == ("Žďár Echo",)


def test_the_outlet_and_the_days_of_an_earlier_turn_do_not_bind(tolls: Assistant) -> None:
    history = [Turn("What did the Courier report on the toll in March 2023?", "Three crowns.")]
    findings = tolls.search("And how much is it for the quay?", history)
    assert names(findings) == EVERYTHING
    assert (findings.constraints.since, findings.constraints.outlets) == (None, ())


def test_with_follow_ups_switched_off_a_question_stands_alone(tolls: Assistant) -> None:
    history = [Turn("What did the Courier report on the toll in March 2023?", "Three crowns.")]
    own = "And how much is it for the quay?"
    findings = tolls.search(own, history, scope=Scope(off=frozenset({"follow_up"})))
    assert findings.standalone == own
    assert findings.constraints.outlets == ()
    assert names(findings) == EVERYTHING


def test_the_callers_days_bind_every_turn(tolls: Assistant) -> None:
    history = [Turn(QUESTION, "Three crowns.")]
    assert names(tolls.search("And how much is it for the quay?", history, scope=MARCH)) == {"march", "echo"}


# Any question at all

BAD = {
    "another script": "埠頭の通行料はいくらですか？ Сколько стоит проезд? كم الرسوم؟",
    "the longest": ("How many crowns is the toll, and what, while “toll” -ferry last week; " * 150)[:LONGEST_QUESTION],
    "one long word": "x" * LONGEST_QUESTION,
    "quotation marks": "“" * 5000 + "”" * 5000,
    "commas": "a, " * 3333,
    "minus signs": "-a " * 3333,
    "stop words": "the of and what is",
    "a date": "in March 2023",
    "a bare year": "2023",
    "a window": "last week",
    "an exclusion": "-toll",
    "a quotation": "“toll”",
    "punctuation": "?!… — ( ) [ ] { } ^ $ . * + \\",
    "SQL": "'; DROP TABLE articles; -- \" OR 1=1 UNION SELECT * FROM versions",
    "Lucene": 'title:(+toll -quay) AND body:[* TO 5} OR "toll~2 /[a-z]+/ !x ^3 \\" && || NOT toll*',
    "a pattern": r"(?P<x>a+)+$ \1 [^",
    "JSON": '{"scope": {"outlets": ["The Courier"]}, "since": null}',
    "emoji": "💥🐦‍⬛👩‍🚀?",
    "marks without letters": "\u0301\u0308\u200d\ufeff a",
    "a null": "toll\x00quay\x1b[31m",
    "half a pair": "toll \ud800 quay",
    "right to left": "\u202etoll\u202c",
    "an impossible date": "What was the toll on 31 February 2023 or on 2023-99-99?",
    "the end of time": "What was the toll since 9999-12-31 and before 0001-01-01, 999 years ago?",
}


@pytest.mark.parametrize("question", BAD.values(), ids=BAD)
@pytest.mark.parametrize("scope", [Scope(), MARCH, Scope(as_of=date(1, 1, 1)), Scope(as_of=date.max)])
def test_no_question_fails_and_each_says_what_was_searched(tolls: Assistant, question: str, scope: Scope) -> None:
    findings = tolls.search(question, scope=scope)
    assert findings.note.endswith(".")
    assert "Searched " in findings.note
    json.dumps(findings.constraints.as_json())
    assert names(findings) <= EVERYTHING
    assert len({item.text for item in findings}) == len(findings)


@pytest.mark.parametrize("question", BAD.values(), ids=BAD)
def test_every_question_is_answered_or_declined(tolls: Assistant, question: str) -> None:
    answer = tolls.ask(question, [Turn(QUESTION, "Three crowns."), Turn(question[:500], "")])
    assert answer.text
    assert answer.constraints["searched"] >= 0


@pytest.mark.parametrize("question", ["", " \n\t", "x" * (LONGEST_QUESTION + 1)])
def test_no_question_at_all_and_far_too_much_are_refused_in_words(tolls: Assistant, question: str) -> None:
    with pytest.raises(QuestionError):
        tolls.search(question, scope=MARCH)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(since=date(2023, 4, 1), until=date(2023, 3, 1)),
        Scope(outlets=("'; DROP TABLE articles; --",)),
        Scope(outlets=("",), authors=("💥",), languages=("\x00",)),
        Scope(articles=("a@b:1-2", "%", "_", "*")),
        Scope(authors=("x" * 100_000,)),
    ],
)
def test_no_filter_fails(tolls: Assistant, scope: Scope) -> None:
    findings = tolls.search(QUESTION, scope=scope)
    assert (len(findings), findings.constraints.searched) == (0, 0)
    assert findings.note


def test_an_empty_home_is_asked_in_vain_and_says_how_to_begin(assistant: Build) -> None:
    findings = assistant().search("What did the Courier report last week?", scope=MARCH)
    assert len(findings) == 0
    assert "dossier add" in findings.note


DAYS = st.none() | st.dates(date(2023, 1, 1), date(2023, 12, 31))
SCOPES = st.builds(
    Scope,
    outlets=st.sampled_from([(), ("the courier",), ("Žďár Echo", "x")]),
    authors=st.sampled_from([(), ("ada quist",), ("Jan Hus",)]),
    languages=st.sampled_from([(), ("en",), ("de", "fr")]),
    since=DAYS,
    until=DAYS,
    as_of=DAYS,
    off=st.sets(st.sampled_from(UNDERSTANDINGS)).map(frozenset),
)


@given(SCOPES, st.sampled_from([QUESTION, WISH, "toll -four", "“five crowns”", "the toll last week", "😀"]))
def test_under_any_scope_only_what_meets_it_is_found(tolls: Assistant, scope: Scope, question: str) -> None:
    findings = tolls.search(question, scope=scope)
    published = {item.id: item.published for item in TOLLS}
    for item in findings:
        dated = published[item.article]
        assert not scope.outlets or folded(item.outlet or "") in map(folded, scope.outlets)
        assert not scope.since or (dated and dated.first >= scope.since)
        assert not scope.until or (dated and dated.last <= scope.until)
        assert not scope.as_of or not dated or dated.first <= scope.as_of
    assert len(findings) <= findings.constraints.searched
    if question == QUESTION:
        assert len(findings) == findings.constraints.searched


def test_the_texts_of_both_builders_are_no_copies_of_each_other(assistant: Build) -> None:
    """What the tests above rest on: near-identical short articles are not taken for one story."""
    found = assistant(articles=[*TOLLS, source(LIGHTHOUSE)]).search(QUESTION)
    assert names(found) >= EVERYTHING
    assert all(item.reprints == () for item in found)


@pytest.mark.parametrize(
    "question",
    [
        "How many ships were counted in May 2024?",
        "According to the Courier, how many ships were counted?",
        "How many ships did the Courier say were counted in May 2024?",
    ],
)
def test_words_that_became_filters_need_not_stand_in_the_answer(assistant: Build, question: str) -> None:
    article = source("The keeper counted 4,102 ships.", outlet="The Orrin Courier", published=Dated("2024-05-02"))
    opened = assistant(articles=[article, source(FERRY, "ferry", outlet="Post", published=Dated("2024-06-01"))])
    answer = opened.ask(question)
    assert [claim.text for claim in answer.claims] == ["The keeper counted 4,102 ships."]
    assert answer.constraints["phrases"]


def test_an_outlet_may_be_filtered_by_its_last_word(assistant: Build) -> None:
    opened = assistant(articles=[source(outlet="The Orrin Courier"), source(FERRY, "ferry", outlet="Post")])
    found = opened.search("lighthouse ferry", scope=Scope(outlets=("courier",)))
    assert {item.article for item in found} == {"light"}
    assert found.constraints.outlets == ("The Orrin Courier",)
