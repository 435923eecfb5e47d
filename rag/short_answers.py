"""The few words of a sentence that are the answer: "**11,000 soldiers**". Always a stretch of the sentence itself."""

from __future__ import annotations

import re

from rag.answer_types import focus, typed
from rag.question import Question
from rag.words import fold, stem, word_spans, words

_FAR = 15  # characters within which a word of the question counts half
_AHEAD = 1.2  # how much nearer to the question's words it must stand than the next best
_UNIT = 4  # words after a number that may be what is counted
_REASON_ENDS = re.compile(r"[;.]|, (?:which|who|but|and)\b|$")
_LONGEST = 120  # characters; more is no short answer


def short_answer(question: Question, sentence: str) -> str | None:
    """The span of the expected kind that stands nearest to the question's words; None if none is clearly the one."""
    if question.expected == "any":
        return None
    asked = {form for word in words(question.text) for form in (fold(word), stem(word))}
    if question.expected == "reason":
        return _reason(sentence)
    spans = typed(question.expected, asked, sentence)
    if not spans:
        return None
    anchors = [(start, end) for start, end, word in word_spans(sentence) if stem(word) in asked]
    ranked = sorted(((_nearness(span, anchors), span) for span in spans), reverse=True)
    if len(ranked) > 1 and ranked[0][0] < _AHEAD * ranked[1][0]:
        return None
    start, end = ranked[0][1]
    if question.expected == "number":
        end = _with_unit(question.text, sentence, end)
    return sentence[start:end].strip(" ,") or None


def _nearness(span: tuple[int, int], anchors: list[tuple[int, int]]) -> float:
    gaps = (max(start - span[1], span[0] - end, 0) for start, end in anchors)
    return sum(1 / (1 + gap / _FAR) for gap in gaps) or 1e-6


def _with_unit(question: str, sentence: str, end: int) -> int:
    """The number with what is counted: to the last of the next words that the question asks for by name."""
    named = focus(question)
    after = [(start, stop, word) for start, stop, word in word_spans(sentence) if start >= end][:_UNIT]
    known = [stop for start, stop, word in after if stem(word) in named and "." not in sentence[end:start]]
    return known[-1] if known else end


def _reason(sentence: str) -> str | None:
    found = re.search(r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|in order to)\b", sentence, re.I)
    if not found:
        return None
    stop = _REASON_ENDS.search(sentence, found.end())
    clause = sentence[found.start() : stop.start() if stop else len(sentence)].strip(" ,")
    return clause if len(clause) <= _LONGEST else None
