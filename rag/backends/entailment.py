"""Quotes and claim read together by a model for natural-language inference: does the one follow from the other?"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.sentences import sentence_spans
from rag.errors import ModelFilesError
from rag.ports import Support

_BATCH = 16  # pairs
_LONGEST = 6  # sentences that are read as one; of longer quotes, windows
_STRIDE = 4
_CLASSES = ("entail", "neutral", "contradict")  # how the names of the three classes begin
_HINT = (
    "Set DOSSIER_MODELS__JUDGE to “built-in”, or to “entailment:” and a local folder or a hub id of a cross-encoder "
    "with the classes entailment, neutral, contradiction."
)


class EntailmentJudge:
    """A `rag.ports.Judge` over any sentence-transformers cross-encoder with three classes; loaded at the first use.

    Which class is which is read from the model's own ``id2label``. A claim is supported as far as the window of six
    sentences that entails it best does (Laban et al. 2022, SummaC). Three classes know no "in part": ``part`` is the
    root of the chance of entailment, so that one of .25 counts as partial. What is longer than the model reads is cut
    off.

    Args:
        model: a local folder, or a hub id (the only case that may use the network).
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.name = f"entailment:{model}"
        self._loading = threading.Lock()
        self._computing = threading.Lock()  # a tokenizer serves one thread at a time
        self._loaded: tuple[Any, tuple[int, ...]] | None = None

    def support(self, claim: str, quotes: Sequence[str]) -> Support:
        model, places = self.load()
        pairs = [(premise, claim) for premise in _premises(quotes)]
        with self._computing:
            chances = _chances(model, pairs)
        entailed, _, contradicted = max([row[place] for place in places] for row in chances)
        most = max(
            ("follow", entailed), ("say the opposite", contradicted), ("leave it open", 1 - entailed - contradicted),
            key=lambda each: each[1],
        )  # fmt: skip
        reason = {
            "follow": "It follows from the cited words",
            "say the opposite": "The cited words say the opposite",
            "leave it open": "It does not follow from the cited words",
        }[most[0]]
        return Support(math.sqrt(entailed), entailed, contradicted, f"{reason} ({most[1]:.0%}).")

    def load(self) -> tuple[Any, tuple[int, ...]]:
        """The model, loaded once, and where its classes stand: entailment, neutral, contradiction.

        Raises:
            ModelFilesError: the files are absent, damaged, or not a cross-encoder with these three classes.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = self._opened()
            return self._loaded

    def _opened(self) -> tuple[Any, tuple[int, ...]]:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # our own bars say what takes time
        damaged = (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, ImportError)
        # Half precision, if the weights are stored so, is slow on most processors.
        options = {} if torch.cuda.is_available() else {"dtype": torch.float32}
        try:
            model = CrossEncoder(self.model, local_files_only=Path(self.model).is_dir(), model_kwargs=options)
            places = _places(model.config.id2label)
        except (*damaged, SafetensorError) as error:
            raise self._refused(
                "cannot be loaded", next(iter(str(error).splitlines()), type(error).__name__)
            ) from error
        trained = any(name.endswith("ForSequenceClassification") for name in model.config.architectures or [])
        if places is None or not trained:
            classes = ", ".join(map(str, model.config.id2label.values()))
            raise self._refused(
                "cannot be used", f"its classes are {classes}" if trained else "it was not trained for this"
            )
        return model, places

    def _refused(self, what: str, why: str) -> ModelFilesError:
        return ModelFilesError(f"The judge {self.model} {what} ({why}).", hint=_HINT)


def _places(labels: Mapping[Any, Any]) -> tuple[int, ...] | None:
    """The places of the three classes by their names; None if these are not the model's."""
    names = {int(place): str(name).lower() for place, name in labels.items()}
    found = tuple(place for kind in _CLASSES for place, name in names.items() if name.startswith(kind))
    return found if len(found) == len(names) == len(_CLASSES) else None


def _premises(quotes: Sequence[str]) -> Iterator[str]:
    """All quotes as one text, or windows of its sentences where it is long."""
    texts = [quote[start:end] for quote in quotes for start, end in sentence_spans(quote)]
    if len(texts) <= _LONGEST:
        yield " ".join(texts)
        return
    for at in range(0, len(texts) - _LONGEST + _STRIDE, _STRIDE):
        yield " ".join(texts[at : at + _LONGEST])


def _chances(model: Any, pairs: Sequence[tuple[str, str]]) -> list[list[float]]:
    """(n,) pairs → (n, 3), each row adds up to 1."""
    from torch.nn import Softmax

    rows = model.predict(
        list(pairs), batch_size=_BATCH, activation_fn=Softmax(dim=-1), convert_to_numpy=True, show_progress_bar=False
    )
    return [[float(value) for value in row] for row in rows]
