"""What every `rag.ports.Reader` keeps; then what the one over a model keeps beside that."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import FERRY, LIGHTHOUSE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_models import tiny_cross_encoder, tiny_embedder, tiny_reader

from rag.backends import question_answering
from rag.backends.fake import ScriptedReader
from rag.backends.question_answering import QuestionAnsweringReader
from rag.errors import ModelFilesError
from rag.ports import Reader, Reading

QUESTION = "When was the lighthouse lit?"
QUESTIONS = [QUESTION, "Who?", "", "灯台はいつ点灯されたか。", "🐦‍⬛🗼", "… — !?", "lighthouse " * 500]
NAMES = ["plain", "one-word", "empty", "japanese", "emoji", "punctuation", "long"]
LONG = "The keeper counted ships. " * 300 + "It was lit in 1871, and " + "rain " * 300
TEXTS = [
    LIGHTHOUSE,
    FERRY,
    LONG,
    f"  \n {LIGHTHOUSE}\n\n",
    "x",
    "… — !?",
    "🐦‍⬛🗼 lit e\u0301te\u0301 in 1871 🗼",
    "灯台は1871年に点灯された。",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering model on disk, which reads 128 tokens."""
    return tiny_reader(tmp_path_factory.mktemp("reader"))


READERS: dict[str, Callable[[Path], Reader]] = {
    "scripted": lambda _: ScriptedReader({"1871": 0.9, "Ada Quist": 0.4}),
    "bert": lambda folder: QuestionAnsweringReader(str(tiny_reader(folder))),
    "distilbert": lambda folder: QuestionAnsweringReader(str(tiny_reader(folder, "distilbert"))),
}


@pytest.fixture(scope="module", params=READERS.values(), ids=READERS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    opened: Reader = request.param(tmp_path_factory.mktemp("model"))
    return opened


@pytest.fixture
def counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[QuestionAnsweringReader, list[str]]:
    """A reader, and the texts that its model was given so far."""
    counting, texts = QuestionAnsweringReader(str(folder)), list[str]()
    counting.load()  # which tries it out
    read = question_answering._read

    def noting(tokenizer: Any, model: Any, question: str, unread: Sequence[str]) -> list[Reading | None]:
        texts.extend(unread)
        return read(tokenizer, model, question, unread)

    monkeypatch.setattr(question_answering, "_read", noting)
    return counting, texts


def alike(one: Reading | None, other: Reading | None) -> bool:
    """The same, but for what rounding in batches of another size does to a chance."""
    if one is None or other is None:
        return one is other
    return (one.start, one.end) == (other.start, other.end) and math.isclose(one.chance, other.chance, abs_tol=1e-4)


def honest(reading: Reading | None, text: str) -> bool:
    """Whether it has words of the text, and a chance that is one."""
    if reading is None:
        return not text.strip()
    words = text[reading.start : reading.end]
    return (
        0 <= reading.start < reading.end <= len(text)
        and words == words.strip()
        and type(reading.start) is type(reading.end) is int
        and 0 <= reading.chance <= 1
    )


def test_it_is_a_reader_with_a_name(reader: Reader) -> None:
    assert isinstance(reader, Reader)
    assert reader.name


@pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)
def test_every_text_gets_words_of_its_own_that_its_place_does_not_change(reader: Reader, question: str) -> None:
    found = reader.read(question, TEXTS)
    assert all(honest(reading, text) and reading for reading, text in zip(found, TEXTS, strict=True))
    again = reader.read(question, TEXTS[::-1])
    assert all(alike(one, other) for one, other in zip(found, again[::-1], strict=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), max_size=3))
def test_whatever_is_read_the_places_are_those_of_its_words(reader: Reader, question: str, texts: list[str]) -> None:
    found = reader.read(question.encode("utf-8", "replace").decode(), texts)
    for reading, text in zip(found, texts, strict=True):
        assert reading is None or honest(reading, text)


def test_a_text_without_words_has_no_answer(reader: Reader) -> None:
    first, second, third, none = reader.read(QUESTION, ["", LIGHTHOUSE, " \n\t ", ""])
    assert first is third is none is None
    assert second is not None
    assert reader.read(QUESTION, []) == []


def test_threads_share_one(reader: Reader) -> None:
    questions = [f"{question} {number}" for question in QUESTIONS[:2] for number in range(3)] * 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: reader.read(question, TEXTS[:2]), questions))
    assert together == [reader.read(question, TEXTS[:2]) for question in questions]


# Over a model


def test_a_question_and_a_text_are_computed_once(counted: tuple[QuestionAnsweringReader, list[str]]) -> None:
    reader, texts = counted
    first = reader.read(QUESTION, [LIGHTHOUSE, FERRY, LIGHTHOUSE])
    assert texts == [LIGHTHOUSE, FERRY]
    assert first[0] == first[2]
    assert reader.read(QUESTION, [FERRY, LIGHTHOUSE]) == [first[1], first[0]]
    assert len(texts) == 2
    reader.read("Who?", [FERRY, ""])
    assert reader.read("Who?", [""]) == [None]
    assert texts[2:] == [FERRY, ""]


def test_what_was_not_asked_for_in_a_long_time_is_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_answering, "_REMEMBERED", 2)
    reader = QuestionAnsweringReader(str(folder))
    assert None not in reader.read(QUESTION, TEXTS)
    assert [text for _, text in reader._remembered] == TEXTS[-2:]
    reader.read(QUESTION, TEXTS[-2:-1])  # asked for again, it outlives the other
    reader.read(QUESTION, TEXTS[:1])
    assert [text for _, text in reader._remembered] == [TEXTS[-2], TEXTS[0]]


def test_the_chance_is_the_best_span_against_no_answer(folder: Path) -> None:
    """The same by the definition: all spans one by one, over tokens that the tokenizer was asked for anew."""
    import torch

    reader = QuestionAnsweringReader(str(folder))
    tokenizer, model = reader.load()
    pair = tokenizer(QUESTION, FERRY[:60], return_offsets_mapping=True, return_tensors="pt")
    offsets = pair.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        given = model(**pair)
    starts, ends = given.start_logits[0].tolist(), given.end_logits[0].tolist()
    words = [at for at, owner in enumerate(pair.sequence_ids(0)) if owner == 1]
    spans = [(starts[i] + ends[j], i, j) for i in words for j in words if i <= j < i + 30]
    best, first, last = max(spans)
    (found,) = reader.read(QUESTION, [FERRY[:60]])
    assert found is not None
    assert (found.start, found.end) == (offsets[first][0], offsets[last][1])
    assert found.chance == pytest.approx(1 / (1 + math.exp(starts[0] + ends[0] - best)), abs=1e-5)


def test_all_of_a_long_text_is_read_in_windows_that_overlap(folder: Path) -> None:
    tokenizer, model = QuestionAnsweringReader(str(folder)).load()
    windows = list(question_answering._windows(tokenizer, model, QUESTION, [LIGHTHOUSE, LONG]))
    assert [window.text for window in windows][:2] == [0, 1]
    assert all(len(window.inputs["input_ids"]) <= 128 for window in windows)
    of_long = [window.spans for window in windows if window.text == 1]
    assert len(of_long) > 3
    for before, after in pairwise(of_long):
        assert after[0][0] < before[-1][1]
    covered = {at for spans in of_long for start, end in spans for at in range(start, end)}
    assert covered == {at for at, letter in enumerate(LONG) if not letter.isspace()}


def test_a_question_is_read_as_far_as_leaves_room_for_the_text(folder: Path) -> None:
    reader = QuestionAnsweringReader(str(folder))
    long, longer, other = (
        reader.read("lighthouse " * many + what, [FERRY]) for many, what in ((64, ""), (500, "ferry"), (63, "ferry"))
    )
    assert long == longer != other


def test_the_window_with_the_best_chance_counts(folder: Path) -> None:
    tokenizer, model = QuestionAnsweringReader(str(folder)).load()
    windows = list(question_answering._windows(tokenizer, model, QUESTION, [LONG]))
    each = [
        question_answering._likeliest(
            window, *(rows[0] for rows in question_answering._logits(tokenizer, model, [window]))
        )
        for window in windows
    ]
    (found,) = question_answering._read(tokenizer, model, QUESTION, [LONG])
    assert alike(found, max(each, key=lambda reading: reading.chance))


def test_an_answer_does_not_end_before_it_begins_and_is_not_long() -> None:
    spans = [(at * 2, at * 2 + 1) for at in range(100)]
    window = question_answering._Window(0, {}, 0, list(range(1, 101)), spans)
    starts, ends = np.zeros((2, 101), np.float32)
    starts[60], ends[10], ends[95] = 5.0, 9.0, 3.0  # of the two ends one comes before it, and one far behind
    assert question_answering._likeliest(window, starts, ends).end == spans[9][1]  # nine alone is more than five alone
    ends[10] = 0.0
    found = question_answering._likeliest(window, starts, ends)
    assert (found.start, found.end) == (spans[59][0], spans[59][1])
    starts[0], ends[0] = 900.0, 900.0
    assert question_answering._likeliest(window, starts, ends).chance == 0.0


def test_nothing_is_loaded_before_there_is_something_to_read(tmp_path: Path) -> None:
    reader = QuestionAnsweringReader(str(tmp_path / "absent"))
    assert reader.name == str(tmp_path / "absent")
    assert reader.read(QUESTION, []) == []


def test_weights_in_half_precision_are_read_in_full(tmp_path: Path, folder: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("a GPU keeps the precision of the weights")
    tokenizer, model = QuestionAnsweringReader(str(folder)).load()
    model.half().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    _, again = QuestionAnsweringReader(str(tmp_path)).load()
    assert next(again.parameters()).dtype == torch.float32


def _without(name: str) -> Any:
    return lambda folder: (tiny_reader(folder) / name).unlink()


def _with(name: str, content: bytes) -> Any:
    return lambda folder: (tiny_reader(folder) / name).write_bytes(content)


def _without_tokenizer(folder: Path) -> None:
    for path in tiny_reader(folder).glob("tokenizer*"):
        path.unlink()


def _with_broken_numbers(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(tiny_reader(folder) / "model.safetensors")
    weights["qa_outputs.bias"] *= math.nan
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda folder: folder.rmdir(), "cannot be loaded", id="no-folder"),
        pytest.param(lambda folder: None, "cannot be loaded", id="empty-folder"),
        pytest.param(_without("config.json"), "cannot be loaded", id="no-config"),
        pytest.param(_with("config.json", b"[]"), "cannot be loaded", id="odd-config"),
        pytest.param(_without("model.safetensors"), "model.safetensors", id="no-weights"),
        pytest.param(_with("model.safetensors", b"PK" * 99), "header", id="damaged-weights"),
        pytest.param(_with("tokenizer.json", b"{}"), "cannot be loaded", id="damaged-tokenizer"),
        pytest.param(_without_tokenizer, "all texts the same", id="no-tokenizer"),
        pytest.param(_with_broken_numbers, "no numbers", id="broken-numbers"),
        pytest.param(tiny_embedder, "qa_outputs", id="embedder"),
        pytest.param(tiny_cross_encoder, "qa_outputs", id="cross-encoder"),
    ],
)
def test_what_is_no_reader_is_refused_with_the_remedy(make: Any, reason: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    make(folder)
    with pytest.raises(ModelFilesError, match=re.escape(str(folder))) as refused:
        QuestionAnsweringReader(str(folder)).read(QUESTION, [LIGHTHOUSE])
    assert reason in str(refused.value)
    assert "DOSSIER_MODELS__READER" in refused.value.hint


def test_a_hub_id_that_cannot_be_reached_is_refused_with_the_remedy() -> None:
    with pytest.raises(ModelFilesError, match="nobody/such-a-model") as refused:
        QuestionAnsweringReader("nobody/such-a-model").load()
    assert "DOSSIER_MODELS__READER" in refused.value.hint
