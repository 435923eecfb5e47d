"""Words, names and quantities in a text: the plain signals that the extractive writer and the built-in judge share."""

from __future__ import annotations

import re
import threading
import unicodedata
import zlib
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

from rag.stopwords import STOPWORDS

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*", re.UNICODE)
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "dozen half"
).split()
_MONTHS = "january february march april june july august september october november december".split()
_CURRENCIES = "dollars?|euros?|pounds?|francs?|yen|crowns?|marks?|cents?|usd|eur|gbp"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

NUMBER = re.compile(
    rf"(?<![\w.])\d+(?:[.,]\d+)*(?:st|nd|rd|th|k|m|bn)?\b|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE
)
MONEY = re.compile(
    r"[$€£¥]\s?\d|\d\s?[$€£¥]"
    rf"|\b\d[\d.,]*\s(?:(?:thousand|million|billion|trillion|m|bn)\s)?(?:{_CURRENCIES})\b"
    rf"|\b(?:thousand|million|billion|trillion|hundred)\s(?:{_CURRENCIES})\b",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\d\s?%|\bper\s?cent\b|\bpercentage points?\b", re.IGNORECASE)
DATE = re.compile(
    rf"\b(?:1\d|20)\d\ds?\b|\b(?:{'|'.join(_MONTHS)})\b|\b(?-i:May)\b|\b(?:{'|'.join(_DAYS)})\b"
    r"|\b(?:yesterday|today|tomorrow|tonight|century|centuries|decades?|bc|ad)\b",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centuries|century|nights?|seasons?)\b",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|in order to|so that|therefore|reasons?|caused?|causes"
    r"|blamed?|blames|following|for)\b",
    re.IGNORECASE,
)

_STEMMERS: dict[str, str] = dict(
    pair.split(":")
    for pair in "ar:arabic da:danish nl:dutch en:english fi:finnish fr:french de:german el:greek hu:hungarian "
    "id:indonesian it:italian no:norwegian nb:norwegian nn:norwegian pt:portuguese ro:romanian ru:russian "
    "sr:serbian es:spanish sv:swedish tr:turkish".split()
)  # ISO 639-1 → Snowball
_stemming = threading.Lock()  # a stemmer holds the word it works on


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_STEMMERS[language])


@lru_cache(maxsize=262144)
def fold(text: str) -> str:
    """Case and accents aside, for comparing: ``Žďár`` → ``zdar``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=262144)
def stem(word: str, language: str = "en") -> str:
    """The stem of one word, folded: ``Imposing`` → ``impos``. A language without a stemmer keeps the word."""
    plain = fold(word).removesuffix("'s")
    if language not in _STEMMERS:
        return plain
    # Stemmers know their language's letters with their accents; what comes out is folded.
    spelled = plain if language == "en" else word.casefold().replace("’", "'")
    with _stemming:
        return fold(str(_stemmer(language).stemWord(spelled)))


def words(text: str) -> list[str]:
    """The words of a text as written, numbers among them."""
    return _WORD.findall(text)


def word_spans(text: str) -> list[tuple[int, int, str]]:
    """The words of a text with their half-open spans."""
    return [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=8192)
def terms(text: str, language: str = "en") -> tuple[str, ...]:
    """Stems of the content words, in order, repeats kept. ``language`` is an ISO 639-1 code."""
    found = (_term(word, language) for word in _WORD.findall(text))
    return tuple(term for term in found if term)


@lru_cache(maxsize=262144)
def _term(word: str, language: str) -> str:
    return "" if fold(word) in STOPWORDS.get(language, ()) else stem(word, language)


def term_hash(term: str) -> int:
    """A number of 32 bits for a term, to store and compare many of them: CRC-32 of its UTF-8."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def language_of(tag: str | None) -> str:
    """The language whose words an article's are taken for: the first part of its BCP 47 tag; English if unknown."""
    return (tag or "en").split("-")[0].lower()


@lru_cache(maxsize=8192)
def names(text: str) -> tuple[str, ...]:
    """Capitalised words that are names as far as can be told without a model, folded, each once.

    The first word of a sentence counts only if it stands capitalised elsewhere, is followed by another capitalised
    word, or has a capital or digit inside.
    """
    found: dict[str, None] = {}
    matches = list(_WORD.finditer(text))
    for index, match in enumerate(matches):
        word = match.group()
        if not word[0].isupper() or (fold(word) in STOPWORDS["en"] and word != "May"):
            continue
        before = text[: match.start()].rstrip(" \n\t“\"'‘(")
        opens = not before or before[-1] in ".!?:…"
        if opens and not any(char.isupper() for char in word[1:]):
            after = matches[index + 1] if index + 1 < len(matches) else None
            followed = after is not None and after.group()[0].isupper() and text[match.end() : after.start()] == " "
            if not followed:
                continue
        found[fold(word).removesuffix("'s")] = None
    return tuple(found)


def likeness(term: str, found: Collection[str]) -> float:
    """How well a set of stems holds one: 1 as it is, .8 as a longer or shorter form, .5 as kin by its beginning."""
    if term in found:
        return 1.0
    if len(term) < 4:
        return 0.0
    prefixed = any(len(other) >= 4 and (other.startswith(term) or term.startswith(other)) for other in found)
    kin = len(term) >= 6 and any(len(other) >= 6 and other[:5] == term[:5] for other in found)
    return 0.8 if prefixed else 0.5 if kin else 0.0
