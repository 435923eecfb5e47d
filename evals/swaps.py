"""Claims that are no longer true: one fact of a supported claim changed, everything else left as it is.

Five kinds: a number, a name, a date, the negation, the order of two names. The same claim and seed give the same swap.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.words import fold, names

KINDS = ("number", "name", "date", "negation", "order")

_NAME = re.compile(r"\b[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_NUMBER = re.compile(r"(?<![\w.,/-])[$€£]?(?P<digits>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w/-]|[.,]\d)")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SPOKEN = (
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand".split()
)
_MONTHS = "January February March April May June July August September October November December".split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should)\b(?! not\b)")
_NEGATED = re.compile(r"\b(?:(is|are|was|were|has|have|had|will|would|can|could|should) not|(never)) ")
_JOINED = re.compile(r"\s*(?:,|&|,? ?(?:and|or)(?: the)?)\s*")
_PAST = re.compile(
    r"(?<=[\w,] )(?P<verb>[a-z]{3,}ed)\b(?= (?:the|a|an|in|on|to|at|for|that|his|her|its|their|from|with|by|as)\b)"
)


@dataclass(frozen=True, slots=True)
class Swap:
    """A claim that its quotes support, and the same one with one fact changed."""

    kind: str
    claim: str
    swapped: str
    quotes: tuple[str, ...]


def swaps(claims: Sequence[tuple[str, tuple[str, ...]]], seed: int = 0) -> Iterator[Swap]:
    """Every swap that each claim, given with the quotes that support it, allows; one of each kind at most.

    Only a fact that stands in the quotes is changed (two names, in one of them): of another it cannot be told from the
    quotes whether it was right before.
    """
    pool = sorted({name for claim, _ in claims for name in _phrases(claim)})
    for number, (claim, quotes) in enumerate(claims):
        for kind in KINDS:
            dice = random.Random(f"{seed}-{number}-{kind}")  # noqa: S311  # no secret
            swapped = _SWAPS[kind](claim, quotes, dice, pool)
            if swapped and swapped != claim:
                yield Swap(kind, claim, swapped, quotes)


def _stand(quotes: Sequence[str], *facts: str) -> bool:
    """Whether all the words stand in the quotes, as whole words."""
    text = " ".join(quotes)
    return all(re.search(rf"(?<!\w){re.escape(fact)}(?!\w)", text) for fact in facts)


def _phrases(text: str) -> list[str]:
    """The names of a text as phrases."""
    known = set(names(text))
    return [
        match.group()
        for match in _NAME.finditer(text)
        if all(fold(word).removesuffix("'s") in known for word in re.split(r" ", match.group()))
        and match.group().split()[0] not in (*_MONTHS, *_WEEKDAYS)
    ]


def _number(claim: str, quotes: Sequence[str], dice: random.Random, pool: Sequence[str]) -> str:
    """Another number of the same size and shape."""
    dated = [
        match.span() for match in re.finditer(rf"\b(?:{'|'.join(_MONTHS)}) \d+|\d+ (?:{'|'.join(_MONTHS)})", claim)
    ]
    found = [
        match
        for match in _NUMBER.finditer(claim)
        if _stand(quotes, match["digits"])
        and not _YEAR.fullmatch(match["digits"])
        and not any(start <= match.start("digits") < end for start, end in dated)
    ]
    if found:
        match = dice.choice(found)
        return claim[: match.start("digits")] + _other(match["digits"], dice) + claim[match.end("digits") :]
    spoken = [match for match in re.finditer(rf"\b(?:{'|'.join(_SPOKEN)})\b", claim) if _stand(quotes, match.group())]
    if not spoken:
        return ""
    match = dice.choice(spoken)
    return (
        claim[: match.start()] + dice.choice([word for word in _SPOKEN if word != match.group()]) + claim[match.end() :]
    )


def _other(digits: str, dice: random.Random) -> str:
    value = float(digits.replace(",", ""))
    changed = value
    while changed == value:
        changed = round(
            value * dice.choice((0.5, 0.7, 0.9, 1.1, 1.3, 2)) + dice.choice((0, 1)), 1 if "." in digits else 0
        )
    return f"{changed:,.1f}" if "." in digits else f"{changed:,.0f}" if "," in digits else f"{changed:.0f}"


def _name(claim: str, quotes: Sequence[str], dice: random.Random, pool: Sequence[str]) -> str:
    """A name from another claim in the place of one."""
    mine = [name for name in _phrases(claim) if _stand(quotes, name)]
    words = {word for name in mine for word in name.split()}
    others = [name for name in pool if not words & set(name.split())]
    if not mine or not others:
        return ""
    name = dice.choice(mine)
    return claim.replace(name, dice.choice(others), 1)


def _date(claim: str, quotes: Sequence[str], dice: random.Random, pool: Sequence[str]) -> str:
    """Another year, month or day of the week."""
    pattern = rf"{_YEAR.pattern}|\b(?:{'|'.join((*_MONTHS, *_WEEKDAYS))})\b"
    found = [match for match in re.finditer(pattern, claim) if _stand(quotes, match.group())]
    if not found:
        return ""
    match = dice.choice(found)
    word = match.group()
    kin = next((group for group in (_MONTHS, _WEEKDAYS) if word in group), None)
    other = (
        dice.choice([one for one in kin if one != word])
        if kin
        else str(int(word) + dice.choice((-11, -2, -1, 1, 2, 9)))
    )
    return claim[: match.start()] + other + claim[match.end() :]


def _negation(claim: str, quotes: Sequence[str], dice: random.Random, pool: Sequence[str]) -> str:
    """A negation put in, or taken out."""
    if match := _NEGATED.search(claim):
        return claim[: match.start()] + (f"{match[1]} " if match[1] else "") + claim[match.end() :]
    if match := _AUXILIARY.search(claim):
        return claim[: match.end()] + " not" + claim[match.end() :]
    if match := _PAST.search(claim):
        return claim[: match.start()] + "never " + claim[match.start() :]
    return ""


def _order(claim: str, quotes: Sequence[str], dice: random.Random, pool: Sequence[str]) -> str:
    """Two names in one another's places, unless "and" or a comma joins them."""
    mine = _phrases(claim)
    for one, other in pairwise(mine):
        at = claim.index(one)
        place = claim.find(other, at + len(one))
        between = claim[at + len(one) : place]
        stated = any(_stand([quote], one, other) for quote in quotes)
        if place > 0 and one != other and stated and not _JOINED.fullmatch(between):
            return claim[:at] + other + between + one + claim[place + len(other) :]
    return ""


_SWAPS: Mapping[str, Callable[[str, Sequence[str], random.Random, Sequence[str]], str]] = {
    "number": _number, "name": _name, "date": _date, "negation": _negation, "order": _order,
}  # fmt: skip
