"""Words, names and quantities in a text: the plain signals that the extractive writer and the built-in judge share."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

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

# Function words, and the words of asking; none of them tells which sentence answers.
STOPWORDS = frozenset(
    """
    a about above according after again against all also am an and any are aren't as at be because been before
    being below between both but by can can't cannot could couldn't describe did didn't do does doesn't doing
    don't down during each either else ever explain few for from further give had hadn't has hasn't have
    haven't having he he'd he'll he's her here here's hers herself him himself his how how's i i'd i'll i'm
    i've if in into is isn't it it's its itself just know let's many may me might more most much must my
    myself no nor not of off on once only or other ought our ours ourselves out over own please said same say
    says shall she she'd she's should shouldn't so some such tell than that that's the their theirs them
    themselves then there there's these they they'd they'll they're they've this those through to too under
    until up upon us very was wasn't we we'd we'll we're we've were weren't what what's when when's where
    where's which while who who's whom whose why why's will with won't would wouldn't yet you you'd you'll
    you're you've your yours yourself yourselves
    """.split()
)


_stemming = threading.Lock()  # a stemmer holds the word it works on


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def fold(text: str) -> str:
    """Case and accents aside, for comparing: ``Žďár`` → ``zdar``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one word, folded: ``Imposing`` → ``impos``."""
    plain = fold(word).removesuffix("'s")
    with _stemming:
        return str(_stemmer().stemWord(plain))


def words(text: str) -> list[str]:
    """The words of a text as written, numbers among them."""
    return _WORD.findall(text)


def word_spans(text: str) -> list[tuple[int, int, str]]:
    """The words of a text with their half-open spans."""
    return [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[str, ...]:
    """Stems of the content words, in order, repeats kept."""
    return tuple(stem(word) for word in words(text) if fold(word) not in STOPWORDS)


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
        if not word[0].isupper() or (fold(word) in STOPWORDS and word != "May"):
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
