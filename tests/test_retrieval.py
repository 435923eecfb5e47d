"""Retrieval: both legs fused, and nothing but what the catalog calls live."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, source, stored
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Dated
from rag import Assistant
from rag.backends.fake import HashingEmbedder
from rag.retrieval import fuse
from rag.splitting import SentenceSplitter

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-1000, 1000).map(lambda score: round(score, 3)))
WEIGHTS = st.floats(0.1, 1)


def reordered(leg: dict[str, float]) -> dict[str, float]:
    return dict(reversed(leg.items()))


@given(one=SCORES, other=SCORES, weight=WEIGHTS)
def test_the_order_of_legs_and_hits_changes_nothing(
    one: dict[str, float], other: dict[str, float], weight: float
) -> None:
    fused = fuse((one, weight), (other, 0.5))
    assert fused.keys() == one.keys() | other.keys()
    assert fuse((reordered(other), 0.5), (reordered(one), weight)) == pytest.approx(fused)


@given(one=SCORES, other=SCORES, weight=WEIGHTS)
def test_a_hit_at_least_as_good_in_both_legs_is_at_least_as_good(
    one: dict[str, float], other: dict[str, float], weight: float
) -> None:
    fused = fuse((one, weight), (other, 1 - weight))
    legs = [(leg, min(leg.values(), default=0.0)) for leg in (one, other)]
    for better in fused:
        for worse in fused:
            if all(leg.get(better, floor) >= leg.get(worse, floor) for leg, floor in legs):
                assert fused[better] >= fused[worse] - 1e-9


@given(leg=SCORES, scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_the_unit_of_a_legs_scores_changes_nothing(leg: dict[str, float], scale: float, shift: float) -> None:
    spread = max(leg.values(), default=0) - min(leg.values(), default=0)
    moved = {key: score * scale + shift for key, score in leg.items()}
    if not spread or spread > 0.01:
        assert fuse((moved, 0.5)) == pytest.approx(fuse((leg, 0.5)), abs=1e-4) or not spread


@given(leg=SCORES, same=st.floats(-9, 9))
def test_a_leg_that_scores_all_alike_decides_nothing(leg: dict[str, float], same: float) -> None:
    assert fuse((leg, 0.5), (dict.fromkeys(leg, same), 0.5)) == pytest.approx(fuse((leg, 0.5)))


def test_first_in_both_legs_beats_first_in_one() -> None:
    fused = fuse(({"both": 0.9, "dense": 0.9, "x": 0.1}, 0.5), ({"both": 7.0, "lexical": 7.0, "x": 1.0}, 0.5))
    assert max(fused, key=fused.__getitem__) == "both"
    assert fused["dense"] > fused["x"]


@pytest.mark.parametrize("legs", [[], [({}, 0.5)], [({}, 0.5), ({}, 0.5)]])
def test_nothing_found_is_nothing_fused(legs: list[tuple[dict[str, float], float]]) -> None:
    assert fuse(*legs) == {}


# Over the catalog

Build = Callable[..., Assistant]


def test_passages_come_numbered_scored_and_with_their_articles_particulars(assistant: Build) -> None:
    published = Dated("2024-03-15T23:59:00-11:00")
    opened = assistant(
        articles=[source(outlet="Post", url="https://x.example", published=published), source(FERRY, "ferry")]
    )
    found = opened.search("How many ships did Ottoline Marrek count?")
    assert [item.marker for item in found] == list(range(1, len(found) + 1))
    assert [item.scores["fused"] for item in found] == sorted((item.scores["fused"] for item in found), reverse=True)
    best = found[0]
    assert "Marrek" in best.text
    assert (best.article, best.collection, best.outlet, best.url) == ("light", "sound", "Post", "https://x.example")
    assert best.published == "2024-03-15"
    assert {"dense", "lexical"} <= set(best.scores)
    assert opened.article("sound", best.article, best.version).text[best.start : best.end] == best.text


def test_an_article_not_yet_indexed_anew_answers_in_its_old_version(assistant: Build) -> None:
    opened = assistant(articles=[source("The toll is 3 crowns.")])
    opened.catalog.put("sound", [source("The toll is 5 crowns.")])
    assert [item.text for item in opened.search("toll")] == ["The toll is 3 crowns."]
    opened.index()
    assert [item.text for item in opened.search("toll")] == ["The toll is 5 crowns."]


def test_what_an_index_still_holds_of_other_versions_does_not_answer(assistant: Build) -> None:
    legs = MemoryLegs()
    opened = assistant(legs=legs, articles=[source("The toll is 5 crowns.")])
    for stale in (stored("The toll is 3 crowns."), stored("The toll is 4 crowns.", "deleted")):
        passages = SentenceSplitter(300).split(stale)
        vectors, lexical = legs("sound")
        vectors.upsert(passages, HashingEmbedder().embed([passage.text for passage in passages]))
        lexical.upsert(passages)
    assert len(legs("sound")[0].ids()) == 3
    assert [item.text for item in opened.search("toll")] == ["The toll is 5 crowns."]


def test_the_same_words_in_two_articles_or_collections_appear_once(assistant: Build) -> None:
    opened = assistant(articles=[source(), source(name="reprint")])
    opened.catalog.put("harbour", [source(name="another"), source(FERRY, "ferry")])
    opened.index()
    texts = [item.text for item in opened.search("lighthouse ferry")]
    assert len(texts) == len(set(texts))
    assert {LIGHTHOUSE, FERRY} <= set(texts)


def test_a_question_is_asked_of_one_collection_or_of_all(assistant: Build) -> None:
    opened = assistant(articles=[source()])
    opened.catalog.put("harbour", [source(FERRY, "ferry")])
    opened.index()
    assert {item.collection for item in opened.search("lighthouse ferry")} == {"sound", "harbour"}
    assert {item.collection for item in opened.search("lighthouse ferry", collection="sound")} == {"sound"}


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_passages_than_asked_for(assistant: Build, limit: int) -> None:
    opened = assistant(articles=[source(f"Ship number {number} sank.", f"a{number}") for number in range(9)])
    assert len(opened.search("Which ship sank?", limit=limit)) == limit
    assert len(opened.search("Which ship sank?")) == 8


def test_the_one_passage_with_a_rare_word_is_found_among_many(assistant: Build) -> None:
    """A leg with a single hit has no spread of its own; that the others hold no word of the question counts."""
    many = [
        source(f"Ship {number} called at Vessel Point in {1200 + number}.", f"ship-{number}") for number in range(90)
    ]
    opened = assistant(articles=[*many, source("The brindlemoor was sold at Vessel Point.", "sale")])
    assert opened.search("brindlemoor")[0].article == "sale"
