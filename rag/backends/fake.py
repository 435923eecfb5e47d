"""Engines without models or files: true to the seams, small, the same on every machine.

For tests of everything around the engines, and for trying Dossier where nothing may be loaded. They pass the contract
suite that the real engines pass (`tests/contracts`), so what holds over them holds over those.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.article import Passage, parse_passage_id
from rag.errors import ModelUnavailable
from rag.ports import Encoded, Hit, Indexes, LexicalIndex, Reading, Sentences, VectorStore
from rag.stopwords import STOPWORDS
from rag.words import fold, language_of, stem, terms, word_spans

if TYPE_CHECKING:
    from rag.ports import Span, Vectors


@dataclass(slots=True)
class HashingEmbedder:
    """A `rag.ports.Embedder` that knows words only by their stems: texts are near when they share content words.

    A word's vector is the axis that its stem hashes to; a text's is the direction of their sum. ``embedded`` counts the
    texts that were embedded or encoded, for tests of work that should not be done again.
    """

    dimensions: int = 4096
    embedded: int = 0

    @property
    def fingerprint(self) -> str:
        return f"hashing-1-{self.dimensions}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        rows = [self._encoded(text).vector for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimensions)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        rows = [
            self._encoded(text[start:end]).vector
            for text, spans in zip(texts, parts, strict=True)
            for start, end in spans
        ]
        flat = np.array(rows, dtype=np.float32).reshape(len(rows), self.dimensions)
        ends = np.cumsum([len(spans) for spans in parts], dtype=int)
        return self.embed(texts), np.split(flat, ends[:-1]) if len(parts) else []

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.embedded += len(texts)
        return [self._encoded(text) for text in texts]

    def _encoded(self, text: str) -> Encoded:
        spans = word_spans(text)
        tokens = np.zeros((len(spans), self.dimensions), dtype=np.float32)
        for row, (_, _, word) in enumerate(spans):
            tokens[row, self._axis(stem(word))] = 1.0
        content = [row for row, (_, _, word) in enumerate(spans) if fold(word) not in STOPWORDS["en"]]
        total = tokens[content or slice(None)].sum(axis=0)
        if not spans:
            total[0] = 1.0  # a text without words still has a direction
        vector = (total / np.linalg.norm(total)).astype(np.float32)
        return Encoded(vector, tuple((start, end) for start, end, _ in spans), tokens)

    def _axis(self, word: str) -> int:
        return (
            int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "big") % self.dimensions
        )


class MemoryVectorStore:
    """A `rag.ports.VectorStore` in a dictionary, searched exhaustively."""

    def __init__(self) -> None:
        self._vectors: dict[str, Vectors] = {}
        self._sentences: dict[str, Sentences] = {}

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Sentences] = ()) -> None:
        self._vectors |= {passage.id: vector for passage, vector in zip(passages, vectors, strict=True)}
        self._sentences |= {passage.id: item for passage, item in zip(passages, sentences, strict=False)}

    def delete(self, version_keys: Sequence[str]) -> None:
        self._vectors = {id: vector for id, vector in self._vectors.items() if _version(id) not in version_keys}

    def search(self, vector: Vectors, limit: int, within: Collection[str] | None = None) -> list[Hit]:
        return _best({id: float(stored @ vector) for id, stored in self._vectors.items() if _is_in(id, within)}, limit)

    def sentences(self, ids: Sequence[str]) -> dict[str, Sentences]:
        return {id: self._sentences[id] for id in ids if id in self._vectors and id in self._sentences}

    def ids(self) -> set[str]:
        return set(self._vectors)

    def count(self) -> int:
        return len(self.ids())

    def scrub(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class MemoryLexicalIndex:
    """A `rag.ports.LexicalIndex` in a dictionary: BM25 over headline and text, computed anew for every question."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._texts: dict[str, tuple[tuple[str, ...], ...]] = {}  # text, headline

    def upsert(self, passages: Sequence[Passage]) -> None:
        for passage in passages:
            language = language_of(passage.article.language)
            text, title = (terms(words, language) for words in (passage.text, passage.article.title))
            self._texts[passage.id] = text, title
            self._counts[passage.id] = Counter((*title, *text))

    def delete(self, version_keys: Sequence[str]) -> None:
        self._counts = {id: counts for id, counts in self._counts.items() if _version(id) not in version_keys}

    def search(self, terms: Sequence[str], limit: int, within: Collection[str] | None = None) -> list[Hit]:
        holders = {term: sum(term in counts for counts in self._counts.values()) for term in terms}
        total = len(self._counts)
        weights = {term: math.log(1 + (total - held + 0.5) / (held + 0.5)) for term, held in holders.items()}
        average = sum(counts.total() for counts in self._counts.values()) / total if total else 0.0
        scores = {id: _bm25(counts, weights, average) for id, counts in self._counts.items() if _is_in(id, within)}
        return _best({id: score for id, score in scores.items() if score > 0}, limit)

    def holding(self, phrase: Sequence[str]) -> set[str]:
        held = (id for id in self._counts if any(_holds(words, tuple(phrase)) for words in self._texts[id]))
        return {_version(id) for id in held}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        texts = [set(self._texts[id][0]) for id in self._counts]
        return {term: sum(term in text for text in texts) for term in terms}

    def ids(self) -> set[str]:
        return set(self._counts)

    def count(self) -> int:
        return len(self.ids())

    def tainted(self) -> set[str]:
        return set()

    def scrub(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


@dataclass
class MemoryStorage:
    """A `rag.ports.Storage` in a dictionary; ``wrap`` is put around every index."""

    wrap: Callable[[Any], Any] = lambda index: index
    opened: dict[str, tuple[VectorStore, LexicalIndex]] = field(default_factory=dict)

    def take(self) -> None:
        """Nobody else can hold it."""

    def indexes(self, fingerprint: str) -> Indexes:
        return _MemoryIndexes(self, fingerprint)

    def names(self) -> set[str]:
        return set(self.opened)

    def name(self, collection: str, fingerprint: str) -> str:
        return f"{collection}/{fingerprint}"

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.opened.pop(name, None)

    def reset(self) -> None:
        self.opened.clear()

    def compact(self) -> None:
        """Nothing to do."""

    def size(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing to do."""


@dataclass(frozen=True)
class _MemoryIndexes:
    storage: MemoryStorage
    fingerprint: str

    def __call__(self, collection: str) -> tuple[VectorStore, LexicalIndex]:
        name = self.storage.name(collection, self.fingerprint)
        if name not in self.storage.opened:
            wrap = self.storage.wrap
            self.storage.opened[name] = (wrap(MemoryVectorStore()), wrap(MemoryLexicalIndex()))
        return self.storage.opened[name]

    def drop(self, collection: str) -> None:
        self.storage.drop([self.storage.name(collection, self.fingerprint)])


@dataclass(slots=True)
class ScriptedLanguageModel:
    """A `rag.ports.LanguageModel` that says ``pieces``, whatever it is asked; ``prompts`` keeps what that was.

    With ``breaks_after`` it says that many pieces and then raises `ModelUnavailable`; 0 is a model out of reach.
    """

    pieces: Sequence[str] = ()
    breaks_after: int | None = None
    name: str = "scripted"
    prompts: list[tuple[str, str]] = field(default_factory=list)

    def stream(self, system: str, prompt: str) -> Generator[str, None, None]:
        self.prompts.append((system, prompt))
        yield from self.pieces[: self.breaks_after]
        if self.breaks_after is not None:
            raise ModelUnavailable(f"The language model {self.name} broke off.", hint="It was told to.")


@dataclass(slots=True)
class ScriptedReader:
    """A `rag.ports.Reader` that knows ``answers``, words with their chances, whatever it is asked.

    Of those that stand in a text it gives the likeliest; where none does, the first word, with a chance of 0. ``seen``
    keeps what it was given to read.
    """

    answers: Mapping[str, float] = field(default_factory=dict)
    name: str = "scripted"
    seen: list[tuple[str, list[str]]] = field(default_factory=list)

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        self.seen.append((question, list(texts)))
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading | None:
        there = {words: chance for words, chance in self.answers.items() if words in text}
        found = max(there, key=there.__getitem__, default=next(iter(text.split()), ""))
        start = text.find(found)
        return Reading(start, start + len(found), there.get(found, 0.0)) if found else None


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return bool(size) and any(words[at : at + size] == phrase for at in range(len(words) - size + 1))


def _version(passage: str) -> str:
    return parse_passage_id(passage)[0]


def _is_in(passage: str, within: Collection[str] | None) -> bool:
    return within is None or _version(passage) in within


def _bm25(counts: Counter[str], weights: dict[str, float], average: float) -> float:
    length = 0.25 + 0.75 * counts.total() / average if average else 1.0
    return sum(weight * counts[term] * 2.2 / (counts[term] + 1.2 * length) for term, weight in weights.items())


def _best(scores: dict[str, float], limit: int) -> list[Hit]:
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(id, score) for id, score in ranked[:limit]]
