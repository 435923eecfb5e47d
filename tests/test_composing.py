"""Which sentences make an answer, in which order: by the form that the question asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import evidence
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Evidence
from rag.composing import compose
from rag.question import understand
from rag.selection import ScoredSentence, Selection

QUESTIONS = {
    "fact": "Who lit the lighthouse of Vennholm?",
    "yes-no": "Did the ferry of Orrin stop?",
    "list": "List the ships of Orrin.",
    "comparison": "Compare the ferry and the lighthouse.",
    "development": "How did the price of the pier develop?",
    "definition": "What is a marl pit?",
    "several": "Who lit the lighthouse, and how much did the pier cost?",
}
NOUNS = (
    "lighthouse ferry pier mill harbour keeper mayor council ships price cost crowns Ada 12 1902 lit stopped".split()
)
SENTENCES = st.lists(st.sampled_from(NOUNS), min_size=2, max_size=7).map(lambda words: f"The {' '.join(words)}.")


def article(marker: int, text: str, published: str | None = None) -> Evidence:
    return replace(evidence(text, name=f"article {marker}", marker=marker), published=published)


def selection(question: str, shown: list[Evidence], texts: list[tuple[int, str, float]]) -> Selection:
    """The sentences, by the marker of their passage, with their scores; best first."""
    places = {item.marker: item.text for item in shown}
    scored = []
    for marker, text, score in texts:
        start = places[marker].index(text)
        scored.append(ScoredSentence(marker, start, start + len(text), text, score))
    return Selection(understand(question), tuple(sorted(scored, key=lambda one: -one.score)), 0.9)


@st.composite
def selections(draw: st.DrawFn) -> tuple[Selection, list[Evidence]]:
    shown, texts = [], []
    for marker in range(1, draw(st.integers(1, 4)) + 1):
        sentences = draw(st.lists(SENTENCES, min_size=1, max_size=4, unique=True))
        day = draw(st.sampled_from([None, "2024-01-02", "2024-03-01", "2025"]))
        shown.append(article(marker, " ".join(sentences), day))
        texts += [(marker, text, draw(st.floats(-5, 5))) for text in sentences]
    return selection(draw(st.sampled_from(sorted(QUESTIONS.values()))), shown, texts), shown


def same(one: ScoredSentence, other: ScoredSentence) -> bool:
    mine, theirs = (set(understand(text).text.lower().strip(".").split()) - {"the"} for text in (one.text, other.text))
    return len(mine & theirs) >= 0.5 * len(mine | theirs)


@given(selections(), st.integers(1, 6))
def test_no_sentence_comes_twice_and_no_more_come_than_may(made: tuple[Selection, list[Evidence]], limit: int) -> None:
    chosen = compose(*made, limit)
    assert 1 <= len(chosen) <= limit
    assert len({(one.marker, one.start) for one in chosen}) == len({one.text for one in chosen}) == len(chosen)
    assert set(chosen_keys(chosen)) <= set(chosen_keys(made[0].sentences))


def chosen_keys(sentences: object) -> list[tuple[int, int]]:
    return [(one.marker, one.start) for one in sentences]  # type: ignore[attr-defined]


@given(selections(), st.integers(3, 6))
def test_the_best_is_in_it_or_one_that_says_the_same(made: tuple[Selection, list[Evidence]], limit: int) -> None:
    best = made[0].sentences[0]
    assert any(one == best or same(one, best) for one in compose(*made, limit))


@given(selections(), st.integers(1, 6))
def test_a_development_is_in_order_of_publication(made: tuple[Selection, list[Evidence]], limit: int) -> None:
    found, shown = made
    told = compose(replace(found, question=understand(QUESTIONS["development"])), shown, limit)
    days = [shown[one.marker - 1].published or "" for one in told]
    assert days == sorted(days)


def test_nothing_found_is_nothing_shown() -> None:
    assert compose(Selection(understand("Who lit it?")), [], 3) == []


FIRST, AGAIN, FAR = (
    "Ada Quist lit the lighthouse of Vennholm.",
    "Ada Quist lit the lighthouse of Vennholm again.",
    "The mill burned.",
)


def test_what_says_the_same_or_is_far_behind_is_left_out() -> None:
    shown = [article(1, f"{FIRST} {AGAIN} {FAR}")]
    found = selection(QUESTIONS["fact"], shown, [(1, FIRST, 5.0), (1, AGAIN, 4.9), (1, FAR, -9.0)])
    assert [one.text for one in compose(found, shown, 3)] == [FIRST]


def test_a_development_takes_one_sentence_from_each_article_and_leaves_out_what_is_off_the_topic() -> None:
    shown = [
        article(1, "The pier will cost 40 crowns. The price of the pier is high.", "2025-03-01"),
        article(2, "The price of the pier was 30 crowns.", "2024-01-02"),
        article(3, "The mill of Orrin burned.", "2024-06-01"),
    ]
    texts = [
        (1, "The price of the pier is high.", 9.0),
        (1, "The pier will cost 40 crowns.", 7.0),
        (2, "The price of the pier was 30 crowns.", 2.0),
        (3, "The mill of Orrin burned.", 1.0),
    ]
    told = compose(selection(QUESTIONS["development"], shown, texts), shown, 3)
    assert [one.text for one in told] == ["The price of the pier was 30 crowns.", "The price of the pier is high."]


def test_a_comparison_has_a_sentence_for_each_side() -> None:
    one, other, third = "The ferry carries 40 people.", "The lighthouse was lit in 1871.", "The ferry is blue and slow."
    shown = [article(1, f"{one} {third}"), article(2, other)]
    found = selection(QUESTIONS["comparison"], shown, [(1, one, 9.0), (1, third, 8.9), (2, other, -3.0)])
    assert [sentence.text for sentence in compose(found, shown, 2)] == [one, other]


def test_each_of_several_questions_gets_its_sentence() -> None:
    cost = "The pier cost 2.4 million crowns."
    shown = [article(1, f"{FAR} {FIRST}"), article(2, cost)]
    found = selection(QUESTIONS["several"], shown, [(1, FIRST, 9.0), (1, FAR, 8.5), (2, cost, -3.0)])
    assert [sentence.text for sentence in compose(found, shown, 2)] == [FIRST, cost]


@pytest.mark.parametrize("opening", ["It is over.", "VENNHOLM, 3 May (Sound Press) - By Ada Quist."])
def test_an_overview_begins_each_article_with_the_first_sentence_that_tells_something(opening: str) -> None:
    fire = "The mill burned down early in the morning."
    late = "The council closed the old harbour for the winter."
    shown = [article(1, late, "2025-03-09"), article(2, f"{opening} {fire} {FIRST}", "2025-03-02")]
    texts = [(1, late, 2.0), (2, opening, 3.0), (2, fire, 0.0), (2, FIRST, 4.0)]
    told = compose(selection("What happened?", shown, texts), shown, 3)
    assert [one.text for one in told] == [fire, late]
