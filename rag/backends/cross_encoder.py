"""Question and passage read together by a model made for it: slower than the default, for those who have one."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelFilesError
from rag.ports import Asked, Candidate

_BATCH = 16  # pairs
_REMEMBERED = 20_000  # scores
_PROBES = (  # as many tokens in both, so that only a model that knows the words can tell them apart
    ("When was the lighthouse lit?", "The lighthouse was lit in spring."),
    ("When was the lighthouse lit?", "The children ate plums all day."),
)
_HINT = (
    "Set DOSSIER_MODELS__RERANKER to “sentences”, a local folder, or a hub id of a cross-encoder with one score that "
    "you can reach."
)

# Question, headline, passage id. The id stands for the text but not for the headline, which an update can change alone.
_Pair = tuple[str, str, str]


class CrossEncoderReranker:
    """A `rag.ports.Reranker` over any sentence-transformers cross-encoder with one score; loaded at the first use.

    Scores are the model's logits, and remembered: a pair of question and passage is computed once. What is longer than
    the model reads is cut off.

    Args:
        model: a local folder, or a hub id (the only case that may use the network).
    """

    reads = True

    def __init__(self, model: str) -> None:
        self.name = model
        self._loading = threading.Lock()
        self._computing = threading.Lock()  # a tokenizer serves one thread at a time
        self._model: Any = None
        self._remembered = _Scores(_REMEMBERED)

    def scores(self, asked: Asked, candidates: Sequence[Candidate]) -> list[float]:
        passages = {_pair(asked, candidate): _text(candidate) for candidate in candidates}
        found = self._remembered.of(passages)
        if len(found) < len(passages):
            with self._computing:
                found |= self._remembered.of(passages)  # another thread may have been asked the same
                computed = self._computed({pair: text for pair, text in passages.items() if pair not in found})
            found |= computed
        return [found[_pair(asked, candidate)] for candidate in candidates]

    def _computed(self, passages: Mapping[_Pair, str]) -> dict[_Pair, float]:
        if not passages:
            return {}
        texts = [(question, text) for (question, _, _), text in passages.items()]
        computed = dict(zip(passages, _logits(self.load(), texts), strict=True))
        self._remembered.keep(computed)
        return computed

    def load(self) -> Any:
        """The model, a `sentence_transformers.CrossEncoder`, loaded once.

        Raises:
            ModelFilesError: the files are absent, damaged, or not a cross-encoder with one score.
        """
        with self._loading:
            if self._model is None:
                self._model = self._opened()
            return self._model

    def _opened(self) -> Any:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # our own bars say what takes time
        damaged = (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, ImportError)
        # Half precision, if the weights are stored so, is slow on most processors and scores many passages the same.
        options = {} if torch.cuda.is_available() else {"dtype": torch.float32}
        try:
            model = CrossEncoder(self.name, local_files_only=Path(self.name).is_dir(), model_kwargs=options)
            objection = _objection(model)
        except (*damaged, SafetensorError) as error:
            raise self._refused("cannot be loaded", _first_line(error)) from error
        if objection:
            raise self._refused("cannot be used", objection)
        return model

    def _refused(self, what: str, why: str) -> ModelFilesError:
        return ModelFilesError(f"The reranker {self.name} {what} ({why}).", hint=_HINT)


class _Scores:
    """The last scores that were asked for; safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._scores: OrderedDict[_Pair, float] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, pairs: Iterable[_Pair]) -> dict[_Pair, float]:
        """The scores of those that are known."""
        with self._lock:
            found = {pair: self._scores[pair] for pair in pairs if pair in self._scores}
            for pair in found:
                self._scores.move_to_end(pair)
            return found

    def keep(self, scores: Mapping[_Pair, float]) -> None:
        with self._lock:
            self._scores.update(scores)
            while len(self._scores) > self._limit:
                self._scores.popitem(last=False)


def _pair(asked: Asked, candidate: Candidate) -> _Pair:
    return asked.text, candidate.title, candidate.id


def _text(candidate: Candidate) -> str:
    return f"{candidate.title}\n{candidate.text}"


def _logits(model: Any, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """A score for each pair. The model's own loop puts pairs of like length into a batch."""
    from torch.nn import Identity

    logits = model.predict(
        list(pairs), batch_size=_BATCH, activation_fn=Identity(), convert_to_numpy=True, show_progress_bar=False
    )
    return [float(logit) for logit in logits]


def _objection(model: Any) -> str:
    """Why a model that opened without complaint cannot rank; empty if it can.

    What its files lack is made up when it is opened: a classifier at random, a tokenizer that knows no word.
    """
    names = model.config.architectures or []
    classifies = getattr(model[0], "transformer_task", "") == "sequence-classification"
    if classifies and not any(name.endswith("ForSequenceClassification") for name in names):
        return "it holds nothing that was trained to score pairs, as a cross-encoder does"
    if model.num_labels != 1:
        return f"it gives {model.num_labels} scores for a pair"
    answer, other = _logits(model, _PROBES)
    if not math.isfinite(answer - other):
        return "its scores are no numbers"
    return "it scores all texts the same" if math.isclose(answer, other, rel_tol=0, abs_tol=1e-5) else ""


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
