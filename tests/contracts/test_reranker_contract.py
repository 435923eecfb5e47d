"""What every `rag.ports.Reranker` keeps; then what each of ours keeps beside that."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import FERRY, LIGHTHOUSE, stored
from tiny_models import tiny_cross_encoder, tiny_embedder

from corpus.article import Passage
from corpus.sentences import sentence_spans
from rag.backends import cross_encoder
from rag.backends.cross_encoder import CrossEncoderReranker
from rag.backends.fake import HashingEmbedder
from rag.errors import ModelFilesError
from rag.ports import Asked, Candidate, Reranker, Sentences, Term
from rag.reranking import SentenceReranker
from rag.words import language_of, term_hash, terms

HARVEST = "Rain ruined the harvest of plums. Growers asked the province for help, and got none."
QUESTIONS = [
    "When was the lighthouse of Vennholm lit?",
    "Who?",
    "what is the of and",
    "灯台はいつ点灯されたか。",
    "Когда зажгли маяк?",
    "🐦‍⬛🗼",
    "… — !?",
    "lighthouse " * 500,
]
NAMES = ["plain", "one-word", "stop-words", "japanese", "russian", "emoji", "punctuation", "long"]
_EMBEDDER = HashingEmbedder()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder on disk."""
    return tiny_cross_encoder(tmp_path_factory.mktemp("cross-encoder"))


@pytest.fixture(scope="module", params=["sentences", "cross-encoder"])
def reranker(request: pytest.FixtureRequest, folder: Path) -> Reranker:
    return SentenceReranker() if request.param == "sentences" else CrossEncoderReranker(str(folder))


@pytest.fixture
def counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CrossEncoderReranker, list[tuple[str, str]]]:
    """A cross-encoder, and the pairs that its model was given so far."""
    counting, pairs = CrossEncoderReranker(str(folder)), list[tuple[str, str]]()
    model = counting.load()  # which tries it out
    predict = model.predict

    def noting(inputs: Sequence[tuple[str, str]], **options: Any) -> Any:
        pairs.extend(inputs)
        return predict(inputs, **options)

    monkeypatch.setattr(model, "predict", noting)
    return counting, pairs


def passage(text: str, name: str = "light", **more: Any) -> Passage:
    """All of an article as one passage."""
    return Passage(stored(text, name, **more), 0, len(text))


def candidate(text: str, name: str = "light", *, dense: float = 0.0, lexical: float = 0.0, **more: Any) -> Candidate:
    """A passage with its sentences as an index holds them."""
    found = passage(text, name, **more)
    language = found.article.language
    spans = sentence_spans(text, language)
    _, (vectors,) = _EMBEDDER.embed_parts([text], [spans])
    held = [set(terms(text[start:end], language_of(language))) for start, end in spans]
    pairs = [(term_hash(term), number) for number, group in enumerate(held) for term in sorted(group)]
    hashes, owners = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    sentences = Sentences(np.array(spans, dtype=np.int64).reshape(-1, 2), vectors, hashes, owners)
    return Candidate(found.id, found.article.title, language, dense, lexical, sentences, text)


def asked(question: str, *parts: str) -> Asked:
    """A question, and its parts if it has several; every word tells the same."""
    texts = [question, *parts]
    words = tuple(tuple(Term((stem,), 1.0) for stem in dict.fromkeys(terms(text))) for text in texts)
    return Asked(question, _EMBEDDER.embed(texts), words)


def several() -> list[Candidate]:
    """Candidates of every kind, those without sentences among them."""
    odd = [
        candidate(LIGHTHOUSE, "light", dense=0.8, lexical=7.1),
        candidate(FERRY, "ferry", dense=0.4, lexical=2.0),
        candidate("灯台は1871年に点灯された。", "kana", language="ja", dense=0.1),
        candidate("🐦‍⬛🗼🐦‍⬛", "emoji", title="🗼"),
        candidate("No title stands over this lighthouse.", "untitled", title="", dense=0.3, lexical=1.0),
        candidate("The keeper counted ships. " * 400, "long", dense=0.5, lexical=3.0),
        candidate("lighthouse" * 1000, "word", dense=0.2),
        candidate("the of and", "stop-words", title="Of the"),
        candidate("… — !?", "punctuation", title="?"),
    ]
    bare = replace(candidate(HARVEST, "bare", dense=0.2, lexical=0.5), sentences=None)
    return [*odd, bare]


def by_name(reranker: Reranker, question: Asked, candidates: Sequence[Candidate]) -> dict[str, float]:
    scores = reranker.scores(question, candidates)
    return {item.id.partition("@")[0]: score for item, score in zip(candidates, scores, strict=True)}


def test_it_is_a_reranker(reranker: Reranker) -> None:
    assert isinstance(reranker, Reranker)
    assert reranker.name


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_every_candidate_gets_one_finite_score_that_its_place_does_not_change(
    reranker: Reranker, question: str
) -> None:
    candidates = several()
    scores = by_name(reranker, asked(question), candidates)
    assert list(scores) == [item.id.partition("@")[0] for item in candidates]
    assert all(type(score) is float and math.isfinite(score) for score in scores.values())
    assert by_name(reranker, asked(question), candidates[::-1]) == pytest.approx(scores, abs=1e-5)


def test_the_order_changes_nothing_for_one_that_has_not_seen_the_pairs(reranker: Reranker, folder: Path) -> None:
    fresh = SentenceReranker() if isinstance(reranker, SentenceReranker) else CrossEncoderReranker(str(folder))
    question, candidates = asked(QUESTIONS[0]), several()
    shuffled = [candidates[index] for index in np.random.default_rng(7).permutation(len(candidates))]
    expected = by_name(reranker, question, candidates)
    assert by_name(fresh, question, shuffled) == pytest.approx(expected, abs=1e-5)


def test_the_same_call_twice_gives_the_same(reranker: Reranker) -> None:
    question = asked(QUESTIONS[0], "When?", "the lighthouse of Vennholm")
    assert reranker.scores(question, several()) == reranker.scores(question, several())


def test_no_candidates_get_no_scores(reranker: Reranker) -> None:
    assert reranker.scores(asked(QUESTIONS[0]), []) == []


def test_one_candidate_or_the_same_twice_is_no_trouble(reranker: Reranker) -> None:
    question, one = asked(QUESTIONS[0]), candidate(LIGHTHOUSE)
    (alone,) = reranker.scores(question, [one])
    first, second = reranker.scores(question, [one, one])
    assert math.isfinite(alone)
    assert first == pytest.approx(second, abs=1e-5)


def test_candidates_without_sentences_are_scored_by_what_is_known_of_them(reranker: Reranker) -> None:
    bare = [replace(item, sentences=None) for item in several()]
    empty = Sentences(
        np.zeros((0, 2), np.int64), np.zeros((0, 512), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64)
    )
    hollow = [replace(item, sentences=empty) for item in several()]
    question = asked(QUESTIONS[0], "When?", "the lighthouse of Vennholm")
    for candidates in (bare, hollow):
        assert all(math.isfinite(score) for score in reranker.scores(question, candidates))


def test_threads_share_one(reranker: Reranker) -> None:
    questions = [asked(f"{question} {number}") for question in QUESTIONS[:2] for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: reranker.scores(question, several()), questions * 2))
    for question, scores in zip(questions * 2, together, strict=True):
        assert reranker.scores(question, several()) == scores


# Sentences


def test_the_passage_with_the_answer_beats_one_that_shares_no_word() -> None:
    question = asked("When was the lighthouse of Vennholm lit?")
    scores = by_name(
        SentenceReranker(), question, [candidate(HARVEST, "harvest"), candidate(FERRY, "ferry"), candidate(LIGHTHOUSE)]
    )
    assert max(scores, key=scores.__getitem__) == "light"


def test_words_in_one_sentence_beat_the_same_words_spread_over_several() -> None:
    together = "The captain of the ferry was fined. Nobody else spoke. It rained."
    spread = "The captain spoke. Nobody else was fined. It rained on the ferry."
    scores = by_name(
        SentenceReranker(),
        asked("Was the captain of the ferry fined?"),
        [candidate(spread, "spread", title="News"), candidate(together, "together", title="News")],
    )
    assert scores["together"] > scores["spread"]


def test_a_passage_that_answers_one_part_in_full_is_lifted() -> None:
    parts = ("When was the lighthouse of Vennholm lit?", "Who was captain of the ferry to Orrin?")
    candidates = [
        candidate("The lighthouse of Vennholm was lit.", "first", title="News"),
        candidate("The captain of the ferry to Orrin was fined.", "second", title="News"),
        candidate("A lighthouse and a ferry went to Orrin.", "both", title="News"),  # a little of each
        candidate(HARVEST, "neither", title="News"),
    ]
    in_parts = asked(" ".join(parts), *parts)
    assert len(in_parts.vectors) == len(in_parts.parts) == 3
    whole = by_name(SentenceReranker(), asked(" ".join(parts)), candidates)
    scores = by_name(SentenceReranker(), in_parts, candidates)
    for name in ("first", "second"):
        assert scores[name] > scores["both"] > scores["neither"]
        assert scores[name] - scores["both"] > whole[name] - whole["both"]


def test_the_headline_counts_as_part_of_the_passage() -> None:
    question = asked("Who kept the lighthouse?")
    named, unnamed = candidate(HARVEST, "named", title="The lighthouse"), candidate(HARVEST, "unnamed", title="News")
    scores = by_name(SentenceReranker(), question, [unnamed, named])
    assert scores["named"] > scores["unnamed"]


def test_a_passage_that_the_embedder_did_not_reach_is_taken_as_a_whole() -> None:
    near, far = candidate(HARVEST, "near", dense=0.9), candidate(HARVEST, "far", dense=0.1)
    assert near.sentences is not None
    unreached = replace(near.sentences, vectors=np.zeros_like(near.sentences.vectors))
    candidates = [replace(item, sentences=unreached) for item in (far, near)]
    scores = by_name(SentenceReranker(), asked("When was the lighthouse lit?"), candidates)
    assert scores["near"] > scores["far"]


# Cross-encoder


def test_a_pair_is_computed_once(counted: tuple[CrossEncoderReranker, list[tuple[str, str]]]) -> None:
    reranker, pairs = counted
    light, ferry, harvest = candidate(LIGHTHOUSE), candidate(FERRY, "ferry"), candidate(HARVEST, "harvest")
    first = reranker.scores(asked("When?"), [light, ferry, light])
    assert pairs == [("When?", f"About light\n{LIGHTHOUSE}"), ("When?", f"About ferry\n{FERRY}")]
    assert reranker.scores(asked("When?"), [ferry, light]) == [first[1], first[0]]
    assert len(pairs) == 2
    again = reranker.scores(asked("When?"), [harvest, light])
    assert (len(pairs), pairs[-1][1]) == (3, f"About harvest\n{HARVEST}")
    assert again[1] == first[0] == first[2]
    assert reranker.scores(asked("Who?"), [light]) != [first[0]]
    assert len(pairs) == 4


def test_a_new_headline_over_the_same_text_is_another_pair(
    counted: tuple[CrossEncoderReranker, list[tuple[str, str]]],
) -> None:
    reranker, pairs = counted
    old, new = candidate(HARVEST), candidate(HARVEST, title="The lighthouse of Vennholm")
    assert old.id == new.id
    first, second = reranker.scores(asked("When?"), [old, new])
    assert len(pairs) == 2
    assert first != second


def test_what_was_not_asked_for_in_a_long_time_is_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_encoder, "_REMEMBERED", 2)
    small, large = CrossEncoderReranker(str(folder)), several()
    assert len(small.scores(asked("When?"), large)) == len(large)
    assert len(small._remembered._scores) == 2
    small.scores(asked("When?"), large[-2:-1])  # asked for again, it outlives the other
    small.scores(asked("When?"), large[:1])
    assert {pair[2] for pair in small._remembered._scores} == {large[-2].id, large[0].id}


def test_nothing_is_loaded_before_there_is_something_to_score(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(tmp_path / "absent"))
    assert reranker.name == str(tmp_path / "absent")
    assert reranker.scores(asked("When?"), []) == []


def test_what_is_longer_than_the_model_reads_is_cut_off(folder: Path) -> None:
    reranker = CrossEncoderReranker(str(folder))
    long = "The keeper counted ships. " * 400
    first, second = reranker.scores(asked("When?"), [candidate(long), candidate(long + "Rain ruined plums.", "light")])
    assert first == pytest.approx(second, abs=1e-5)


def test_scores_are_logits(folder: Path) -> None:
    reranker = CrossEncoderReranker(str(folder))
    scores = reranker.scores(asked("When?"), several())
    assert not all(0 <= score <= 1 for score in scores)
    text = f"About light\n{LIGHTHOUSE}"
    (probability,) = reranker.load().predict([("When?", text)], show_progress_bar=False)  # the model's own default
    assert 1 / (1 + math.exp(-scores[0])) == pytest.approx(probability, abs=1e-5)


def test_weights_in_half_precision_are_read_in_full(tmp_path: Path, folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("a GPU keeps the precision of the weights")
    model = CrossEncoderReranker(str(folder)).load()
    model.half().save_pretrained(str(tmp_path))
    reranker = CrossEncoderReranker(str(tmp_path))
    assert next(reranker.load().parameters()).dtype == torch.float32
    full = CrossEncoderReranker(str(folder)).scores(asked("When?"), several())
    assert reranker.scores(asked("When?"), several()) == pytest.approx(full, abs=0.05)


def _without(name: str) -> Any:
    return lambda folder: (tiny_cross_encoder(folder) / name).unlink()


def _with(name: str, content: bytes) -> Any:
    return lambda folder: (tiny_cross_encoder(folder) / name).write_bytes(content)


def _without_tokenizer(folder: Path) -> None:
    for path in tiny_cross_encoder(folder).glob("tokenizer*"):
        path.unlink()


def _with_broken_numbers(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_cross_encoder(folder) / "model.safetensors")
    weights["classifier.bias"] *= math.nan
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda folder: folder.rmdir(), "not found", id="no-folder"),
        pytest.param(lambda folder: None, "model", id="empty-folder"),
        pytest.param(_without("config.json"), "config.json", id="no-config"),
        pytest.param(_with("config.json", b"[]"), "config.json", id="odd-config"),
        pytest.param(_without("model.safetensors"), "model.safetensors", id="no-weights"),
        pytest.param(_with("model.safetensors", b"PK" * 99), "header", id="damaged-weights"),
        pytest.param(_with("tokenizer.json", b"{}"), "tokenizer", id="damaged-tokenizer"),
        pytest.param(_without_tokenizer, "all texts the same", id="no-tokenizer"),
        pytest.param(_with_broken_numbers, "no numbers", id="broken-numbers"),
        pytest.param(lambda folder: tiny_cross_encoder(folder, labels=3), "3 scores", id="three-labels"),
        pytest.param(tiny_embedder, "trained to score pairs", id="embedder"),
    ],
)
def test_what_is_no_cross_encoder_is_refused_with_the_remedy(make: Any, reason: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    make(folder)
    with pytest.raises(ModelFilesError, match=re.escape(str(folder))) as refused:
        CrossEncoderReranker(str(folder)).scores(asked("When?"), several())
    assert reason in str(refused.value)
    assert "DOSSIER_MODELS__RERANKER" in refused.value.hint
    assert "sentences" in refused.value.hint


def test_a_hub_id_that_cannot_be_reached_is_refused_with_the_remedy() -> None:
    with pytest.raises(ModelFilesError, match="nobody/such-a-model") as refused:
        CrossEncoderReranker("nobody/such-a-model").load()
    assert "DOSSIER_MODELS__RERANKER" in refused.value.hint
