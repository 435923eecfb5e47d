"""What every `rag.ports.LexicalIndex` keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, stored

from corpus.article import Article, Passage
from rag.backends.fake import MemoryLexicalIndex
from rag.backends.tantivy import TantivyIndex
from rag.ports import LexicalIndex
from rag.splitting import SentenceSplitter


@pytest.fixture(params=["memory", "tantivy"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LexicalIndex]:
    opened: LexicalIndex = MemoryLexicalIndex() if request.param == "memory" else TantivyIndex(tmp_path / "lexical")
    yield opened
    opened.close()


def passages(article: Article) -> list[Passage]:
    return SentenceSplitter(100).split(article)


def put(index: LexicalIndex, *articles: Article) -> list[Passage]:
    found = [passage for article in articles for passage in passages(article)]
    index.upsert(found)
    return found


def ids(*articles: Article) -> set[str]:
    return {passage.id for article in articles for passage in passages(article)}


LIGHT, SHIP = stored(LIGHTHOUSE, "light"), stored(FERRY, "ferry")


def test_it_is_a_lexical_index_and_starts_empty(index: LexicalIndex) -> None:
    assert isinstance(index, LexicalIndex)
    assert index.ids() == set()
    assert index.count() == 0
    assert index.search("ships", 5) == []


def test_writing_twice_is_writing_once(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    once = index.search("last crossing", 10)
    put(index, SHIP)
    assert index.ids() == ids(LIGHT, SHIP)
    assert [hit.id for hit in index.search("last crossing", 10)] == [hit.id for hit in once]


def test_hits_come_best_first_with_scores_above_zero(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    hits = index.search("How many ships did keeper Ottoline Marrek count?", 10)
    assert hits
    assert all(hit.score > 0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    best = next(passage for passage in passages(LIGHT) if passage.id == hits[0].id)
    assert "Marrek" in best.text


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_hits_than_asked_for(index: LexicalIndex, limit: int) -> None:
    put(index, LIGHT, SHIP)
    assert len(index.search("lighthouse ferry ships crossing crowns oil", limit)) == limit


def test_forms_of_a_word_and_its_case_are_one(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    assert {hit.id for hit in index.search("COUNTING SHIP", 9)} & ids(LIGHT)
    assert index.search("crosses", 9) == index.search("crossing", 9) != []


def test_the_headline_counts_too(index: LexicalIndex) -> None:
    put(index, stored("It was a long night.", "a", title="Thunderstorm over Orrin"), SHIP)
    (hit,) = index.search("thunderstorm", 5)
    assert hit.id.startswith("a@")


QUESTIONS = {
    "operators": 'ships AND (crossing OR "night) NOT + - && || ! { } [ ] ^ ~ * ? : \\ /',
    "field": "text:ships title:* id:light@ version:[a TO z]",
    "phrase-unclosed": '"ships',
    "regex": "/.*/ ships",
    "emoji": "🐦‍⬛ ships 🗼",
    "control": "\x00 ships \x07 \u202e",
    "long": "ships " * 3000 + " ".join(f"word{n}" for n in range(3000)),
    "long-word": "ships " + "x" * 40_000,
    "sql": "ships'; DROP TABLE articles; --",
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_any_text_is_a_legal_question_and_operators_mean_nothing(index: LexicalIndex, question: str) -> None:
    put(index, LIGHT, SHIP)
    best = index.search(question, 9)[0].id
    assert any(passage.id == best and "ships" in passage.text for passage in passages(LIGHT)) or "crossing" in question


@pytest.mark.parametrize("question", ["", "  \n", "🐦‍⬛", "the of and", '"" () *', "\x00", "Zyzzyva"])
def test_a_question_without_a_known_word_finds_nothing(index: LexicalIndex, question: str) -> None:
    put(index, LIGHT, SHIP)
    assert index.search(question, 9) == []


def test_deleting_takes_all_passages_of_a_version_and_no_others(index: LexicalIndex) -> None:
    newer = stored(LIGHTHOUSE + " It fell.", "light")
    put(index, LIGHT, newer, SHIP)
    index.delete([LIGHT.version_key, "nobody@0000000000000000"])
    assert index.ids() == ids(newer, SHIP)
    index.delete([LIGHT.version_key])
    index.delete([])
    assert index.ids() == ids(newer, SHIP)
    assert not {hit.id for hit in index.search("lighthouse", 50)} & ids(LIGHT)
    assert index.count() == len(index.ids())


def test_articles_whose_ids_differ_in_case_or_part_are_apart(index: LexicalIndex) -> None:
    upper, longer = stored(FERRY, "Light"), stored(FERRY, "light-2")
    put(index, LIGHT, upper, longer)
    index.delete([upper.version_key])
    assert index.ids() == ids(LIGHT, longer)


def test_writing_nothing_is_allowed(index: LexicalIndex) -> None:
    index.upsert([])
    assert index.ids() == set()


def test_tantivy_keeps_what_was_written_without_being_closed(tmp_path: Path) -> None:
    opened = TantivyIndex(tmp_path)
    put(opened, LIGHT, SHIP)
    opened.delete([SHIP.version_key])
    again = TantivyIndex(tmp_path)  # as after a kill
    assert again.ids() == ids(LIGHT)
    assert again.search("whale oil", 3)
    opened.close()
