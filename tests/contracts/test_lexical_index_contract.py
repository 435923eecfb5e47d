"""What every `rag.ports.LexicalIndex` keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, stored

from corpus.article import Article, Passage
from rag.backends.fake import MemoryLexicalIndex
from rag.backends.tantivy import TantivyIndex
from rag.ports import Hit, LexicalIndex
from rag.splitting import ParagraphSplitter
from rag.words import terms


@pytest.fixture(params=["memory", "tantivy"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LexicalIndex]:
    opened: LexicalIndex = MemoryLexicalIndex() if request.param == "memory" else TantivyIndex(tmp_path / "lexical")
    yield opened
    opened.close()


def passages(article: Article) -> list[Passage]:
    return ParagraphSplitter(100).split(article)


def put(index: LexicalIndex, *articles: Article) -> list[Passage]:
    found = [passage for article in articles for passage in passages(article)]
    index.upsert(found)
    return found


def find(index: LexicalIndex, question: str, limit: int, within: Collection[str] | None = None) -> list[Hit]:
    return index.search(terms(question), limit, within)


def ids(*articles: Article) -> set[str]:
    return {passage.id for article in articles for passage in passages(article)}


LIGHT, SHIP = stored(LIGHTHOUSE, "light"), stored(FERRY, "ferry")


def test_it_is_a_lexical_index_and_starts_empty(index: LexicalIndex) -> None:
    assert isinstance(index, LexicalIndex)
    assert index.ids() == set()
    assert index.count() == 0
    assert find(index, "ships", 5) == []


def test_writing_twice_is_writing_once(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    once = find(index, "last crossing", 10)
    put(index, SHIP)
    assert index.ids() == ids(LIGHT, SHIP)
    assert [hit.id for hit in find(index, "last crossing", 10)] == [hit.id for hit in once]


def test_hits_come_best_first_with_scores_above_zero(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    hits = find(index, "How many ships did keeper Ottoline Marrek count?", 10)
    assert hits
    assert all(hit.score > 0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    best = next(passage for passage in passages(LIGHT) if passage.id == hits[0].id)
    assert "Marrek" in best.text


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_hits_than_asked_for(index: LexicalIndex, limit: int) -> None:
    put(index, LIGHT, SHIP)
    assert len(find(index, "lighthouse ferry ships crossing crowns oil", limit)) == limit


def test_forms_of_a_word_and_its_case_are_one(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    assert {hit.id for hit in find(index, "COUNTING SHIP", 9)} & ids(LIGHT)
    assert find(index, "crosses", 9) == find(index, "crossing", 9) != []


def test_the_headline_counts_too(index: LexicalIndex) -> None:
    put(index, stored("It was a long night.", "a", title="Thunderstorm over Orrin"), SHIP)
    (hit,) = find(index, "thunderstorm", 5)
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
    best = find(index, question, 9)[0].id
    assert any(passage.id == best and "ships" in passage.text for passage in passages(LIGHT)) or "crossing" in question


@pytest.mark.parametrize("question", ["", "  \n", "🐦‍⬛", "the of and", '"" () *', "\x00", "Zyzzyva"])
def test_a_question_without_a_known_word_finds_nothing(index: LexicalIndex, question: str) -> None:
    put(index, LIGHT, SHIP)
    assert find(index, question, 9) == []


def test_deleting_takes_all_passages_of_a_version_and_no_others(index: LexicalIndex) -> None:
    newer = stored(LIGHTHOUSE + " It fell.", "light")
    put(index, LIGHT, newer, SHIP)
    index.delete([LIGHT.version_key, "nobody@0000000000000000"])
    assert index.ids() == ids(newer, SHIP)
    index.delete([LIGHT.version_key])
    index.delete([])
    assert index.ids() == ids(newer, SHIP)
    assert not {hit.id for hit in find(index, "lighthouse", 50)} & ids(LIGHT)
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
    assert find(again, "whale oil", 3)
    opened.close()


MANY = [
    stored(f"Ship number {number} called at Vessel Point in {1200 + number}.", f"ship-{number}")
    for number in range(700)
]


@pytest.mark.parametrize("kept", [1, 7, 600, 700], ids=["one", "few", "most", "all"])
def test_a_filter_is_exact_whatever_it_leaves(index: LexicalIndex, kept: int) -> None:
    """The best of what it leaves are found, in the same order and with the same scores as without it."""
    put(index, *MANY, stored("Ship ship ship ship.", "nearest"))
    within = frozenset(article.version_key for article in MANY[-kept:])
    order = [hit for hit in find(index, "ship at Vessel Point in 1890", 2000) if hit.id.rpartition(":")[0] in within]
    assert len(order) == kept
    assert find(index, "ship at Vessel Point in 1890", 5, within) == order[:5]
    assert find(index, "ship", 5, frozenset()) == []
    assert find(index, "ship", 5, frozenset({"nobody@0000000000000000"})) == []


def test_every_language_is_stemmed_by_its_own_rules(index: LexicalIndex) -> None:
    german = stored("Die Kamerafallen zählten junge Luchse in den Bergen.", "luchs", language="de-AT")
    french = stored("Les maternités menacées resteront ouvertes.", "maternite", language="fr")
    put(index, german, french, LIGHT)
    assert {hit.id for hit in index.search(terms("Kamerafalle", "de"), 9)} == ids(german)
    assert {hit.id for hit in index.search(terms("la maternité menacée", "fr"), 9)} == ids(french)


def test_holding_a_phrase_takes_its_words_in_order(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP)
    assert index.holding(terms("burned whale oil")) == {LIGHT.version_key}
    assert index.holding(terms("oil whale")) == set()
    assert index.holding(terms("ferry")) == {SHIP.version_key}
    assert index.holding(()) == set()


def test_frequencies_count_passages(index: LexicalIndex) -> None:
    put(index, LIGHT, SHIP, stored("A ferry.", "third"))
    held = index.frequencies(terms("ferry lighthouse zyzzyva"))
    assert held == {"ferri": 2, "lighthous": 1, "zyzzyva": 0}
    index.delete([SHIP.version_key])
    assert index.frequencies(["ferri"])["ferri"] in (1, 2)  # deleted ones may count until they are merged away
