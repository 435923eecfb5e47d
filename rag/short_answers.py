"""The few words of a sentence that are the answer: "**11,000 soldiers**". Always a stretch of the sentence itself."""

from __future__ import annotations

import re

from rag.answer_types import Span, focus, typed
from rag.question import Question
from rag.words import DATE, fold, stem, terms, word_spans, words

_NEXT = 12  # characters between a name and what its bearer did, at most
_FAR = 15  # characters within which a word of the question counts half
_AHEAD_OF_NAMES = 2.0  # the same for names, of which a sentence is full
_AHEAD = 1.2  # how much nearer to the question's words it must stand than the next best
_UNIT = 2  # words after a number that may be what is counted
_PLURAL = re.compile(r"people|men|women|children|\w{2,}(?<![su])s", re.IGNORECASE)
# What limits a figure belongs to it: "about 4,000" is not 4,000.
_HEDGES = re.compile(
    r"\b(?:about|around|roughly|approximately|some|nearly|almost|close to|just (?:over|under)|over|under|up to|only|"
    r"not|at (?:least|most)|(?:more|less|fewer) than|no (?:more|fewer|less) than|as (?:many|much|few) as) (?:the )?$",
    re.IGNORECASE,
)
_ANYHOW, _NEVER = re.compile(""), re.compile(r"(?!)")
# Of which kinds the words of a sentence can be told apart well enough, and in which questions.
_ASKS_FOR_ONE = {
    "any": _NEVER,
    "place": _NEVER,
    "person": re.compile(r"^\W*who\b"),
    "duration": re.compile(r"\bhow long (?!is|are)"),  # "how long is the bridge?" asks for no time
    "number": re.compile(r"\bhow (?:many|much)\b|\b(?:number|amount|figure|total)\b"),
}
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_FIGURES = ("number", "money", "percent", "duration")
# After these stand names of places and ships: not who did it.
_NOBODY = re.compile(r"\b(?:(?:in|at|near|of|on|into|across) (?:the )?|(?:ferry|ship|vessel|boat) )$", re.IGNORECASE)
# What a bearer of a name does next: "Sölvarn diadem" is no deed.
_ACTS = re.compile(
    r",? (?:(?:also|then|later|first|who) )?(?:\w{2,}ed|is|was|has|had|did|will|would|won|lost|led|leads|wrote|made"
    r"|took|gave|became|began|said|says|told|met|paid|sold|bought|built|found|held|left|shot|stole|saw|set|ran|runs|came"
    r"|went)\b"
)
# "Who is Ada Quist?" gives the name and asks what she is.
_OF_SOMEBODY = re.compile(r"\W*(?:and |but |so )?who(?:’s|'s| is| was| are| were) [A-Z]")
_REASON_ENDS = re.compile(r"[;.]|, (?:which|who|but|and)\b|$")
_LONGEST = 120  # characters; more is no short answer


def short_answer(question: Question, sentence: str) -> str | None:
    """The span of the expected kind that stands nearest to the question's words; None if none is clearly the one."""
    text = question.text[:1].lower() + question.text[1:]
    if not _ASKS_FOR_ONE.get(question.expected, _ANYHOW).search(text) or _OF_SOMEBODY.match(text):
        return None
    asked = {form for word in words(question.text) for form in (fold(word), stem(word))}
    if question.expected == "reason":
        return _reason(sentence)
    spans = [span for span in typed(question.expected, asked, sentence) if _tells(question, sentence, span)]
    if question.expected == "number" and focus(question.text):  # only what stands before what is counted
        spans = [span for span in spans if _with_unit(question.text, sentence, span[1]) > span[1]]
    if question.expected == "person":
        spans = [span for span in spans if not any(stem(word) in asked for word in words(sentence[slice(*span)]))]
    if not spans:
        return None
    content = frozenset(terms(question.text))
    anchors = [(start, end) for start, end, word in word_spans(sentence) if stem(word) in content]
    nearness = _before if question.expected == "person" else _nearness
    ranked = sorted(((nearness(span, anchors), span) for span in spans), reverse=True)
    if not ranked[0][0]:
        return None
    ahead = _AHEAD_OF_NAMES if question.expected == "person" else _AHEAD
    if len(ranked) > 1 and ranked[0][0] < ahead * ranked[1][0]:
        return None
    start, end = ranked[0][1]
    if question.expected == "number":
        end = _with_unit(question.text, sentence, end)
    if question.expected in _FIGURES and (hedge := _HEDGES.search(sentence[:start])):
        start = hedge.start()
    return sentence[start:end].strip(" ,") or None


def _tells(question: Question, sentence: str, span: Span) -> bool:
    """Whether a span of the kind asked for says something by itself: "after" is a time, but which one?"""
    text = sentence[slice(*span)]
    if question.expected == "date" and text.lower() in _WEEKDAYS:
        return False  # of which week?
    if question.expected == "date":
        return bool(DATE.search(text)) or any(map(str.isdigit, text)) or text in ("noon", "midnight")
    if question.expected != "person":
        return True
    owns = text.endswith(("’s", "'s")) or sentence[span[1] :].startswith(("’s", "'s"))
    acts = _ACTS.match(sentence, span[1]) or sentence[: span[0]].endswith((" by ", " by the "))
    return bool(acts) and not owns and not _NOBODY.search(sentence[: span[0]])


def _nearness(span: Span, anchors: list[Span]) -> float:
    gaps = (max(start - span[1], span[0] - end, 0) for start, end in anchors)
    return sum(1 / (1 + gap / _FAR) for gap in gaps) or 1e-6


def _before(span: Span, anchors: list[Span]) -> float:
    """How near the next word of the question comes after a name: who did it stands before what was done."""
    gap = min((start - span[1] for start, _ in anchors if start >= span[1]), default=10_000)
    return 1 / (1 + gap / _FAR) if gap <= _NEXT else 0.0


def _with_unit(question: str, sentence: str, end: int) -> int:
    """The number with what is counted: as far as the next words are asked for by name, to the first plural of them."""
    named = focus(question)
    after = [(start, stop, word) for start, stop, word in word_spans(sentence) if start >= end][:_UNIT]
    known = [(stop, word) for start, stop, word in after if stem(word) in named and "." not in sentence[end:start]]
    plurals = [stop for stop, word in known if _PLURAL.fullmatch(word)]
    return plurals[0] if plurals else end


def _reason(sentence: str) -> str | None:
    found = re.search(r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|in order to)\b", sentence, re.I)
    if not found:
        return None
    stop = _REASON_ENDS.search(sentence, found.end())
    clause = sentence[found.start() : stop.start() if stop else len(sentence)].strip(" ,")
    return clause if len(clause) <= _LONGEST else None
