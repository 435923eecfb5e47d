"""Retrieval: both legs, one ranking, and nothing but what the catalog calls live."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, source, stored

from corpus.article import Dated
from rag import Assistant
from rag.backends.fake import HashingEmbedder
from rag.splitting import ParagraphSplitter

Build = Callable[..., Assistant]


def test_passages_come_numbered_scored_and_with_their_articles_particulars(assistant: Build) -> None:
    published = Dated("2024-03-15T23:59:00-11:00")
    opened = assistant(
        articles=[source(outlet="Post", url="https://x.example", published=published), source(FERRY, "ferry")]
    )
    found = opened.search("How many ships did Ottoline Marrek count?")
    assert [item.marker for item in found] == list(range(1, len(found) + 1))
    assert [item.scores["score"] for item in found] == sorted((item.scores["score"] for item in found), reverse=True)
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
        passages = ParagraphSplitter(300).split(stale)
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
