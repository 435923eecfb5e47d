"""The numbers of a text by value, however they are written: ``11,000``, ``11K`` and ``eleven thousand`` are one."""

from __future__ import annotations

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPOKEN = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SUFFIXES = _SCALES | {"dozen": 12, "k": 10**3, "m": 10**6, "bn": 10**9}
_WORDS = "|".join([*_SPOKEN, *_SCALES, "dozen"])
_QUANTITY = re.compile(
    rf"(?<![\w.])(?P<digits>\d+(?:[.,]\d+)*)(?:st|nd|rd|th)?(?:[\s-]?(?P<suffix>{'|'.join(_SUFFIXES)})\b)?"
    rf"|\b(?P<spoken>(?:{_WORDS})(?:[\s-]+(?:{_WORDS})|(?<=hundred) and (?:{_WORDS}))*)\b",
    re.IGNORECASE,
)


def quantities(text: str) -> dict[float, str]:
    """Each number of the text, rounded to six places, with how it is first written.

    >>> quantities("Eleven thousand, that is 11,000")
    {11000.0: 'Eleven thousand'}
    """
    found: dict[float, str] = {}
    for match in _QUANTITY.finditer(text):
        if match["digits"]:
            value = _written(match["digits"]) * _SUFFIXES.get((match["suffix"] or "").lower(), 1)
        else:
            value = _spoken(match["spoken"].lower())
        found.setdefault(round(value, 6), match.group())
    return found


def _written(digits: str) -> float:
    """``11,000`` → 11000; ``3.5`` → 3.5; ``1.234.567`` → 1234567."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    if re.fullmatch(r"\d+(?:[.,]\d+)?", digits):
        return float(digits.replace(",", "."))
    return float(re.sub(r"[.,]", "", digits))


def _spoken(phrase: str) -> float:
    """``two hundred and one thousand`` → 201000."""
    total, group = 0, 0
    for word in re.findall(r"[a-z]+", phrase):
        if word in _SPOKEN:
            group += _SPOKEN[word]
        elif word in ("hundred", "dozen"):
            group = max(group, 1) * _SUFFIXES[word]
        elif word in _SCALES:
            total += max(group, 1) * _SCALES[word]
            group = 0
    return float(total + group)
