"""What every `rag.ports.VectorStore` keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from builders import FERRY, LIGHTHOUSE, stored

from corpus.article import Article, Dated, Passage
from corpus.sentences import sentence_spans
from rag.backends.fake import HashingEmbedder, MemoryVectorStore
from rag.ports import Sentences, VectorStore
from rag.splitting import ParagraphSplitter

EMBEDDER = HashingEmbedder(64)


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> object:
    from rag.backends.chroma import open_client

    return open_client(tmp_path_factory.mktemp("chroma"))


@pytest.fixture(params=["memory", "chroma"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    if request.param == "memory":
        opened: VectorStore = MemoryVectorStore()
    else:
        from rag.backends.chroma import ChromaVectorStore, collection_name

        opened = ChromaVectorStore(request.getfixturevalue("chroma"), collection_name(str(tmp_path), "test"))
    yield opened
    opened.close()


def passages(article: Article) -> list[Passage]:
    return ParagraphSplitter(100).split(article)


def put(store: VectorStore, *articles: Article) -> list[Passage]:
    found = [passage for article in articles for passage in passages(article)]
    store.upsert(found, EMBEDDER.embed([passage.text for passage in found]))
    return found


def test_it_is_a_vector_store_and_starts_empty(store: VectorStore) -> None:
    assert isinstance(store, VectorStore)
    assert store.ids() == set()
    assert store.count() == 0
    assert store.search(EMBEDDER.embed(["ships"])[0], 5) == []


def test_writing_twice_is_writing_once(store: VectorStore) -> None:
    first = put(store, stored(LIGHTHOUSE, "light"), stored(FERRY, "ferry"))
    put(store, stored(LIGHTHOUSE, "light"))
    assert len(first) > 2
    assert store.ids() == {passage.id for passage in first}


def test_a_later_vector_replaces_the_earlier_one(store: VectorStore) -> None:
    (passage,) = passages(stored("One sentence."))
    store.upsert([passage], EMBEDDER.embed(["ferry"]))
    store.upsert([passage], EMBEDDER.embed(["lighthouse"]))
    (hit,) = store.search(EMBEDDER.embed(["lighthouse"])[0], 5)
    assert hit.score == pytest.approx(1.0, abs=1e-3)


def test_hits_come_best_first_scored_by_cosine(store: VectorStore) -> None:
    found = put(store, stored(LIGHTHOUSE, "light"), stored(FERRY, "ferry"))
    asked = EMBEDDER.embed(["How many ships did the keeper count?"])[0]
    hits = store.search(asked, 100)
    rows = EMBEDDER.embed([passage.text for passage in found])
    exact = {passage.id: float(row @ asked) for passage, row in zip(found, rows, strict=True)}
    assert {hit.id for hit in hits} == set(exact)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score == pytest.approx(exact[hit.id], abs=1e-3) for hit in hits)
    assert hits[0].score == pytest.approx(max(exact.values()), abs=1e-3)


def test_opposite_vectors_score_minus_one(store: VectorStore) -> None:
    (passage,) = passages(stored("One sentence."))
    axis = np.eye(64, dtype=np.float32)[0]
    store.upsert([passage], axis[None, :])
    (hit,) = store.search(-axis, 1)
    assert hit.score == pytest.approx(-1.0, abs=1e-3)


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_hits_than_asked_for(store: VectorStore, limit: int) -> None:
    put(store, stored(LIGHTHOUSE, "light"), stored(FERRY, "ferry"))
    assert len(store.search(EMBEDDER.embed(["crossing"])[0], limit)) == limit


def test_deleting_takes_all_passages_of_a_version_and_no_others(store: VectorStore) -> None:
    old, new, other = stored(LIGHTHOUSE), stored(LIGHTHOUSE + " It fell."), stored(FERRY, "ferry")
    put(store, old, new, other)
    store.delete([old.version_key, "nobody@0000000000000000"])
    assert store.ids() == {passage.id for article in (new, other) for passage in passages(article)}
    store.delete([old.version_key])
    store.delete([])
    assert len(store.ids()) == len(passages(new)) + len(passages(other))
    assert old.version_key not in {hit.id.rpartition(":")[0] for hit in store.search(EMBEDDER.embed(["light"])[0], 50)}
    assert store.count() == len(store.ids())


def test_writing_nothing_is_allowed(store: VectorStore) -> None:
    store.upsert([], EMBEDDER.embed([]))
    assert store.ids() == set()


def test_articles_with_every_particular_and_with_odd_ids_are_taken(store: VectorStore) -> None:
    rich = stored(
        "Rich.", "a:b@c #1 “ž”", outlet="The Orrin Post", url="https://x.example/?a=1&b", authors=("A", "B"),
        language="en-GB", published=Dated("2024-03-15T08:00:00+01:00"), updated=Dated("2024-03-16"),
    )  # fmt: skip
    found = put(store, rich, stored("A \x00 zero, 🐦‍⬛ and \u202e bidi.", "odd"))
    assert store.ids() == {passage.id for passage in found}
    store.delete([rich.version_key])
    assert store.ids() == {passage.id for passage in found if passage.article.id == "odd"}


@pytest.mark.parametrize(("amount", "kept"), [(60, 1), (60, 7), (60, 59), (2600, 2500), (900, 700)])
def test_a_filter_is_exact_whatever_it_leaves(
    store: VectorStore, amount: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best of what it leaves are found, in the same order and with the same scores as without it."""
    if amount == 60:
        monkeypatch.setattr("rag.backends.chroma._FEW", 5)
    rows = np.random.default_rng(4).normal(size=(amount, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    articles = [stored(f"Ship {number}.", f"ship-{number}") for number in range(amount)]
    store.upsert([passage for article in articles for passage in passages(article)], rows)
    within = frozenset(article.version_key for article in articles[-kept:])
    exact = sorted(zip(-(rows[-kept:] @ rows[0]), [article.version_key for article in articles[-kept:]], strict=True))
    hits = store.search(rows[0], 5, within)
    assert [hit.id.rpartition(":")[0] for hit in hits] == [key for _, key in exact[:5]]
    assert [hit.score for hit in hits] == pytest.approx([-score for score, _ in exact[:5]], abs=2e-3)
    assert store.search(rows[0], 5, frozenset()) == []
    assert store.search(rows[0], 5, frozenset({"nobody@0000000000000000"})) == []


def sentences(passage: Passage) -> Sentences:
    spans = np.array(sentence_spans(passage.text), dtype=np.int64)
    vectors = EMBEDDER.embed([passage.text[start:end] for start, end in spans])
    owners = np.arange(len(spans))
    return Sentences(spans, vectors, owners + 4_000_000_000, owners)


def test_sentences_come_back_as_they_were_given(store: VectorStore) -> None:
    found = passages(stored(LIGHTHOUSE)) + passages(stored(FERRY, "ferry"))
    given = [sentences(passage) for passage in found]
    store.upsert(found, EMBEDDER.embed([passage.text for passage in found]), given)
    back = store.sentences([passage.id for passage in found] + ["nobody@0000000000000000:0-9"])
    assert set(back) == {passage.id for passage in found} != set()
    for passage, item in zip(found, given, strict=True):
        assert back[passage.id].spans.tolist() == item.spans.tolist()
        assert back[passage.id].vectors == pytest.approx(item.vectors, abs=0.01)
        assert back[passage.id].terms.tolist() == item.terms.tolist()
        assert back[passage.id].owners.tolist() == item.owners.tolist()
    store.delete([stored(LIGHTHOUSE).version_key])
    assert set(store.sentences([passage.id for passage in found])) == {p.id for p in found if p.article.id == "ferry"}


def test_a_passage_may_have_no_sentences(store: VectorStore) -> None:
    found = put(store, stored())
    assert store.sentences([passage.id for passage in found]) == {}


def test_a_chroma_folder_keeps_what_was_written(tmp_path: Path, chroma: object) -> None:
    from rag.backends.chroma import ChromaVectorStore, collection_name

    name = collection_name("a collection with a ž / and : in its name", "0123456789ab")
    found = put(ChromaVectorStore(chroma, name), stored())
    assert ChromaVectorStore(chroma, name).ids() == {passage.id for passage in found}


def test_chroma_collections_never_share_a_name() -> None:
    from rag.backends.chroma import collection_name

    names = ["a b", "a-b", "a_b", "ž", "灯", "", "x" * 300, "x" * 301]
    made = {collection_name(name, print_) for name in names for print_ in ("one", "two")}
    assert len(made) == 2 * len(names)
    assert all(3 <= len(name) <= 512 and name[0].isalnum() and name[-1].isalnum() for name in made)
