"""Who did what to whom: names and numbers in one another's places.

Every name and number has company: the content words on its left and on its right. In a claim that was turned round
("A sued B" as "B sued A") the company of A is that of the quote's B. A passive ("B was sued by A") is read as the
active it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rag.quantities import amounts
from rag.stopwords import STOPWORDS
from rag.words import fold, names, stem

_WEIGHTS = (1.0, 0.6, 0.4, 0.25)  # of the company, nearest first
_MARGIN = 0.75  # by how much the wrong place must fit better
_TOKEN = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_BE = frozenset("is are was were be been being".split())


@dataclass(frozen=True, slots=True)
class Anchor:
    """A name or number and its company: (side, stem) → weight."""

    kind: str  # name | number
    words: frozenset[str]  # folded words of the name, or the number's readings as text
    written: str
    company: tuple[tuple[tuple[str, str], float], ...]

    def same(self, other: Anchor) -> bool:
        return self.kind == other.kind and not self.words.isdisjoint(other.words)

    def fits(self, other: Anchor) -> float:
        """How much company the two share, 0 …"""
        theirs = dict(other.company)
        return sum(min(weight, theirs.get(place, 0.0)) for place, weight in self.company)


@lru_cache(maxsize=4096)
def anchors(text: str, known: frozenset[str] = frozenset()) -> tuple[Anchor, ...]:
    """The names and numbers of a text in order. ``known`` are names, folded, that count also where a sentence opens."""
    tokens = [(match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text)]
    groups = sorted(
        [*_names(text, tokens, known | _name_words(text)), *_numbers(text, tokens)], key=lambda group: group[:2]
    )
    taken = {at for first, last, _, _ in groups for at in range(first, last)}
    return tuple(
        Anchor(kind, words, " ".join(token for _, _, token in tokens[first:last]), _company(tokens, taken, first, last))
        for first, last, kind, words in groups
    )


# Dates are compared as dates: "May" is nobody.
_TIMES = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


def _name_words(text: str) -> frozenset[str]:
    return frozenset(part for name in names(text) for part in name.split("-")) - _TIMES


def _names(
    text: str, tokens: Sequence[tuple[int, int, str]], known: frozenset[str]
) -> Iterator[tuple[int, int, str, frozenset[str]]]:
    first = 0
    while first < len(tokens):
        last = first
        while (
            last < len(tokens)
            and tokens[last][2][0].isupper()
            and _bare(tokens[last][2]) in known
            and (last == first or text[tokens[last - 1][1] : tokens[last][0]] in (" ", "-"))
        ):
            last += 1
        if last > first:
            yield first, last, "name", frozenset(_bare(word) for _, _, word in tokens[first:last])
        first = max(last, first + 1)


def _numbers(text: str, tokens: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str, frozenset[str]]]:
    for amount in amounts(text):
        end = amount.start + len(amount.written)
        inside = [at for at, (start, stop, _) in enumerate(tokens) if start < end and stop > amount.start]
        if inside and amount.counts:
            yield inside[0], inside[-1] + 1, "number", frozenset(f"{value:g}" for value in amount.readings)


def _bare(word: str) -> str:
    return fold(word).removesuffix("'s")


def _company(
    tokens: Sequence[tuple[int, int, str]], taken: set[int], first: int, last: int
) -> tuple[tuple[tuple[str, str], float], ...]:
    """The nearest content words on each side; for the parts of a passive, those of the active."""
    left = [(at, fold(tokens[at][2])) for at in range(first - 1, -1, -1) if at not in taken]
    right = [(at, fold(tokens[at][2])) for at in range(last, len(tokens)) if at not in taken]
    sides = {"L": _content(left), "R": _content(right)}
    if left and left[0] == (first - 1, "by") and sides["L"]:  # sued by A
        sides = {"L": [], "R": sides["L"]}
    elif _passive(tokens, last):  # A was sued by
        sides = {"L": sides["R"], "R": []}
    found: dict[tuple[str, str], float] = {}
    for side, words in sides.items():
        for word, weight in zip(words, _WEIGHTS, strict=False):
            found.setdefault((side, word), weight)
    for side, near in (("<", left), (">", right)):
        if near and near[0][1] in STOPWORDS["en"] and abs(near[0][0] - (first if side == "<" else last - 1)) == 1:
            found[side, near[0][1]] = 0.3
    return tuple(found.items())


def _content(words: Sequence[tuple[int, str]]) -> list[str]:
    return [stem(word) for _, word in words[:10] if word not in STOPWORDS["en"]][: len(_WEIGHTS)]


def _passive(tokens: Sequence[tuple[int, int, str]], last: int) -> bool:
    near = [fold(token) for _, _, token in tokens[last : last + 6]]
    return bool(near) and any(word in _BE for word in near[:3]) and "by" in near[1:]


def turned_round(claim: str, quotes: Sequence[str]) -> str:
    """Two names or numbers of the claim that stand in one another's places, in words; empty if all is in order."""
    if not _is_english(claim):
        return ""
    known = _name_words(claim).union(*map(_name_words, quotes))
    there = [anchor for quote in quotes for anchor in anchors(quote, known)]
    for one, other in combinations(anchors(claim, known), 2):
        if one.kind != other.kind or one.same(other):
            continue
        straight = _best(one, one, there) + _best(other, other, there)
        crossed = min(_best(one, other, there), _best(other, one, there)) * 2
        if crossed >= straight + _MARGIN:
            return f"{one.written} and {other.written} have changed places."
    return ""


def misplaced(claim: str, quotes: Sequence[str]) -> str:
    """A name or number of the claim that stands where the quotes have another one, in words; else empty."""
    if not _is_english(claim):
        return ""
    known = _name_words(claim).union(*map(_name_words, quotes))
    there = [anchor for quote in quotes for anchor in anchors(quote, known)]
    ours = anchors(claim, known)
    others = [anchor for anchor in there if not any(anchor.same(mine) for mine in ours)]
    for anchor in ours:
        if any(anchor.same(found) for found in there):  # what is not there at all is for another check
            needed = _best(anchor, anchor, there) + 2 * _MARGIN
            for other in others:
                if other.kind == anchor.kind and anchor.fits(other) >= needed:
                    return f"Where the claim has {anchor.written}, the cited words have {other.written}."
    return ""


def _is_english(text: str) -> bool:
    """Whether a text may be English, whose order of words tells who does and who suffers; by its function words."""
    plain = {fold(word) for word in _TOKEN.findall(text)}
    counts = {language: len(plain & words) for language, words in STOPWORDS.items()}
    return counts["en"] == max(counts.values())


def _best(company: Anchor, place: Anchor, there: Sequence[Anchor]) -> float:
    """How well the company of one suits the place of the other in the quotes."""
    return max((company.fits(anchor) for anchor in there if place.same(anchor)), default=0.0)
