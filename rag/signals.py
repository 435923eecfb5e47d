"""What tells whether a sentence answers a question: plain signals of every sentence of the evidence.

The far signals cost no model: the vectors of the sentences lie beside the index, and words are compared by stems. The
near ones compare token by token (late interaction, Khattab & Zaharia 2020) and are for the few best only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corpus.sentences import sentence_spans
from rag.answer import Evidence
from rag.answer_types import expected, focus, typed
from rag.hostility import hostile_spans
from rag.kin import meanings
from rag.question import Question
from rag.words import fold, likeness, stem, terms, word_spans, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.ports import Encoded, Sentences, Vectors

    Table = NDArray[np.float64]

FAR = (
    "cosine",  # of question and sentence, as it stands in its passage
    "cosine_gap",  # to the best sentence of all
    "cosine_passage",  # of the passage's best sentence
    "coverage",  # share of the question's words, by idf, in the sentence …
    "coverage_gap",  # … less that of the best
    "coverage_before",  # … or in the headline or the sentence before
    "coverage_after",  # … or in the headline or the sentence after
    "coverage_passage",
    "names",  # share of the question's names in the sentence
    "names_passage",
    "type",  # holds what is asked for, and the question does not; ½ where anything may be asked for
    "type_near",  # how near to the question's words it stands
    "unit",  # whether a number counts what is asked for; ½ where none is asked for
    "focus",  # share of the words after "which" in the sentence
    "pairs",  # share of the question's pairs of neighbouring words
    "window",  # how densely the sentence holds them
    "new",  # content words that the question has not, up to ten
    "length",  # log of the words
    "pronoun",  # begins with one
    "rank_gap",  # the passage's score less that of the best
)
NEAR = (
    "meaning",  # the question's words, each by its most similar token, mean by idf
    "meaning_before",  # … or in the sentence before, which counts for less
    "meaning_least",  # that of the worst
    "meaning_tokens",  # mean over all tokens, function words too
    "meaning_focus",  # that of the words after "which"
    "cosine_alone",  # of question and sentence, the sentence by itself
)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|\]\(\s*(?:https?|javascript|data):", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:He|She|It|They|This|These|His|Her|Their|Its)\b")
_FADES = 0.8
_EARLIER = 0.4  # what a word from earlier turns of the conversation counts
_UNIT = 30  # characters after a number in which what it counts is named
_READS = 600  # characters of a sentence that are compared token by token


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be shown: ``evidence.text[start:end]``."""

    evidence: Evidence
    passage: int  # its place in the evidence
    start: int
    end: int
    before: int | None  # the place of the one before it in the same passage
    text: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A question in all the ways in which sentences are compared with it.

    ``weights`` has an idf for stems; what is not in it gets their mean. ``own`` is this turn of the conversation, which
    says what kind of answer is wanted, and whose words count most.
    """

    question: Question
    encoded: Encoded
    weights: Mapping[str, float] = field(default_factory=dict)
    own: Question | None = None

    @property
    def asked(self) -> Question:
        """What is wanted now."""
        return self.own or self.question

    @property
    def terms(self) -> tuple[str, ...]:
        return self.question.terms

    def of(self, values: Mapping[str, float] | None = None) -> Table:
        """(t,) the weights of the question's terms, or of others; they add up to 1."""
        usual = float(np.mean(list(self.weights.values()))) if self.weights else 1.0
        wanted = self.terms if values is None else values
        mine = self.asked.terms or self.terms
        found = np.array([self.weights.get(term, usual) * (1 if term in mine else _EARLIER) for term in wanted])
        total: Table = found / (found.sum() or 1.0)
        return total


def candidates(
    evidence: Sequence[Evidence], sentences: Sequence[Sentences | None]
) -> tuple[list[Candidate], list[Vectors | None]]:
    """The sentences that may be shown as an answer, and their stored vectors, where there are any.

    None is a headline, none speaks to machines rather than readers, and none is the remains of a web page.
    """
    found: list[Candidate] = []
    vectors: list[Vectors | None] = []
    for place, (item, stored) in enumerate(zip(evidence, sentences, strict=True)):
        before = None
        hostile = hostile_spans(item.text)
        spans = [(int(a), int(b)) for a, b in stored.spans] if stored is not None else sentence_spans(item.text)
        for number, (start, end) in enumerate(spans):
            text = item.text[start:end]
            # A headline is followed by a text; the only sentence of a text is no headline, even if it names the text.
            is_headline = item.start == 0 == start and text == item.title and end < len(item.text)
            to_machines = any(start < one.end and one.start < end for one in hostile)
            if not is_headline and not to_machines and not _MARKUP.search(text):
                found.append(Candidate(item, place, start, end, before, text))
                vectors.append(stored.vectors[number] if stored is not None else None)
                before = len(found) - 1
    return found, vectors


def far(asking: Asking, found: Sequence[Candidate], vectors: Sequence[Vectors | None]) -> Table:
    """(n, len(FAR))"""
    question, text = asking.question, asking.question.text
    forms = frozenset(form for word in words(text) for form in (fold(word), stem(word)))
    kind = expected(asking.asked.text)
    weights = asking.of()
    passages = [candidate.passage for candidate in found]
    cosines = np.array([0.0 if row is None else float(row @ asking.encoded.vector) for row in vectors])
    held = _held(question.terms, [candidate.text for candidate in found])
    headlines = {candidate.passage: candidate.evidence for candidate in found}
    titles = {
        place: _held(question.terms, [f"{item.title} {item.outlet or ''}"])[0] for place, item in headlines.items()
    }
    headline = np.array([titles[place] for place in passages]).reshape(held.shape)
    previous = np.array([held[c.before] if c.before is not None else 0 * held[at] for at, c in enumerate(found)])
    following = np.zeros_like(held)
    for at, candidate in enumerate(found):
        if candidate.before is not None:
            following[candidate.before] = held[at]
    coverage = held @ weights
    whole = np.maximum(_by_passage(held, passages), headline)
    names = _named(question.names, [candidate.text for candidate in found])
    names_passage = np.maximum(
        _by_passage(names, passages),
        _named(question.names, [f"{c.evidence.title} {c.evidence.outlet or ''}" for c in found]),
    )
    ranks = np.array([candidate.evidence.scores.get("score", 0.0) for candidate in found])
    columns = {
        "cosine": cosines,
        "cosine_gap": cosines - cosines.max(initial=-1.0),
        "cosine_passage": _by_passage(cosines[:, None], passages)[:, 0],
        "coverage": coverage,
        "coverage_gap": coverage - coverage.max(initial=0.0),
        "coverage_before": np.maximum(np.maximum(held, previous.reshape(held.shape)), headline) @ weights,
        "coverage_after": np.maximum(np.maximum(held, following), headline) @ weights,
        "coverage_passage": whole @ weights,
        "names": _mean(names),
        "names_passage": _mean(names_passage),
        "rank_gap": ranks - ranks.max(initial=-1e9) if len(ranks) else ranks,
    }
    own = np.array([_own(question, asking, kind, forms, candidate.text) for candidate in found]).reshape(len(found), 9)
    rest = ("type", "type_near", "unit", "focus", "pairs", "window", "new", "length", "pronoun")
    columns |= dict(zip(rest, own.T, strict=True))
    return np.stack([columns[name] for name in FAR], axis=1) if found else np.zeros((0, len(FAR)))


def _own(question: Question, asking: Asking, kind: str, forms: Collection[str], sentence: str) -> list[float]:
    """The signals that the sentence's own words give."""
    asked = set(question.terms)
    sequence = terms(sentence)
    own = frozenset(sequence)
    spans = typed(kind, forms, sentence)  # type: ignore[arg-type]
    pairs = _pairs(terms(question.text))
    named = focus(asking.asked.text)
    places = [place for place, term in enumerate(sequence) if term in asked]
    window = 0.0
    if places:
        distinct = len({sequence[place] for place in places})
        window = distinct / (places[-1] - places[0] + 1) * distinct / len(asked)
    return [
        0.5 if kind == "any" else float(bool(spans)),
        _nearness(asking, spans, sentence),
        float(_counts(spans, named, sentence)) if kind == "number" and named else 0.5,
        float(np.mean([likeness(term, own) for term in named])) if named else 0.5,
        len(pairs & _pairs(sequence)) / max(1, len(pairs)),
        window,
        min(10, len(own - asked)) / 10,
        float(np.log1p(len(words(sentence)))),
        float(bool(_PRONOUN.match(sentence))),
    ]


def _nearness(asking: Asking, spans: Sequence[tuple[int, int]], sentence: str) -> float:
    """The question's words around the span that has most of them near, each fading with its distance."""
    if not spans:
        return 0.0
    weights = dict(zip(asking.terms, asking.of(), strict=True))
    there = [(start, weights[stem(word)]) for start, _, word in word_spans(sentence) if stem(word) in weights]
    return max(float(sum(weight / (1 + abs(at - start) / 15) for at, weight in there)) for start, _ in spans)


def _counts(spans: Sequence[tuple[int, int]], named: Collection[str], sentence: str) -> bool:
    """Whether one of the words after a number is what is asked for, or says the same."""
    wanted = [(name, meanings(name)) for name in named]
    for _, end in spans:
        for term in terms(sentence[end : end + _UNIT]):
            if any(term == name or kin & meanings(term) for name, kin in wanted):
                return True
    return False


def near(asking: Asking, found: Sequence[Candidate], encoded: Mapping[int, Encoded]) -> Table:
    """(m, len(NEAR)) for the candidates that were encoded, by their places."""
    groups = _tokens_of_terms(asking)
    weights = asking.of(groups)  # type: ignore[arg-type]
    named = focus(asking.asked.text)
    special = [number for number, term in enumerate(groups) if term in named]
    meanings: dict[int, Table] = {}
    rows = []
    for place, sentence in encoded.items():
        tokens = sentence.tokens
        if not len(tokens) or not groups:
            rows.append([0.0] * len(NEAR))
            continue
        each = np.array([float((mine @ tokens.T).max(axis=1).mean()) for mine in groups.values()])
        meanings[place] = each
        before = meanings.get(found[place].before if found[place].before is not None else -1, each)  # type: ignore[arg-type]
        rows.append(
            [
                float(each @ weights),
                float(np.maximum(each, _FADES * before) @ weights),
                float(each.min()),
                float((asking.encoded.tokens @ tokens.T).max(axis=1).mean()),
                float(each[special].mean()) if special else float(each @ weights),
                float(asking.encoded.vector @ sentence.vector),
            ]
        )
    return np.array(rows).reshape(len(rows), len(NEAR))


def read(candidate: Candidate) -> str:
    """What of a candidate is compared token by token."""
    return candidate.text[:_READS]


def _tokens_of_terms(asking: Asking) -> dict[str, Vectors]:
    """For each content term of the question, the vectors of its tokens, (m, d)."""
    found = {}
    for start, end, word in word_spans(asking.question.text):
        spans = asking.encoded.spans
        rows = [index for index, (first, last) in enumerate(spans) if first < end and last > start]
        if rows and stem(word) in asking.terms:
            found[stem(word)] = asking.encoded.tokens[rows]
    return found


def _held(asked: Sequence[str], texts: Sequence[str]) -> Table:
    """(n, t) how well each text holds each term: 1 the stem itself, less for kin."""
    found = [frozenset(terms(text)) for text in texts]
    return np.array([[likeness(term, own) for term in asked] for own in found]).reshape(len(texts), len(asked))


def _named(names: Sequence[str], texts: Sequence[str]) -> Table:
    """(n, k) whether each text holds each name."""
    if not names:
        return np.zeros((len(texts), 0))
    forms = [{form for word in words(text) for form in (fold(word), stem(word))} for text in texts]
    rows = [[float(name in own or stem(name) in own) for name in names] for own in forms]
    return np.array(rows).reshape(len(texts), len(names))


def _mean(rows: Table) -> Table:
    """(n,) the mean over the columns; 1 where there are none."""
    return rows.mean(axis=1) if rows.shape[1] else np.ones(len(rows))


def _by_passage(rows: Table, passages: Sequence[int]) -> Table:
    """The same shape: every row is the maximum over the rows of its passage."""
    best: dict[int, Table] = {}
    for place, row in zip(passages, rows, strict=True):
        best[place] = np.maximum(best[place], row) if place in best else row
    return np.array([best[place] for place in passages]).reshape(rows.shape)


def _pairs(sequence: Sequence[str]) -> set[tuple[str, str]]:
    return set(pairwise(sequence))
