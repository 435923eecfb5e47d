"""What a sentence measures: counts of something, amounts, shares, times of day and dates, each as a range of values.

Two figures can differ on paper and agree in fact: “about 4,000” and “4,102”, “11,000” and “11,204”. So each is read as
the range that its words allow, and two disagree only if their ranges do not meet. English; other languages have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.quantities import quantities
from rag.stopwords import STOPWORDS
from rag.words import fold, stem

Kind = Literal["count", "money", "percent", "time", "date"]

_SPOKEN = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety"
).split()
_SCALES = "hundred thousand million billion trillion dozen".split()
_NUMERALS = frozenset([*_SPOKEN, *_SCALES])
_MONTHS = "january february march april may june july august september october november december".split()
_CURRENCIES = r"dollars?|euros?|pounds?|francs?|yen|crowns?|cents?|usd|eur|gbp|kroner|kronor|rupees?|roubles?|yuan"

# Words before a figure, and the range they make of it: shares of its value.
_HEDGES: tuple[tuple[str, float, float], ...] = (
    (r"about|around|roughly|approximately|some|an? estimated|circa|in the region of", 0.9, 1.1),
    (r"nearly|almost|just under|close to", 0.9, 1.0),
    (r"just over|a little over|slightly more than", 1.0, 1.1),
    (r"more than|over|above|at least|no fewer than|no less than|upwards of", 1.0, 1.5),
    (r"up to|as many as|as much as|at most|no more than|fewer than|less than|under|below", 0.5, 1.0),
)
_HEDGE = re.compile("|".join(rf"(?P<h{place}>\b(?:{words})\s+)$" for place, (words, *_) in enumerate(_HEDGES)), re.I)
# Before a figure: it is not what the sentence states, but what that is compared with, or a name.
_ASIDE = re.compile(
    rf"\b(?:from|than|instead of|compared (?:with|to)|against|not|previously|formerly|another|line|page|section|article"
    rf"|number|no\.|chapter|{'|'.join(_MONTHS)})\s*$",
    re.I,
)
_ADDED = frozenset("more new further additional extra other".split())  # “5 new cases” is no total
_FIGURE = re.compile(
    r"(?P<sign>[$€£¥])?\s?(?<![\w.,:/-])"
    rf"(?P<number>\d+(?:[.,]\d+)*(?:\s?(?:{'|'.join(_SCALES)}|k|m|bn)\b)?"
    rf"|\b(?:{'|'.join([*_SPOKEN, *_SCALES])})(?:[\s-](?:and\s)?(?:{'|'.join([*_SPOKEN, *_SCALES, 'one'])}))*\b)"
    r"(?![\w/:-]|\.\d)(?P<after>\s?%|(?:\s[^\W\d_][\w’'-]*){0,4})",
    re.I,
)
_PERCENT = re.compile(r"\s?%|\sper\s?cent\b", re.I)
_CURRENCY = re.compile(rf"\s({_CURRENCIES})\b", re.I)
_RATE = re.compile(r"\s(?:a|an|per|each|every|for each|for every)\s([^\W\d_]+)", re.I)
_CLOCK = re.compile(
    r"(?P<hour>\b\d{1,2})(?:[.:](?P<minute>\d\d))?\s?(?P<half>[ap])\.?m\b\.?"
    rf"|\b(?P<part>half|(?:a )?quarter|five|ten|twenty)\s(?P<side>past|to)\s(?P<spoken>{'|'.join(_SPOKEN[:11])}|one)"
    r"\b\s(?:in the (?P<day>morning|afternoon|evening)|at (?P<night>night))",
    re.I,
)
_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{'|'.join(_MONTHS)})\b(?:,?\s(?P<year>\d{{4}})\b)?"
    rf"|\b(?P<month2>{'|'.join(_MONTHS)})\s(?:(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year2>\d{{4}})\b)?"
    r"|(?P<year3>\d{4})\b)|\b(?:in|since|of)\s(?P<year4>1[5-9]\d\d|20\d\d)\b",
    re.I,
)
_PARTS: Mapping[str, int] = {"half": 30, "quarter": 15, "a quarter": 15, "five": 5, "ten": 10, "twenty": 20}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a sentence.

    Attributes:
        unit: what is counted or measured, as a stem, with its rate (``crown``, ``crown/day``, ``passeng``); "" for
            times and dates.
        low, high: the range that the words allow, both ends included; minutes after midnight for a time, ordinal days
            for a date.
        start, end: its words in the sentence, with the hedge and the unit.
    """

    kind: Kind
    unit: str
    low: float
    high: float
    start: int
    end: int

    def meets(self, other: Measure) -> bool:
        """Whether both can be true of the same thing."""
        return self.low <= other.high and other.low <= self.high


@lru_cache(maxsize=8192)
def measures(sentence: str, published: str | None = None) -> tuple[Measure, ...]:
    """The figures of a sentence, in order of kind.

    Args:
        published: the article's date, YYYY-MM-DD; it gives “3 May” its year.
    """
    if not any(map(str.isdigit, sentence)) and _NUMERALS.isdisjoint(re.split(r"[\s-]", sentence.lower())):
        return ()
    clocks, dates = list(_times(sentence)), list(_dates(sentence, published))
    taken = [(item.start, item.end) for item in clocks]
    taken += [match.span() for match in _DATE.finditer(sentence)]
    return (*clocks, *dates, *_figures(sentence, taken))


def _figures(sentence: str, taken: list[tuple[int, int]]) -> Iterator[Measure]:
    for match in _FIGURE.finditer(sentence):
        start, number = match.start("sign") if match["sign"] else match.start("number"), match["number"]
        values = list(quantities(number))
        if len(values) != 1 or any(first < match.end("number") and start < last for first, last in taken):
            continue
        named = _named(match)
        hedge, before = _HEDGE.search(sentence[:start]), sentence[:start]
        if named is None or (not hedge and _ASIDE.search(before)):
            continue
        kind, unit, end = named
        low, high = _range(values[0], number, hedge)
        yield Measure(kind, unit, low, high, hedge.start() if hedge else start, end)


def _named(figure: re.Match[str]) -> tuple[Kind, str, int] | None:
    """Kind and unit of a figure and where its words end; None if nothing says what it counts."""
    after, at = figure["after"], figure.start("after")
    if found := _PERCENT.match(after):
        return "percent", "", at + found.end()
    if (found := _CURRENCY.match(after)) or figure["sign"]:
        end = found.end() if found else 0
        currency = stem(found[1]) if found else figure["sign"]
        rate = _RATE.match(after, end)
        return "money", f"{currency}/{stem(rate[1])}" if rate else currency, at + end
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", figure["number"]):
        return None  # a year
    for word in re.finditer(r"[^\W\d_][\w’'-]*", after):
        plain = fold(word.group())
        if plain in _ADDED or plain in STOPWORDS["en"]:
            return None
        if not plain.endswith("ed"):  # “58 confirmed cases”
            rate = _RATE.match(after, word.end())
            unit = f"{stem(word.group())}/{stem(rate[1])}" if rate else stem(word.group())
            return "count", unit, at + word.end()
    return None


def _range(value: float, written: str, hedge: re.Match[str] | None) -> tuple[float, float]:
    """A hedge says how wide; else a figure is as exact as it is written, but never wider than 5 % to each side."""
    if hedge:
        least, most = next(ends for place, (_, *ends) in enumerate(_HEDGES) if hedge[f"h{place}"])
        return value * least, value * most
    digits = re.match(r"[\d.,]*", written)
    shown = digits.group() if digits else ""
    decimals = len(shown.rpartition(".")[2]) if "." in shown else 0
    zeros = len(f"{value:.0f}") - len(f"{value:.0f}".rstrip("0"))
    if shown and len(shown) < len(written):  # 2.6 million: to the tenth of a million
        step = value / next(iter(quantities(shown)), value) / 10**decimals if value else 1.0
    else:
        step = 10.0**-decimals if decimals else 10.0**zeros if zeros > 1 else 1.0
    half = min(step / 2, abs(value) * 0.05)
    return value - half * 0.98, value + half * 0.98  # 12.5 is no 12, nor 13


def _times(sentence: str) -> Iterator[Measure]:
    for match in _CLOCK.finditer(sentence):
        hedge = _HEDGE.search(sentence[: match.start()])
        if match["hour"]:
            minutes = int(match["hour"]) % 12 * 60 + int(match["minute"] or 0) + 720 * (match["half"].lower() == "p")
        else:
            hour = int(next(iter(quantities(match["spoken"])))) % 12
            part = _PARTS[match["part"].lower()] * (1 if match["side"].lower() == "past" else -1)
            late = (match["day"] or "").lower() in ("afternoon", "evening") or bool(match["night"])
            minutes = (hour * 60 + part + 720 * late) % 1440
        slack = 15 if hedge else 1
        yield Measure("time", "", minutes - slack, minutes + slack, match.start(), match.end())


def _dates(sentence: str, published: str | None) -> Iterator[Measure]:
    for match in _DATE.finditer(sentence):
        day, month = match["day"] or match["day2"], match["month"] or match["month2"]
        year = match["year"] or match["year2"] or match["year3"] or match["year4"]
        with suppress(ValueError):  # 31 June
            first, last = _days(year, month, day, published)
            yield Measure("date", "", first.toordinal(), last.toordinal(), match.start(), match.end())


def _days(year: str | None, month: str | None, day: str | None, published: str | None) -> tuple[date, date]:
    """First and last day of a date as it is written; without its year, the one nearest to the day of publication.

    Raises:
        ValueError: there is no such day, or nothing tells the year.
    """
    number = _MONTHS.index(month.lower()) + 1 if month else 0
    if year and not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if year and not day:
        following = date(int(year) + number // 12, number % 12 + 1, 1)
        return date(int(year), number, 1), date.fromordinal(following.toordinal() - 1)
    if year:
        whole = date(int(year), number, int(day or 0))
        return whole, whole
    near = date.fromisoformat(published or "")
    years = (near.year - 1, near.year, near.year + 1)
    nearest = min((date(each, number, int(day or 0)) for each in years), key=lambda each: abs(each - near))
    return nearest, nearest
