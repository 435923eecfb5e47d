"""A query → vectors and terms: what the legs and the reranker compare passages with."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.ports import Asked, Embedder, Encoded, LexicalIndex, Term, VectorStore
from rag.stopwords import STOPWORDS
from rag.understanding import Query, without_excluded
from rag.words import fold, terms, words

if TYPE_CHECKING:
    from rag.ports import Vectors

_NOWHERE = "\x00"  # no word at all
_LONGEST = 2000  # characters of a question that are searched; the rest of a pasted page adds cost and no meaning


@dataclass(frozen=True, slots=True)
class Asker:
    """Prepares queries for the indexes of some collections."""

    embedder: Embedder
    indexes: Mapping[str, tuple[VectorStore, LexicalIndex]]

    def asked(self, query: Query, languages: Collection[str]) -> Asked:
        """The query's vectors and weighted terms, of the whole and of its parts."""
        text = without_excluded(query.text, query.constraints.without)[:_LONGEST]
        texts = [text, *query.parts]
        if query.own != query.text:
            texts.append(without_excluded(query.own, query.constraints.without)[:_LONGEST])
        encoded = self.embedder.encode([*texts, query.topic] if query.topic != text else texts)
        rows = np.stack([item.vector for item in encoded])
        vectors = rows[: 1 + len(query.parts)]
        if query.own != query.text:  # what was asked last counts as much as what it was taken together with
            vectors = np.concatenate([_mean(rows[0], rows[len(texts) - 1])[None, :], vectors[1:]])
        stems = [_stems(part, languages) for part in (text, *query.parts)]
        weights = self._weights({_NOWHERE, *(stem for variants in stems for each in variants for stem in each)})
        return Asked(
            text=text,
            vectors=vectors,
            parts=tuple(
                tuple(Term(each, min(weights[stem] for stem in each)) for each in variants) for variants in stems
            ),
            rarest=weights[_NOWHERE],
            topic=_own(encoded[-1] if query.topic != text else encoded[0], query, vectors[0]),
        )

    def _weights(self, stems: Collection[str]) -> dict[str, float]:
        """BM25's idf over all passages of the collections."""
        total = 0
        held = dict.fromkeys(stems, 0)
        for _, index in self.indexes.values():
            total += index.count()
            for stem, count in index.frequencies(list(stems)).items():
                held[stem] += count
        return {stem: math.log(1 + max(0.0, total - count + 0.5) / (count + 0.5)) for stem, count in held.items()}

    @staticmethod
    def holders(index: LexicalIndex, quote: str, languages: Collection[str]) -> set[str] | None:
        """The versions that hold a quotation's stems one after the other; None if it has no stems in a language."""
        phrases = {terms(quote, language) for language in languages}
        return None if () in phrases else set().union(*(index.holding(phrase) for phrase in phrases))


def _stems(text: str, languages: Collection[str]) -> list[tuple[str, ...]]:
    """For each content word its stems in all languages, each word once."""
    found: dict[tuple[str, ...], None] = {}
    spoken = _language(text, languages)
    for word in words(text):
        if terms(word, spoken):
            variants = (stem for language in sorted(languages) for stem in terms(word, language))
            found[tuple(dict.fromkeys(variants))] = None
    return list(found)


def _language(text: str, languages: Collection[str]) -> str:
    """The language of a question: the one that most of its function words are from."""
    asked = [fold(word) for word in words(text)]
    held = {language: sum(word in STOPWORDS.get(language, ()) for word in asked) for language in languages}
    return max(sorted(held), key=lambda language: (held[language], language == "en"))


def _own(encoded: Encoded, query: Query, vector: Vectors) -> Encoded:
    """Of a follow-up, the tokens of this turn alone, and the vector of both turns together."""
    if query.own == query.text or not query.topic.endswith(query.own):
        return encoded
    begins = len(query.topic) - len(query.own)
    rows = [at for at, (start, _) in enumerate(encoded.spans) if start >= begins]
    return Encoded(vector, tuple(encoded.spans[at] for at in rows), encoded.tokens[rows])


def _mean(one: Vectors, other: Vectors) -> Vectors:
    mean = one + other
    return mean / max(float(np.linalg.norm(mean)), 1e-9)
