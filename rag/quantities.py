"""The numbers of a text by value and unit, however they are written.

``11,000``, ``11K`` and ``eleven thousand`` are one; ``half``, ``one half`` and ``50 %`` too. ``$5`` is not ``€5``,
``5 km`` not ``5 miles``, ``5 %`` neither ``5 percentage points`` nor ``5 million``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.stated_dates import without_dates

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPOKEN = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SUFFIXES = _SCALES | {
    "dozen": 12, "k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12, "hundreds": 100,
    "thousands": 10**3, "millions": 10**6, "billions": 10**9, "trillions": 10**12, "tausend": 10**3,
    "mio": 10**6, "millionen": 10**6, "mrd": 10**9, "milliarden": 10**9,
}  # fmt: skip
_ORDINALS = {
    word: value
    for value, word in enumerate("third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 3)
}  # "first" and "second" are said of too much else
_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}
_GLYPHS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}
PERCENT = "%"
_STRICT = frozenset({PERCENT, "pp", "¤"})  # without them a number means something else; ¤ stands for any money

# How units are written, first those of two words. A currency is "¤" and its sign or name.
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "pp": "percentage point|percentage points|pp|prozentpunkte",
        PERCENT: "%|percent|per cent|pct|prozent",
        "¤$": "dollar|dollars|usd|us dollars", "¤€": "euro|euros|eur|€", "¤£": "pound|pounds|gbp|pounds sterling|£",
        "¤¥": "yen|jpy|¥", "¤francs": "franc|francs|chf", "¤crowns": "crown|crowns|krone|kroner|kronor|kronen|koruna",
        "¤marks": "mark|marks", "¤rupees": "rupee|rupees", "¤yuan": "yuan|renminbi", "¤rubles": "ruble|rubles|roubles",
        "¤cents": "cent|cents", "¤pence": "pence",
        "km": "km|kms|kilometre|kilometres|kilometer|kilometers", "cm": "cm|centimetres|centimeters",
        "mile": "mile|miles|mi",
        "metre": "metre|metres|meter|meters", "foot": "foot|feet|ft", "inch": "inch|inches", "yard": "yard|yards",
        "kg": "kg|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes", "lb": "lb|lbs", "gram": "gram|grams",
        "tonne": "tonne|tonnes|ton|tons", "hectare": "hectare|hectares|ha", "acre": "acre|acres",
        "litre": "litre|litres|liter|liters", "gallon": "gallon|gallons", "barrel": "barrel|barrels",
        "celsius": "°c|celsius|degrees celsius", "fahrenheit": "°f|fahrenheit|degrees fahrenheit",
        "km/h": "km/h|kph", "mph": "mph", "second": "seconds|sec", "minute": "minute|minutes|min|mins",
        "hour": "hour|hours|hr|hrs", "day": "day|days", "week": "week|weeks", "month": "month|months",
        "year": "year|years", "decade": "decade|decades", "watt": "mw|megawatt|megawatts", "gigawatt": "gw|gigawatts",
    }.items()
    for spelling in spellings.split("|")
}  # fmt: skip
_SIGNS = {"$": "¤$", "€": "¤€", "£": "¤£", "¥": "¤¥"}


def _choice(spellings: object) -> str:
    return "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))  # type: ignore[call-overload]


_NUMERALS = "|".join([*_SPOKEN, *_SCALES, "dozen"])
_COUNT = r"(?P<count>an?|one|two|three|four|five|seven|nine)"
_QUANTITY = re.compile(
    rf"(?:(?P<sign>[$€£¥])\s?)?(?<![\w.])(?P<digits>\d+(?:[.,]\d+)*)(?P<glyph>[½¼¾⅓⅔])?(?:st|nd|rd|th)?"
    rf"(?:(?:(?P<metres> )m|[\s-]?(?P<suffix>{_choice(_SUFFIXES)})\.?)(?!\w))?"
    rf"|(?P<alone>[½¼¾⅓⅔])"
    rf"|\b{_COUNT}[\s-](?P<parts>{_choice(_PARTS)})s?\b(?:\s(?:of\s)?an?\s(?P<of>{'|'.join(_SCALES)})\b)?"
    r"|(?<!first )(?<!second )(?<!latter )(?<!other )\b(?P<half>half)\b"
    rf"(?:\s(?:of\s)?an?\s(?P<half_of>{'|'.join(_SCALES)})\b)?"
    rf"|\b(?P<spoken>(?:{_NUMERALS})(?:[\s-]+(?:{_NUMERALS})|(?<=hundred) and (?:{_NUMERALS}))*)\b"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\b",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"[\s-]?(?P<unit>{_choice(_UNITS)})(?!\w)", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:to|and|or|bis|[–-])\s?[$€£¥]?\s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text.

    ``readings`` are what it can mean, most often one value: ``12.000`` is 12 in one language and 12,000 in another.
    """

    readings: tuple[float, ...]
    unit: str | None
    written: str
    start: int
    end: int

    @property
    def counts(self) -> bool:
        """Whether it says how many: "one" alone is more often a pronoun."""
        return self.written.lower() != "one"

    def equals(self, other: Amount) -> bool:
        """The same number of the same thing, as far as both say."""
        return bool(set(self.readings) & set(other.readings)) and same_unit(self.unit, other.unit)


def same_unit(one: str | None, other: str | None) -> bool:
    """Units agree, or one is left out that changes little: "5" may be "5 km", but not "5 %" or "$5"."""
    return one == other or (None in (one, other) and not {(one or other or "")[:1], one or other} & _STRICT)


@lru_cache(maxsize=8192)
def amounts(text: str) -> tuple[Amount, ...]:
    """The numbers of a text in order, dates aside (see `rag.stated_dates`)."""
    plain = without_dates(text)
    found: list[Amount] = []
    for match in _QUANTITY.finditer(plain):
        amount = _amount(plain, match)
        if found and _RANGE.fullmatch(
            plain, found[-1].end, match.start("digits") if match["digits"] else match.start()
        ):
            found[-1] = _as_in_range(found[-1], amount, match["suffix"])
            if amount.unit is None and match["suffix"] and (found[-1].unit or "").startswith("¤"):
                amount = replace(amount, unit=found[-1].unit)  # "$10 to 15 million"
        found.append(amount)
    return tuple(found)


def quantities(text: str) -> dict[float, str]:
    """Each number of the text, rounded to six places, with how it is first written.

    Those of dates are among them; fractions and ordinals in words are not.

    >>> quantities("Eleven thousand, that is 11,000")
    {11000.0: 'Eleven thousand'}
    """
    found: dict[float, str] = {}
    for match in _QUANTITY.finditer(text):
        if match["digits"] or match["spoken"]:
            found.setdefault(_values(match)[0], match.group().strip("$€£¥ "))
    return found


def _amount(text: str, match: re.Match[str]) -> Amount:
    unit = _UNIT.match(text, match.end())
    named = _UNITS[unit["unit"].lower()] if unit else "metre" if match["metres"] else None
    fraction = (match["parts"] and not match["of"]) or (match["half"] and not match["half_of"]) or match["alone"]
    if match["sign"]:
        named = _SIGNS[match["sign"]]
    elif named is None and fraction:
        named = PERCENT
    values = _values(match)
    if fraction and named != PERCENT:  # "half a mile" is 0.5 of it
        values = tuple(round(value / 100, 6) for value in values)
    return Amount(values, named, match.group().strip(), match.start(), unit.end() if unit else match.end())


def _as_in_range(first: Amount, last: Amount, scale: str | None) -> Amount:
    """``5 to 7 %`` is 5 % to 7 %, and ``10 to 15 million`` may start at 10 million."""
    scaled = [round(value * _SUFFIXES[scale.lower()], 6) for value in first.readings] if scale else []
    readings = tuple(dict.fromkeys([*first.readings, *scaled]))
    return Amount(readings, first.unit or last.unit, first.written, first.start, first.end)


def _values(match: re.Match[str]) -> tuple[float, ...]:
    """What the number can mean; fractions in percent."""
    if match["digits"]:
        scale, more = _SUFFIXES.get((match["suffix"] or "").lower(), 1), _GLYPHS.get(match["glyph"] or "", 0)
        return tuple(round((value + more) * scale, 6) for value in _written(match["digits"]))
    if match["alone"]:
        return (round(100 * _GLYPHS[match["alone"]], 6),)
    if match["parts"]:
        part = _PARTS[match["parts"].lower()] * _SPOKEN.get(match["count"].lower(), 1)
        return (round(part * (_SCALES[match["of"].lower()] if match["of"] else 100), 6),)
    if match["half"]:
        return (_SCALES[match["half_of"].lower()] / 2 if match["half_of"] else 50.0,)
    if match["ordinal"]:
        return (float(_ORDINALS[match["ordinal"].lower()]),)
    return (_spoken(match["spoken"].lower()),)


def _written(digits: str) -> tuple[float, ...]:
    """``11,000`` → 11000; ``3.5`` → 3.5; ``1.234.567`` → 1234567; ``12.000`` → 12 or 12000."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return (float(digits.replace(",", "")),)
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits):
        return float(digits), float(digits.replace(".", ""))
    if re.fullmatch(r"\d+(?:[.,]\d+)?", digits):
        return (float(digits.replace(",", ".")),)
    return (float(re.sub(r"[.,]", "", digits)),)


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
