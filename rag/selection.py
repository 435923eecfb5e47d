"""Answer sentence selection: which sentences of the evidence answer the question, and how sure can we be?

Each sentence gets a handful of plain signals. Their weights were fitted on open question sets (SQuAD 2, XQuAD, CLAPnq)
and the sample cases: the ranking by list-wise softmax over the sentences of the evidence, the confidence by logistic
regression on the best sentence.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.sentences import sentence_spans
from rag.answer import Evidence
from rag.ports import Embedder, Encoded
from rag.question import Expected, Question, understand
from rag.words import DATE, DURATION, MONEY, NUMBER, PERCENT, REASON, fold, names, stem, terms, word_spans, words

if TYPE_CHECKING:
    from rag.ports import Vectors

Signals = Mapping[str, float]

# Which sentence: weights of the signals, each signal in 0 … 1 or a cosine.
_RANKING: Signals = {
    "focus": 3.3,
    "meaning": 1.1,
    "meaning_nearby": 2.2,
    "cosine": 2.5,
    "coverage_nearby": 3.2,
    "coverage_passage": 1.7,
    "type": 1.9,
    "passage_cosine": 2.4,
}
# How sure: logistic weights on the same signals of the best sentence; "bias" is the constant.
_CONFIDENCE: Signals = {
    "bias": -5.74,
    "focus": 2.39,
    "cosine": 1.05,
    "coverage_nearby": 1.99,
    "type": 0.92,
    "passage_cosine": 1.0,
    "names": 1.5,
}
_ADDRESSED_TO_MACHINES = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|prompt|rule)s?\b"
    r"|\b(?:AI|artificial|language) (?:assistant|model|system)s?\b.{0,60}\b(?:must|should|answer|reply|ignore)\b",
    re.IGNORECASE,
)
_FADES = 0.8  # what the sentence before says counts for a little less than what the sentence itself says
_FOLLOWS = 0.8  # a further sentence must score at least this share of what the best one scores


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of the evidence: ``evidence[marker].text[start:end]``."""

    marker: int
    start: int
    end: int
    text: str
    score: float
    confidence: float  # 0 … 1, that it answers
    signals: Signals


@dataclass(frozen=True, slots=True)
class Selection:
    """All sentences of the evidence, best first."""

    sentences: tuple[ScoredSentence, ...] = ()

    @property
    def confidence(self) -> float:
        """0 … 1, that the evidence answers the question."""
        return self.sentences[0].confidence if self.sentences else 0.0

    def answer(self, limit: int, threshold: float) -> list[ScoredSentence]:
        """The sentences to show: the best one, and up to ``limit`` that are nearly as good and say something else.

        Empty if the best one's confidence is below ``threshold``.
        """
        if self.confidence < threshold:
            return []
        best = self.sentences[0]
        chosen = [best]
        for sentence in self.sentences[1:]:
            close = sentence.score >= _FOLLOWS * best.score and sentence.confidence >= threshold
            if close and not any(_same(sentence.text, other.text) for other in chosen):
                chosen.append(sentence)
            if len(chosen) >= limit:
                break
        return chosen[:limit]


@dataclass(frozen=True, slots=True)
class Selector:
    """Scores sentences by dense similarity, coverage of the question's words and names, and kind of answer."""

    embedder: Embedder

    def select(self, question: str, evidence: Sequence[Evidence]) -> Selection:
        """Score every sentence of the evidence against a standalone question."""
        asked = understand(question)
        candidates = _candidates(evidence)
        asked_as, *encoded = self.embedder.encode([question, *(candidate.text for candidate in candidates)])
        topic = frozenset(map(stem, asked.names))
        view = _View(asked, _term_vectors(asked, asked_as), topic, _weigher(asked, candidates))
        meanings = [view.meanings(sentence) for sentence in encoded]
        scored = []
        for candidate, sentence, meaning in zip(candidates, encoded, meanings, strict=True):
            before = meanings[candidate.before] if candidate.before is not None else {}
            cosine = float(asked_as.vector @ sentence.vector)
            scored.append(_score(candidate, view.signals(candidate, candidates, cosine, meaning, before)))
        return Selection(tuple(sorted(scored, key=lambda sentence: (-sentence.score, sentence.marker, sentence.start))))


@dataclass(frozen=True, slots=True)
class _Candidate:
    evidence: Evidence
    start: int
    end: int
    before: int | None  # index of the candidate before it in the same passage

    @property
    def text(self) -> str:
        return self.evidence.text[self.start : self.end]


def _candidates(evidence: Sequence[Evidence]) -> list[_Candidate]:
    """The sentences that may be shown as an answer: no headline, none that speaks to machines rather than readers."""
    candidates: list[_Candidate] = []
    for item in evidence:
        before = None
        for start, end in sentence_spans(item.text):
            sentence = item.text[start:end]
            # A headline is followed by a text; the only sentence of a text is no headline, even if it names the text.
            is_headline = item.start == 0 == start and sentence == item.title and end < len(item.text)
            if not is_headline and not _ADDRESSED_TO_MACHINES.search(sentence):
                candidates.append(_Candidate(item, start, end, before))
                before = len(candidates) - 1
    return candidates


def _weigher(question: Question, candidates: Sequence[_Candidate]) -> Callable[[str], float]:
    """A weight per question term: rarer among the candidates weighs more (BM25's idf)."""
    counts = Counter(term for candidate in candidates for term in set(terms(candidate.text)) if term in question.terms)
    total = len(candidates)
    return lambda term: math.log(1 + (total - counts[term] + 0.5) / (counts[term] + 0.5))


def _term_vectors(question: Question, encoded: Encoded) -> dict[str, Vectors]:
    """For each content term of the question, the vectors of its tokens, (m, d)."""
    found = {}
    for start, end, word in word_spans(question.text):
        rows = [index for index, (first, last) in enumerate(encoded.spans) if first < end and last > start]
        if rows and stem(word) in question.terms:
            found[stem(word)] = encoded.tokens[rows]
    return found


@dataclass(frozen=True, slots=True)
class _View:
    """A question ready to be compared with sentences."""

    question: Question
    vectors: Mapping[str, Vectors]
    topic: Collection[str]  # the terms that name whom or what the article is about; the others are the focus
    weigh: Callable[[str], float]

    def meanings(self, sentence: Encoded) -> dict[str, float]:
        """For each term, how near the sentence's nearest token comes (late interaction, Khattab & Zaharia 2020)."""
        if not len(sentence.tokens):
            return dict.fromkeys(self.vectors, 0.0)
        return {term: float((rows @ sentence.tokens.T).max(axis=1).mean()) for term, rows in self.vectors.items()}

    def signals(
        self,
        candidate: _Candidate,
        candidates: Sequence[_Candidate],
        cosine: float,
        meaning: Mapping[str, float],
        meaning_before: Mapping[str, float],
    ) -> Signals:
        own = set(terms(candidate.text))
        headline = set(terms(f"{candidate.evidence.title} {candidate.evidence.outlet or ''}"))
        preceding = candidates[candidate.before].text if candidate.before is not None else ""
        before = set(terms(preceding))
        nearby = own | before | headline
        with_before = {term: max(value, _FADES * meaning_before.get(term, 0.0)) for term, value in meaning.items()}
        best = {term: max(value, _likeness(term, own)) for term, value in meaning.items()}
        return {
            "meaning": self._mean(meaning),
            "meaning_nearby": self._mean(with_before),
            "focus": self._mean({term: value for term, value in best.items() if term not in self.topic} or best),
            "cosine": cosine,
            "coverage_nearby": self._mean({term: _likeness(term, nearby) for term in self.question.terms}),
            "coverage_passage": self._mean(
                {term: _likeness(term, nearby | set(terms(candidate.evidence.text))) for term in self.question.terms}
            ),
            "type": _has_expected(self.question, candidate.text),
            "passage_cosine": candidate.evidence.scores.get("dense", 0.0),
            "names": _names_present(self.question, candidate.evidence, f"{preceding} {candidate.text}"),
        }

    def _mean(self, values: Mapping[str, float]) -> float:
        """The mean over terms, weighted by how rare each is."""
        total = sum(self.weigh(term) for term in values)
        return sum(self.weigh(term) * value for term, value in values.items()) / total if total else 0.0


def _likeness(term: str, found: Collection[str]) -> float:
    if term in found:
        return 1.0
    if len(term) < 4:
        return 0.0
    prefixed = any(len(other) >= 4 and (other.startswith(term) or term.startswith(other)) for other in found)
    kin = len(term) >= 6 and any(len(other) >= 6 and other[:5] == term[:5] for other in found)
    return 0.8 if prefixed else 0.5 if kin else 0.0


_PATTERNS: Mapping[Expected, re.Pattern[str]] = {
    "date": DATE,
    "duration": DURATION,
    "money": MONEY,
    "percent": PERCENT,
    "number": NUMBER,
    "reason": REASON,
}


def _has_expected(question: Question, sentence: str) -> float:
    """1 if the sentence holds the kind of thing asked for that is not in the question itself, 0.5 if any will do."""
    if question.expected == "any":
        return 0.5
    if question.expected in ("person", "place"):
        asked = {fold(word) for word in words(question.text)}
        return float(any(name not in asked for name in names(sentence)))
    asked_text = question.text.lower()
    found = (match.group().lower() for match in _PATTERNS[question.expected].finditer(sentence))
    if question.expected in ("number", "date"):
        return float(any(value not in asked_text for value in found))
    return float(any(True for _ in found))


def _names_present(question: Question, evidence: Evidence, sentences: str) -> float:
    """The share of the question's names that the sentences or the headline mention; half elsewhere in the passage."""
    if not question.names:
        return 1.0
    near = _forms(f"{sentences} {evidence.title} {evidence.outlet or ''}")
    far = _forms(evidence.text)
    found = (1.0 if _is_in(name, near) else 0.5 if _is_in(name, far) else 0.0 for name in question.names)
    return sum(found) / len(question.names)


def _forms(text: str) -> set[str]:
    return {form for word in words(text) for form in (fold(word), stem(word))}


def _is_in(name: str, forms: Collection[str]) -> bool:
    return name in forms or stem(name) in forms


def _score(candidate: _Candidate, signals: Signals) -> ScoredSentence:
    score = sum(weight * signals[name] for name, weight in _RANKING.items())
    logit = sum(weight * signals.get(name, 1.0) for name, weight in _CONFIDENCE.items())
    confidence = 1 / (1 + math.exp(-logit))
    return ScoredSentence(
        candidate.evidence.marker, candidate.start, candidate.end, candidate.text, score, confidence, signals
    )


def _same(one: str, other: str) -> bool:
    """Whether two sentences say much the same: Jaccard over content words at or above 0.6."""
    first, second = set(terms(one)), set(terms(other))
    return len(first & second) >= 0.6 * len(first | second)
