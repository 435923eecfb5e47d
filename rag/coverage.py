"""How much of a claim the quoted words hold: the signals of the built-in judge, each 0 … 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corpus.sentences import sentence_spans
from rag.kin import meanings
from rag.words import names, stem, terms

_EXACT, _KIN, _FAMILY = (
    1.0,
    0.8,
    0.7,
)  # how well a word is met: by itself, by one that says the same, by one of its family
_ROOT = 5  # letters that the words of a family share
_WINDOW = 3  # sentences that may say a thing together
_PARTS = re.compile(r"[,;:–—]\s|\b(?:and|but|while|which|who|whose|where|after|before|because|that|with|when|as)\b")
_NEGATIONS = frozenset(map(stem, "never nobody none nothing cannot without neither".split()))
_SHORTEST = 2  # content words of a part; a shorter one is taken with the next


class Signals(NamedTuple):
    """Shares of the claim that the quotes hold.

    ``window`` is over the content words, by the best three sentences in a row. ``parts`` and ``weakest`` are the mean
    and the least over the parts of the claim, each by its own best window. ``names`` and ``numbers`` are over those
    words, by all quotes (``parts`` where the claim has none); ``pairs`` over neighbouring content words; ``phrases``
    over neighbouring words of any kind.
    """

    window: float
    parts: float
    weakest: float
    names: float
    numbers: float
    pairs: float
    phrases: float


class _Sentence:
    """A sentence as sets, to look words up in."""

    __slots__ = ("meanings", "pairs", "phrases", "roots", "stems")

    def __init__(self, text: str) -> None:
        order = content(text)
        self.stems = frozenset(order)
        self.meanings = frozenset().union(*map(meanings, self.stems))
        self.roots = frozenset(word[:_ROOT] for word in self.stems if len(word) >= _ROOT)
        self.pairs = frozenset(pairwise(order)) | frozenset(zip(order, order[2:], strict=False))
        self.phrases = _phrases(text)

    def meets(self, word: str) -> float:
        """How well the sentence has a word, 0 … 1."""
        if word in self.stems:
            return _EXACT
        if not self.meanings.isdisjoint(meanings(word)):
            return _KIN
        return _FAMILY if word[:_ROOT] in self.roots and not word.isdigit() else 0.0


def signals(claim: str, quotes: Sequence[str]) -> Signals:
    """All zero where the claim or the quotes have no content words."""
    order = content(claim)
    words = list(dict.fromkeys(order))
    read = [_sentence(text) for text in sentences(quotes)]
    if not words or not read:
        return Signals(*[0.0] * len(Signals._fields))
    met = np.array([[one.meets(word) for word in words] for one in read])  # (sentences, words)
    windows = np.array([met[at : at + _WINDOW].max(axis=0) for at in range(len(read))])
    whole = met.max(axis=0)
    places = {word: at for at, word in enumerate(words)}
    by_part = [float(windows[:, [places[word] for word in part]].mean(axis=1).max()) for part in _parts(claim)]
    mean = sum(by_part) / len(by_part)
    named = {stem(word) for name in names(claim) for word in re.split(r"\W", name)}
    return Signals(
        window=float(windows.mean(axis=1).max()),
        parts=mean,
        weakest=min(by_part),
        names=_share(whole, [word in named for word in words], mean),
        numbers=_share(whole == 1, [any(map(str.isdigit, word)) for word in words], mean),
        pairs=_held(frozenset(pairwise(order)), [one.pairs for one in read], mean),
        phrases=_held(_phrases(claim), [one.phrases for one in read], mean),
    )


def sentences(quotes: Sequence[str]) -> list[str]:
    """The sentences of all quotes."""
    return [quote[start:end] for quote in quotes for start, end in sentence_spans(quote)]


@lru_cache(maxsize=8192)
def content(text: str) -> tuple[str, ...]:
    """Stems of the content words as `rag.words.terms`, compounds taken apart, negations left to `rag.polarity`."""
    return tuple(word for word in terms(re.sub(r"(?<=\w)[-–/](?=\w)", " ", text)) if word not in _NEGATIONS)


@lru_cache(maxsize=4096)
def _sentence(text: str) -> _Sentence:
    return _Sentence(text)


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    order = [stem(word) for word in re.findall(r"[^\W_]+", text)]
    return frozenset(pairwise(order)) | frozenset(zip(order, order[1:], order[2:], strict=False))


def _parts(claim: str) -> list[list[str]]:
    """The claim's content words by its parts, cut at commas and conjunctions."""
    found: list[list[str]] = []
    begun: list[str] = []
    for piece in _PARTS.split(claim):
        begun += content(piece)
        if len(set(begun)) >= _SHORTEST:
            found.append(begun)
            begun = []
    if begun and found:
        found[-1] += begun
    return found or [begun]


def _share(met: np.ndarray, chosen: list[bool], otherwise: float) -> float:
    return float(met[np.array(chosen)].mean()) if any(chosen) else otherwise


def _held(wanted: frozenset[tuple[str, ...]], there: Sequence[frozenset[tuple[str, ...]]], otherwise: float) -> float:
    return len(wanted & frozenset().union(*there)) / len(wanted) if wanted else otherwise
