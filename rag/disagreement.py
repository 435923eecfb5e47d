"""Where sources say different things about the same: shown side by side with dates, never settled in silence.

Precision comes first: readers who are shown a disagreement that is none stop looking. Two sentences disagree if they
are of different stories, give one figure each of the same kind and unit whose ranges do not meet, and speak of the same
matter: they say so in the same words, or both answer the question in what it asks beyond its names. Figures for other
days or years, sums that grow over months, other outcomes (killed, injured), and one-sided hedges are not held against
each other. English figures; other languages give none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Literal

from corpus.sentences import sentence_spans
from rag.answer import Claim, Disagreement, Evidence, Statement
from rag.citation import citation
from rag.measures import Kind, Measure, measures
from rag.quantities import quantities
from rag.question import Question, understand
from rag.sources import same_story
from rag.words import fold, names, stem, terms, words

_SAME_WORDS = 0.6  # of the content words of the shorter sentence, figures aside, to say the same
_FEWEST = 3  # content words that must be shared for that
_SAME_FOCUS = 0.5  # of what either holds of the question's focus, more than this must be held by both
_TIMES_AS_MUCH = 3.0  # a figure so many times another one counts something else
_CLOSE = 8  # words behind a figure that say what it is about
_APART = 45  # days between two articles; what differs by then has changed
_MOST = 4  # values; more is a list, not a disagreement

_MONTHS = "january february march april may june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WHEN = frozenset(map(stem, _MONTHS + _DAYS)) - {"may", "march"}  # which are words, too
_TELLING = r"said|says|told \w+|announced|published|reported|released|revised|confirmed|put|counted"
_DAY_OF_TELLING = re.compile(
    rf"\b(?:{_TELLING})(?: \w+){{0,3}} on (?:{'|'.join(_DAYS)})\b|\bon (?:{'|'.join(_DAYS)}) (?:{_TELLING})\b", re.I
)
_TIMES: tuple[re.Pattern[str], ...] = (
    re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    re.compile(rf"\b(?:{'|'.join(month.title() for month in _MONTHS)})\b"),
    re.compile(rf"\b(?:{'|'.join(_DAYS)})\b", re.I),
)
# Figures of different outcomes of one event are no disagreement.
_OUTCOMES: Mapping[str, str] = {
    stem(word): outcome
    for outcome, forms in {
        "dead": "kill killed killing die died dies dead deaths death fatalities drowned",
        "hurt": "injured injuries injury wounded hurt hospitalised",
        "held": "arrested arrests detained detentions jailed",
        "lost": "missing unaccounted",
        "safe": "rescued survived survivors saved evacuated",
        "ill": "infected infections sick ill",
        "homeless": "homeless displaced",
        "gained": "rise rose increase increased grew growth gained hired",
        "shed": "fall fell decrease decreased dropped dismissed",
    }.items()
    for word in forms.split()
}
_ANYTHING = frozenset(
    terms("people person men women children years days hours minutes months weeks metres kilometres")
)  # what is counted everywhere: by itself it says nothing of the matter
_ASKED: Mapping[Kind, frozenset[str]] = {
    "money": frozenset({"money", "number"}),
    "percent": frozenset({"percent", "number"}),
    "time": frozenset({"date", "any", "number"}),
    "date": frozenset({"date"}),
    "count": frozenset({"number", "duration"}),
}


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure with the sentence that it is the only one of its kind and unit in."""

    measure: Measure
    evidence: Evidence
    start: int  # of the sentence in the passage
    end: int
    cited: bool  # a claim that holds quotes it

    @property
    def sentence(self) -> str:
        return self.evidence.text[self.start : self.end]

    @property
    def value(self) -> str:
        return self.sentence[self.measure.start : self.measure.end]

    @property
    def terms(self) -> Set[str]:
        """Of the sentence, without the figure's own words (but what is counted), other figures and times."""
        own = set(terms(self.value)) - ({self.measure.unit.split("/")[0]} if self.measure.kind == "count" else set())
        return {term for term in terms(self.sentence) if term not in own | _WHEN and not any(map(str.isdigit, term))}

    @property
    def following(self) -> Set[str]:
        """The content words close behind the figure, in its clause: what the counted do."""
        clause = re.split(r"[,;:()]", self.sentence[self.measure.end :], maxsplit=1)[0]
        return set(terms(" ".join(clause.split()[:_CLOSE])))

    def statement(self) -> Statement:
        return Statement(self.value, citation(self.evidence, self.start, self.end))


def disagreements(question: str, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> tuple[Disagreement, ...]:
    """What other sources say differently from what a claim that holds quotes; the oldest statement first.

    Args:
        question: standalone.
        evidence: of which passages the claims quote, and against which they are held.
    """
    asked = understand(question)
    figures = list(_figures(claims, evidence))
    found: list[Disagreement] = []
    for measured in dict.fromkeys((figure.measure.kind, figure.measure.unit) for figure in figures if figure.cited):
        alike = [figure for figure in figures if (figure.measure.kind, figure.measure.unit) == measured]
        pairs = [
            pair for pair in combinations(alike, 2) if (pair[0].cited or pair[1].cited) and _disagree(asked, *pair)
        ]
        statements = _in_order([figure for pair in pairs for figure in pair])
        if 2 <= len(statements) <= _MOST:
            found.append(Disagreement(tuple(figure.statement() for figure in statements)))
    return tuple(found)


def told(disagreement: Disagreement) -> list[tuple[Statement, bool]]:
    """Its statements, each with whether it is later than the one before."""
    dates = [statement.citation.published for statement in disagreement.statements]
    later = [False, *(bool(one and other and other > one) for one, other in pairwise(dates))]
    return list(zip(disagreement.statements, later, strict=True))


def _figures(claims: Sequence[Claim], evidence: Sequence[Evidence]) -> Iterator[_Figure]:
    quoted = [cited for claim in claims if claim.holds for cited in claim.citations]
    for item in evidence:
        spans = [
            (cited.start - item.start, cited.end - item.start)
            for cited in quoted
            if (cited.collection, cited.article, cited.version) == (item.collection, item.article, item.version)
        ]
        for start, end in sentence_spans(item.text):
            found = measures(item.text[start:end], item.published)
            kinds = [(measure.kind, measure.unit) for measure in found]
            cited = any(first < end and start < last for first, last in spans)
            for measure, kind in zip(found, kinds, strict=True):
                if kinds.count(kind) == 1:
                    yield _Figure(measure, item, start, end, cited)


def _disagree(asked: Question, one: _Figure, other: _Figure) -> bool:
    kind = one.measure.kind
    if same_story(one.evidence, other.evidence) or one.measure.meets(other.measure):
        return False
    if (kind == "date" and asked.expected != "date") or not _of_a_size(one.measure, other.measure):
        return False
    if _mentions(one, other) or _mentions(other, one):
        return False
    alike = _same_words(one, other) or _both(asked, one, other)
    return alike and _same_outcome(one, other) and _same_time(one, other)


def _mentions(one: _Figure, other: _Figure) -> bool:
    """Whether a sentence gives the other's figure, too, and so says itself how the two belong together."""
    if other.measure.kind in ("time", "date"):
        return False
    return any(other.measure.low <= value <= other.measure.high for value in quantities(one.sentence))


def _of_a_size(one: Measure, other: Measure) -> bool:
    return max(one.low, other.low) <= _TIMES_AS_MUCH * min(one.high, other.high) or one.kind in ("time", "date")


def _same_time(one: _Figure, other: _Figure) -> bool:
    """Whether neither the sentences name different times, nor the articles are from different ones.

    What is past by both accounts, such as the year a house was built, stays comparable for ever.
    """
    if one.measure.kind == "date":
        return all(_is_past(figure) for figure in (one, other)) or _same_season(one, other)
    texts = [_DAY_OF_TELLING.sub(" ", figure.sentence) for figure in (one, other)]
    for pattern in _TIMES:
        first, second = ({found.lower() for found in pattern.findall(text)} for text in texts)
        if first and second and not first & second:
            return False
    return _same_season(one, other)


def _is_past(figure: _Figure) -> bool:
    published = (figure.evidence.published or "")[:10]
    return len(published) == 10 and figure.measure.high < date.fromisoformat(published).toordinal()


def _same_season(one: _Figure, other: _Figure) -> bool:
    """Whether the articles are of about the same time; of unknown days, of the same year or of no known one."""
    days = [figure.evidence.published or "" for figure in (one, other)]
    try:
        first_day, second_day = (date.fromisoformat(day) for day in days)
    except ValueError:
        return days[0][:4] == days[1][:4] or not all(days)
    return abs((first_day - second_day).days) <= _APART


def _same_outcome(one: _Figure, other: _Figure) -> bool:
    """Whether both count the same of an event, the killed or the injured, or neither anything of the kind."""
    first, second = ({_OUTCOMES[term] for term in figure.terms if term in _OUTCOMES} for figure in (one, other))
    return bool(first & second) or first == second


def _same_words(one: _Figure, other: _Figure) -> bool:
    """Whether the sentences say the same apart from the figure, and neither of somebody whom the other leaves out."""
    shared, shorter = len(one.terms & other.terms), min(len(one.terms), len(other.terms))
    if len(one.terms & other.terms - _ANYTHING) < _FEWEST or shared < _SAME_WORDS * shorter:
        return False
    return _no_strangers(one, other)


def _no_strangers(one: _Figure, other: _Figure) -> bool:
    first, second = set(names(one.sentence)), set(names(other.sentence))
    return first <= second or second <= first


def _both(asked: Question, one: _Figure, other: _Figure) -> bool:
    """Whether both answer the question: the kind of figure it asks for, about the same part of it, under its names."""
    kind, unit = one.measure.kind, one.measure.unit.split("/")[0]
    if kind == "date" or asked.expected not in _ASKED[kind]:
        return False
    whole = set(terms(asked.text))
    topic = {stem(name) for name in asked.names if name not in _MONTHS + _DAYS}
    if not topic and not _no_strangers(one, other):
        return False
    if unit in _ANYTHING and not (one.following & other.following & whole) - topic:
        return False
    if kind == "count" and unit not in whole - topic:
        return False
    first, second = whole & one.terms, whole & other.terms
    return all(_names_all(asked, figure.evidence) for figure in (one, other)) and (
        _alike(first - topic, second - topic, "all") or (kind in ("count", "time") and _alike(first, second, "least"))
    )


def _alike(one: Set[str], other: Set[str], measured: Literal["all", "least"]) -> bool:
    """Whether two parts of a question are the same part: by all that either holds, or by what the smaller one holds."""
    shared = (one & other) - _ANYTHING
    if measured == "all":
        return bool(shared) and len(one & other) > _SAME_FOCUS * len(one | other)
    return len(shared) >= 2 and len(one & other) > _SAME_FOCUS * min(len(one), len(other))


def _names_all(asked: Question, item: Evidence) -> bool:
    present = _forms(f"{item.title} {item.text}")
    return all(name in present or stem(name) in present for name in asked.names if name not in _MONTHS + _DAYS)


@lru_cache(maxsize=256)
def _forms(text: str) -> Set[str]:
    return {form for word in words(fold(text)) for form in (word.removesuffix("'s"), stem(word))}


def _in_order(figures: Sequence[_Figure]) -> list[_Figure]:
    """The oldest first, undated last; of those whose values meet, and of each source, only the oldest."""
    kept: list[_Figure] = []
    for figure in sorted(figures, key=lambda each: (each.evidence.published or "9999", each.evidence.marker)):
        if not any(figure.measure.meets(other.measure) for other in kept):
            kept.append(figure)
    return kept
