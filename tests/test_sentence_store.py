"""The sentences of passages in SQLite: what a dictionary would keep, it keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import passage_id
from rag.backends.sentence_store import SentenceStore
from rag.ports import Sentences

SIZE = 8
VERSIONS = ["a@1", "b@2", "sea:ferry@3"]
SPANS = [(0, 10), (10, 40), (40, 90)]
AXES = np.eye(SIZE, dtype=np.float32)
PLACES = st.sets(st.sampled_from([passage_id(key, *span) for key in VERSIONS for span in SPANS]), min_size=1)
STEPS = st.lists(
    st.tuples(st.just("put"), PLACES.map(sorted), st.integers(0, SIZE - 1))
    | st.tuples(st.just("delete"), st.sets(st.sampled_from(VERSIONS)).map(sorted), st.just(0)),
    max_size=8,
)


def sentences(seed: int, count: int = 2) -> Sentences:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, SIZE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    spans = np.array([(10 * at, 10 * at + 7) for at in range(count)], dtype=np.int64).reshape(count, 2)
    return Sentences(spans, vectors, np.arange(count) + seed, np.arange(count))


def version(id: str) -> str:
    return id.rpartition(":")[0]


@settings(max_examples=40)
@given(STEPS)
def test_it_keeps_what_a_dictionary_keeps(steps: list[tuple[str, list[str], int]]) -> None:
    store, model = SentenceStore(Path(":memory:")), dict[str, int]()
    for verb, names, axis in steps:
        if verb == "put":
            axes = [(axis + at) % SIZE for at in range(len(names))]
            store.put(names, AXES[axes], [sentences(each) for each in axes])
            model |= dict(zip(names, axes, strict=True))
        else:
            store.delete(names)
            model = {id: each for id, each in model.items() if version(id) not in names}
        assert store.ids() == set(model)
        assert store.count() == len(model)
        assert store.versions() == len({version(id) for id in model})
        assert sorted(store.ids_of(VERSIONS[:2])) == sorted(id for id in model if version(id) in VERSIONS[:2])
        assert {id: int(kept.terms[0]) for id, kept in store.sentences(list(model)).items()} == model
        for key in VERSIONS:
            own = {id: each for id, each in model.items() if version(id) == key}
            best = sorted((-float(each == axis), id) for id, each in own.items())
            assert store.nearest(AXES[axis], [key], 5) == [(id, -score) for score, id in best]
    store.close()


def test_the_best_come_first_and_no_more_than_are_wanted() -> None:
    store = SentenceStore(Path(":memory:"))
    ids = [passage_id(VERSIONS[0], *span) for span in SPANS]
    store.put(ids, np.array([AXES[0], 0.6 * AXES[0] + 0.8 * AXES[1], AXES[1]]), [])
    found = store.nearest(AXES[0], VERSIONS, 2)
    assert [id for id, _ in found] == ids[:2]
    assert [score for _, score in found] == pytest.approx([1.0, 0.6], abs=1e-3)
    assert store.nearest(AXES[0], ["c@4"], 2) == []
    assert store.sentences(ids) == {}


@given(st.integers(0, 1000), st.integers(0, 5))
@settings(max_examples=20)
def test_sentences_come_back_as_they_were_their_vectors_nearly(seed: int, count: int) -> None:
    store, id, given_in = SentenceStore(Path(":memory:")), passage_id(VERSIONS[2], 0, 90), sentences(seed, count)
    store.put([id], AXES[:1], [given_in])
    (back,) = store.sentences([id, "c@4:0-1"]).values()
    assert np.array_equal(back.spans, given_in.spans)
    assert np.array_equal(back.terms, given_in.terms)
    assert np.array_equal(back.owners, given_in.owners)
    assert back.vectors.shape == given_in.vectors.shape
    assert (np.vecdot(back.vectors, given_in.vectors) > 0.995).all()
    store.close()


def test_a_passage_put_again_without_sentences_has_none() -> None:
    store, id = SentenceStore(Path(":memory:")), passage_id(VERSIONS[0], 0, 10)
    store.put([id], AXES[:1], [sentences(1)])
    store.put([id], AXES[1:2], [])
    assert store.sentences([id]) == {}
    assert store.nearest(AXES[1], VERSIONS, 1) == [(id, 1.0)]


def test_it_is_kept_on_the_disk_and_what_was_deleted_is_gone_from_there(tmp_path: Path) -> None:
    file, ids = tmp_path / "sentences.db", [passage_id(key, 0, 10) for key in VERSIONS]
    store = SentenceStore(file)
    store.put(ids, AXES[:3], [])
    store.close()
    store = SentenceStore(file)
    assert store.ids() == set(ids)
    store.delete(VERSIONS[2:])
    store.scrub()
    store.close()
    assert all(b"ferry" not in left.read_bytes() for left in tmp_path.iterdir())
