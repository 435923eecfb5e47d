"""The few words that answer, found by a model for extractive question answering, and the chance that they do."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelFilesError
from rag.ports import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.ports import Span

_BATCH = 16  # windows
_WINDOW = 384  # tokens of question and text together
_QUESTION = 64  # tokens of a question that are read
_OVERLAP = 1 / 3  # of a window's text with the next one's
_ANSWER = 30  # tokens of an answer at most
_REMEMBERED = 5_000  # readings
_PROBES = (  # as many tokens in both, so that only a model that knows the words can tell them apart; the last is long
    "The lighthouse was lit in spring.",
    "The children ate plums all day.",
    "The keeper counted the ships by night. " * 99,
)
_HINT = (
    "Set DOSSIER_MODELS__READER to a local folder, or a hub id that you can reach, of a question-answering model "
    "trained on SQuAD 2 or the like; leave it empty to do without."
)


class QuestionAnsweringReader:
    """A `rag.ports.Reader` over any transformers question-answering model; loaded at the first use.

    The chance is the sigmoid of how far the best span's score, start and end logits added up, lies above the score of
    "no answer", both logits of the first token (Devlin et al. 2019, BERT, on SQuAD 2). It means little from a model
    that has never seen a question without an answer. Texts longer than the model reads are read in overlapping windows,
    and the one with the best chance counts. Readings are remembered: a question and a text are computed once.

    Args:
        model: a local folder, or a hub id (the only case that may use the network).
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._lock = threading.RLock()  # a tokenizer serves one thread at a time
        self._loaded: tuple[Any, Any] | None = None
        self._remembered: OrderedDict[tuple[str, str], Reading | None] = OrderedDict()

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        with self._lock:
            unread = [text for text in dict.fromkeys(texts) if (question, text) not in self._remembered]
            if unread:
                readings = _read(*self.load(), question, unread)
                self._remembered |= {(question, text): one for text, one in zip(unread, readings, strict=True)}
            found = [self._remembered[question, text] for text in texts]
            for text in texts:
                self._remembered.move_to_end((question, text))
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
            return found

    def load(self) -> tuple[Any, Any]:
        """The tokenizer and the model, loaded once.

        Raises:
            ModelFilesError: the files are absent, damaged, or not those of a question-answering model.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._opened()
            return self._loaded

    def _opened(self) -> tuple[Any, Any]:
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # our own bars say what takes time
        damaged = (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, ImportError)
        graphics = torch.cuda.is_available()
        # Half precision, if the weights are stored so, is slow on most processors.
        dtype = "auto" if graphics else torch.float32
        local = Path(self.name).is_dir()
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.name, local_files_only=local)
            model, loading = AutoModelForQuestionAnswering.from_pretrained(
                self.name, local_files_only=local, dtype=dtype, output_loading_info=True
            )
            model = model.to("cuda" if graphics else "cpu").eval()
            objection = _objection(tokenizer, model, sorted(loading["missing_keys"]))
        except (*damaged, SafetensorError) as error:
            why = next(iter(str(error).splitlines()), type(error).__name__)
            raise self._refused("cannot be loaded", why) from error
        if objection:
            raise self._refused("cannot be used", objection)
        return tokenizer, model

    def _refused(self, what: str, why: str) -> ModelFilesError:
        return ModelFilesError(f"The reader {self.name} {what} ({why}).", hint=_HINT)


@dataclass(frozen=True, slots=True)
class _Window:
    """A question and a stretch of a text, as a model reads them."""

    text: int  # its place among the texts
    inputs: dict[str, list[int]]  # (t,) each
    silent: int  # the place of the token that stands for "no answer"
    places: list[int]  # (m,) of the tokens that are words of the text …
    spans: list[Span]  # (m,) … and where these stand in it


def _read(tokenizer: Any, model: Any, question: str, texts: Sequence[str]) -> list[Reading | None]:
    """(n,) texts → (n,), each the likeliest of the text's windows."""
    best: dict[int, Reading] = {}
    windows = sorted(_windows(tokenizer, model, question, texts), key=lambda window: len(window.inputs["input_ids"]))
    for batch in (windows[at : at + _BATCH] for at in range(0, len(windows), _BATCH)):
        for window, starts, ends in zip(batch, *_logits(tokenizer, model, batch), strict=True):
            reading = _likeliest(window, starts, ends)
            if window.text not in best or reading.chance > best[window.text].chance:
                best[window.text] = reading
    return [best.get(number) for number in range(len(texts))]


def _windows(tokenizer: Any, model: Any, question: str, texts: Sequence[str]) -> Iterator[_Window]:
    """The windows that hold words of a text."""
    size = min(_WINDOW, tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None) or _WINDOW)
    question = _beginning(tokenizer, question, min(_QUESTION, size // 2))
    taken = len(tokenizer(question, add_special_tokens=False)["input_ids"])
    room = size - taken - tokenizer.num_special_tokens_to_add(pair=True)
    encoded = tokenizer(
        [question] * len(texts),
        list(texts),
        truncation="only_second",
        max_length=size,
        stride=int(room * _OVERLAP),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    names = [name for name in tokenizer.model_input_names if name in encoded]
    for row, text in enumerate(encoded["overflow_to_sample_mapping"]):
        inputs = {name: encoded[name][row] for name in names}
        tokens = enumerate(zip(encoded.sequence_ids(row), encoded["offset_mapping"][row], strict=True))
        spans = {at: _stripped(texts[text], *span) for at, (owner, span) in tokens if owner == 1}
        spans = {at: (start, end) for at, (start, end) in spans.items() if start < end}
        if spans:
            first = tokenizer.cls_token_id
            silent = inputs["input_ids"].index(first) if first in inputs["input_ids"] else 0
            yield _Window(text, inputs, silent, list(spans), list(spans.values()))


def _beginning(tokenizer: Any, question: str, limit: int) -> str:
    """The question as far as its first ``limit`` tokens go."""
    encoded = tokenizer(question, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    offsets = encoded["offset_mapping"]
    return question[: offsets[limit - 1][1]] if len(offsets) > limit else question


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space that some tokenizers count as part of a word."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def _logits(tokenizer: Any, model: Any, batch: Sequence[_Window]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(b,) windows → (b, t) logits for the start and for the end of an answer."""
    import torch

    padded = tokenizer.pad([window.inputs for window in batch], padding_side="right", return_tensors="pt")
    with torch.inference_mode():
        given = model(**padded.to(model.device))
    return given.start_logits.float().cpu().numpy(), given.end_logits.float().cpu().numpy()


def _likeliest(window: _Window, starts: NDArray[np.float32], ends: NDArray[np.float32]) -> Reading:
    """The best span of at most `_ANSWER` tokens that does not end before it begins."""
    places = window.places
    sums = starts[places][:, None] + ends[places][None, :]
    allowed = np.tril(np.triu(np.ones(sums.shape, dtype=bool)), _ANSWER - 1)
    first, last = np.unravel_index(np.where(allowed, sums, -np.inf).argmax(), sums.shape)
    margin = float(sums[first, last] - starts[window.silent] - ends[window.silent])
    chance = (1 + math.tanh(margin / 2)) / 2  # the sigmoid, which cannot overflow when written so
    return Reading(window.spans[first][0], window.spans[last][1], chance)


def _objection(tokenizer: Any, model: Any, missing: Sequence[str]) -> str:
    """Why a model that opened without complaint cannot read; empty if it can.

    What its files lack is made up when it is opened: the layer that finds spans at random, a tokenizer that knows no
    word.
    """
    if missing:
        return f"it lacks {missing[0]}, and so was not trained to find answers"
    if not tokenizer.is_fast:
        return "its tokenizer cannot say where words stand"
    windows = list(_windows(tokenizer, model, "When was the lighthouse lit?", _PROBES))
    starts, ends = _logits(tokenizer, model, windows)
    if not np.isfinite([starts, ends]).all():
        return "its scores are no numbers"
    return "it reads all texts the same" if np.allclose(starts[0], starts[1], rtol=0, atol=1e-5) else ""
