"""What a question asks of the search besides its topic: when, who published it, which words exactly. By plain rules.

Whatever is understood is told (`Constraints`) and can be switched off (`Scope.off`). What only looks like a constraint
is left alone: a date that names a thing ("the October 2024 election"), a bare year (facts about a year are published
after it), an outlet's name that no word like "according to" makes a source.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus.directory import Filter, Shelf, folded
from rag.mentions import authors, outlets
from rag.periods import Period, times
from rag.scope import Constraints, Scope, Understanding
from rag.words import terms

_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|recent(?:ly)?|currently|current|now(?!here)|nowadays|so far|"
    r"up[- ]to[- ]date|as of (?:now|today)|at the last count|still|these days|today|tonight|"
    r"this (?:week|weekend|month|quarter|year)|in recent (?:days|weeks|months)|"
    r"aktuell\w*|neueste\w*|derzeit|actuellement|récemment)\b",
    re.IGNORECASE,
)
# Times that are told from the day of asking; "in March" is not one of them, it only leaves out the year.
_DEICTIC = re.compile(
    r"\b(?:last|past|previous|yesterday|ago|recent|letzte\w*|vorige\w*|vergangene\w*|gestern|vorgestern|"
    r"derni[eè]re?s?|pass[eé]e?|hier|avant-hier|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«]\s*([^\"“”„«»\n]{2,200}?)\s*[\"”“»]")
_WITHOUT = re.compile(
    r"(?:\b(?:(?i:without mentioning|not mentioning|leaving out|not about"
    r"|(?:doesn['’]t|don['’]t|does not|do not) mention)|NOT)\s+"
    r"(?i:(?:the|an?) )?(?i:(?:word|words|name) )?|(?:^|\s)-(?=[^\W\d_]))"
    r"(?:[\"“](?P<quoted>[^\"“”\n]{1,100})[\"”]|(?P<word>\w[\w’'-]*))"
)
# A question of several parts is searched part by part too; this is where they meet.
_JOINTS = re.compile(r",|;|\bwhile\b|\bwhereas\b|\band\b|\bbut\b|\bor\b|\bcompared (?:to|with)\b", re.IGNORECASE)
_LEAST_PART = 5  # content words; a shorter part goes with the one before it
_MOST_PARTS = 6
_LONGEST = 2000  # characters that are looked through for parts


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched.

    ``text`` stands alone; ``own`` are the words of this turn, the same unless something was taken from the
    conversation. ``parts`` are there if it asks several things.
    """

    text: str
    own: str
    parts: tuple[str, ...]
    filter: Filter
    constraints: Constraints
    today: date

    @property
    def topic(self) -> str:
        """The question without the words that were turned into filters: what a sentence is to answer.

        "How many marched in May 2024?" is answered by a sentence that need not say when.
        """
        left = self.text
        for kind in ("dates", "outlet", "author", "latest"):
            for phrase in self.constraints.phrases.get(kind, "").split(", "):
                left = left.replace(phrase, " ") if phrase else left
        left = " ".join(left.split())
        return left if terms(left) else self.text


def read(text: str, own: str, scope: Scope, shelves: Sequence[Shelf], today: date) -> Query:
    """Understand a standalone question; ``shelves`` are those of the collections that will be searched."""
    today = scope.as_of or today
    found = Constraints(
        outlets=scope.outlets,
        authors=scope.authors,
        languages=scope.languages,
        articles=scope.articles,
        since=scope.since,
        until=scope.until,
        as_of=scope.as_of,
    )
    parts = _parts(text) if own == text else ()  # a part of a follow-up leaves out what the whole does
    for kind, rule in _RULES.items():
        if kind not in scope.off:
            found = rule(_Reading(text, own, parts, shelves, today), found)
    return Query(
        text=text,
        own=own,
        parts=parts,
        filter=Filter(
            outlets=found.outlets,
            authors=found.authors,
            languages=found.languages,
            articles=found.articles,
            since=found.since,
            until=found.until,
            known_by=scope.as_of,
        ),
        constraints=found,
        today=today,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    own: str
    parts: tuple[str, ...]
    shelves: Sequence[Shelf]
    today: date


def _dates(reading: _Reading, found: Constraints) -> Constraints:
    """The window that all periods of this turn span, within what the caller fixed."""
    told = times(reading.own, reading.today)
    unresolved = tuple(reading.own[item.start : item.end] for item in told if not isinstance(item, Period))
    found = replace(found, unresolved=unresolved)
    windows = [item for item in told if isinstance(item, Period) and _is_window(item, reading)]
    # Where no article has a date there is nothing to compare with; and in a question of several parts a date belongs
    # to one of them, and binds none.
    if windows and (reading.parts or not any(shelf.days for shelf in reading.shelves)):
        phrases = tuple(reading.own[item.start : item.end] for item in windows)
        return replace(found, unresolved=(*unresolved, *phrases))
    if not windows:
        return found
    first = None if any(item.first is None for item in windows) else min(item.first for item in windows if item.first)
    last = None if any(item.last is None for item in windows) else max(item.last for item in windows if item.last)
    phrase = ", ".join(reading.own[item.start : item.end] for item in windows)
    return replace(
        found,
        since=max(filter(None, (found.since, first)), default=None),
        until=min(filter(None, (found.until, last)), default=None),
        phrases={**found.phrases, "dates": phrase},
    )


def _is_window(period: Period, reading: _Reading) -> bool:
    """Whether a time in a question says when what is looked for was published.

    A bare year says when something happened, "this week" that it is recent. A day long before or after everything
    that is dated is no day of publication either: 1871 in a collection of this year's news.
    """
    phrase = reading.own[period.start : period.end]
    if _LATEST.search(phrase):
        return False
    if period.relative and _DEICTIC.search(phrase):
        return True
    days = [shelf.days for shelf in reading.shelves if shelf.days]
    bound = period.first is None or period.last is None  # "before 2025" says when, "in 2025" what about
    if (period.grain == "year" and not bound) or not days:
        return False
    earliest, latest = min(first for first, _ in days), max(last for _, last in days)
    margin = (latest - earliest).days + 366
    near_end = period.last is None or (period.last - earliest).days >= -margin
    near_start = period.first is None or (period.first - latest).days <= margin
    return near_end and near_start


def _outlet(reading: _Reading, found: Constraints) -> Constraints:
    matched = outlets(reading.own, sorted({name for shelf in reading.shelves for name in shelf.outlets}))
    if not matched or found.outlets:
        return found
    phrases = {**found.phrases, "outlet": ", ".join(dict.fromkeys(phrase for _, phrase in matched))}
    return replace(found, outlets=tuple(name for name, _ in matched), phrases=phrases)


def _author(reading: _Reading, found: Constraints) -> Constraints:
    matched = authors(reading.own, ChainMap(*(dict(shelf.folded_authors) for shelf in reading.shelves)))
    if not matched or found.authors:
        return found
    phrases = {**found.phrases, "author": ", ".join(dict.fromkeys(phrase for _, phrase in matched))}
    return replace(found, authors=tuple(name for name, _ in matched), phrases=phrases)


def _quote(reading: _Reading, found: Constraints) -> Constraints:
    """Words in quotation marks. In a question of several parts they belong to one of them, and bind none."""
    excluded = {match["quoted"] for match in _WITHOUT.finditer(reading.own)}
    sources = {folded(re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)) for name in found.outlets}
    quotes = tuple(
        quote
        for match in _QUOTED.finditer(reading.own)
        if (quote := match[1].strip(" .,;:!?"))
        and quote not in excluded
        and folded(re.sub(r"^the\s+", "", quote, flags=re.IGNORECASE)) not in sources
        and folded(quote) not in folded(found.phrases.get("outlet", ""))
    )
    if not quotes or reading.parts:
        return found
    return replace(
        found, quotes=quotes, phrases={**found.phrases, "quote": ", ".join(f"“{quote}”" for quote in quotes)}
    )


def _without(reading: _Reading, found: Constraints) -> Constraints:
    matches = [match for match in _WITHOUT.finditer(reading.own) if terms(match["quoted"] or match["word"])]
    if not matches or reading.parts:  # as with quotations
        return found
    words = tuple(match["quoted"] or match["word"] for match in matches)
    phrases = {**found.phrases, "without": ", ".join(match.group().strip() for match in matches)}
    return replace(found, without=words, phrases=phrases)


def _latest(reading: _Reading, found: Constraints) -> Constraints:
    match = _LATEST.search(reading.own)
    return replace(found, latest=True, phrases={**found.phrases, "latest": match.group()}) if match else found


_RULES: dict[Understanding, Callable[[_Reading, Constraints], Constraints]] = {
    "dates": _dates,
    "outlet": _outlet,
    "author": _author,
    "without": _without,
    "quote": _quote,
    "latest": _latest,
}


def _parts(text: str) -> tuple[str, ...]:
    """What a long question asks one after the other; empty if it asks one thing."""
    parts: list[str] = []
    pending: list[str] = []
    size = 0
    for piece in _JOINTS.split(text[:_LONGEST]):
        pending.append(piece.strip())
        size += len(terms(piece))
        if size >= _LEAST_PART:
            parts.append(" ".join(pending).strip())
            pending, size = [], 0
    if parts:
        parts[-1] = " ".join([parts[-1], *pending]).strip()
    return tuple(parts[:_MOST_PARTS]) if len(parts) > 1 else ()


def without_excluded(text: str, without: Iterable[str]) -> str:
    """The question for the search: the words that must not occur are not looked for."""
    return _WITHOUT.sub(" ", text) if without else text
