"""What kind of answer a question asks for, and where a sentence holds something of that kind. Plain rules, English.

The types are those of question answering since TREC-8 (Voorhees 1999): person, place, date, number and so on. The form
says how an answer is put together: one fact, a list, both sides of a comparison, a development in order of time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Literal

from rag.stopwords import STOPWORDS
from rag.words import DATE, DURATION, MONEY, PERCENT, REASON, fold, stem, terms, word_spans, words

Expected = Literal["person", "place", "date", "duration", "money", "percent", "number", "reason", "any"]
Form = Literal["fact", "yes-no", "list", "comparison", "development", "definition", "overview"]
Span = tuple[int, int]

# Who or what has a name: what is asked for by one of these words is answered by one.
_BEARERS = (
    "company|firm|organi[sz]ation|team|club|agency|party|group|band|university|school|newspaper|paper|bank|airline|brand|"
    "person|man|woman|nurse|doctor|councillor|minister|mayor|president|king|queen|emperor|author|writer|poet|painter|"
    "artist|scientist|judge|lawyer|officer|inspector|captain|commander|general|leader|player|actor|actress|singer|"
    "director|manager|architect|engineer|professor|politician|senator|governor|bishop|pope|tribe|dynasty|ship|ferry|"
    "contractor|builder|owner|operator|bureau|body|committee|court|treaty|river|mountain|lake|island|language"
)
# "When did …", not "… when the ferry grounded".
_ASKS = r"(?:is|are|was|were|did|do|does|will|would|has|have|had|can|could|should|may|might|exactly|and)"
# First match wins; each pattern is tried on the question in lower case.
_EXPECTED: tuple[tuple[str, Expected], ...] = (
    (r"\b(?:what|which|how (?:big|large|high) a) (?:percentage|percent|per cent|share|proportion)\b", "percent"),
    (
        r"\bhow much (?:money\b|(?:did|does|do|will|would|has|have|had|is|are|was|were)\b.*\b(?:cost|paid|pay)\b)",
        "money",
    ),
    (
        r"\bhow much (?:did|does|do|will|would|has|have|had)\b.*\b(?:earn|spend|spent|raised?|lose|lost|owed?)\b",
        "money",
    ),
    (
        r"\b(?:what|which|how (?:high|large|big|much))\b.*\b(?:reward|bounty|price|costs?|budget|salary|profits?)\b",
        "money",
    ),
    (r"\b(?:what|which|how (?:high|large|big|much))\b.*\b(?:revenue|fine|fee|loan|debt|loss)\b", "money"),
    (r"\bhow long\b", "duration"),
    (r"\bhow (?:many|much|old|far|tall|high|deep|wide|heavy|fast|large|big|often|hot|cold|few|strong)\b", "number"),
    (r"\b(?:what|which) (?:number|amount|quantity|total|figure)\b|\bnumber of\b", "number"),
    (rf"^when\b|\bwhen {_ASKS}\b|\bwhen\W*$", "date"),
    (r"\b(?:what|which) (?:\w+ )?(?:year|date|day|month|decade|century|season|time)\b", "date"),
    (r"\bat what (?:hour|time)\b|\bwhat time\b|\b(?:until|since) when\b|\bwhich (?:\w+ )?dates\b", "date"),
    (r"\bwho\b|\bwhom\b|\bwhose\b", "person"),
    (rf"\b(?:what|which) (?:[\w’'-]+ ){{0,2}}(?:{_BEARERS})s?\b", "person"),
    (
        rf"^where\b|\bwhere {_ASKS}\b|\bwhere\W*$"
        r"|\b(?:what|which) (?:city|town|village|country|state|place|region|location|street)\b",
        "place",
    ),
    (r"\bwhy\b|\b(?:what|which) (?:reason|caused?|led to)\b", "reason"),
)
_FORMS: tuple[tuple[str, Form], ...] = (
    (
        r"\bhow (?:did|has|have|does)\b.*\b(?:develop|evolve|unfold|progress|change|go on|grow|play out)"
        r"|\btimeline\b|\bover time\b|\bcourse of events\b|\bhistory of\b|\bsince then\b",
        "development",
    ),
    (r"\bcompare\b|\bcompared (?:to|with)\b|\bdiffer|\bversus\b|\bvs\b|\bin contrast\b|\bboth\b", "comparison"),
    (
        r"^(?:and |so |but )?what(?:'s|’s| has| is)? (?:happened|happening|new|going on)\b|\bsummar\w+\b|\boverview\b",
        "overview",
    ),
    (
        r"\bwhat (?:does|did) .* mean\b|\bdefin(?:e|ed|ition)\b"
        r"|^(?:who|what) (?:is|was|(?:are|were)(?! the\b)) [\w’' -]{1,40}\W*$",
        "definition",
    ),
    (
        r"^(?:list|name|give)\b|\bwhat are\b|\bwhat were\b|^who (?:are|were) "
        r"|^(?:which|what) (?:\w+ ){0,3}\w{3,}s (?:are|were|have|had|did|do|will)\b",
        "list",
    ),
    (r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b", "yes-no"),
)
_SMALL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|"
    "half|third|quarter|twice|once|single"
)
_AMOUNT = re.compile(
    r"(?<![\w.])[$€£¥]?\d+(?:[.,]\d+)*(?:st|nd|rd|th)?"
    r"(?:\s?(?:%|(?:per cent|percent|thousand|million|billion|m|bn|k)\b))?"
    rf"|\b(?:{_SMALL})(?:[\s-](?:{_SMALL}))*\b",
    re.IGNORECASE,
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_WHEN = re.compile(
    r"\b(?:(?:early|late|mid)[ -])?(?:spring|summer|autumn|fall|winter)(?: of)? (?:1\d|20)\d\d\b"
    rf"|\b(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b(?!\d))?(?:,? \d{{4}})?\b"
    r"|\b\d{1,2}[.:]\d\d(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]\.?m\b\.?|\b(?:noon|midnight)\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)(?: and \d{1,2}(?:st|nd|rd|th))? centur(?:y|ies)(?: BCE?| AD)?"
    r"|\b(?:(?:early|late|mid)[ -])?(?:1\d|20)\d\ds?\b(?:\s?[–-]\s?\d{2,4}\b)?|\b\d+ (?:BCE?|AD)\b",
)
_LOOSELY = re.compile(r"\b(?:after|before|during|until|since|by|when|once)\b")  # "after the war" is a time, too
_JOINS = frozenset("of the de la le van von der den du al bin da di".split())
_BEFORE_PLACES = re.compile(r"\b(?:in|at|near|from|to|of|on|outside|into|between|across|throughout)\s+(?:the\s+)?$")
_UNIT = 26  # characters after a number in which its unit stands


def expected(question: str) -> Expected:
    lowered = question.lower()
    return next((kind for pattern, kind in _EXPECTED if re.search(pattern, lowered)), "any")


def form(question: str) -> Form:
    lowered = question.lower().strip()
    return next((kind for pattern, kind in _FORMS if re.search(pattern, lowered)), "fact")


_FOCUS = re.compile(
    r"\b(?:what|which|whose|how many|how much)\s+((?:[\w'’-]+\s*){1,4}?)"
    r"(?=\b(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|may|might|of|in|that|who|to|for|on|by|at"
    r"|from|with)\b|\?|$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def focus(question: str) -> frozenset[str]:
    """Stems of what is asked for by name: "what *governing body* has …"; empty if nothing is."""
    match = _FOCUS.search(question)
    return frozenset(terms(match.group(1))) if match else frozenset()


def typed(kind: Expected, asked: Collection[str], sentence: str) -> list[Span]:
    """Where the sentence holds something of the kind that is not in the question already.

    Args:
        asked: the question's words, folded, and their stems.
    """
    return list(_FINDERS[kind](asked, sentence)) if kind in _FINDERS else []


def _amounts(asked: Collection[str], sentence: str) -> Iterator[Span]:
    dates = [match.span() for match in _WHEN.finditer(sentence)]
    for match in _AMOUNT.finditer(sentence):
        dated = any(start <= match.start() < end for start, end in dates)
        if not dated and fold(match.group()) not in asked:
            yield match.span()


def _money(asked: Collection[str], sentence: str) -> Iterator[Span]:
    for start, end in _amounts(asked, sentence):
        money = MONEY.search(sentence[max(0, start - 3) : end + _UNIT])
        if money:
            yield start, max(end, max(0, start - 3) + money.end()) if money.end() > 3 else end


def _percents(asked: Collection[str], sentence: str) -> Iterator[Span]:
    for start, end in _amounts(asked, sentence):
        if found := PERCENT.search(sentence[start : end + 12]):
            yield start, max(end, start + found.end())


def _durations(asked: Collection[str], sentence: str) -> Iterator[Span]:
    for start, end in _amounts(asked, sentence):
        if found := DURATION.search(sentence[end : end + 14]):
            yield start, end + found.end()


def _dates(asked: Collection[str], sentence: str) -> Iterator[Span]:
    found = [match.span() for match in _WHEN.finditer(sentence) if not _known(match.group(), asked)]
    if not found:
        found = [match.span() for match in DATE.finditer(sentence) if fold(match.group()) not in asked]
    return iter(found or [match.span() for match in _LOOSELY.finditer(sentence)][:1])


def _named(asked: Collection[str], sentence: str) -> Iterator[Span]:
    """Runs of capitalised words of which at least one is not in the question."""
    run: list[tuple[int, int, str]] = []
    for start, end, word in [*word_spans(sentence), (len(sentence), len(sentence), "")]:
        joined = bool(run) and sentence[run[-1][1] : start].strip(" ") == ""
        if joined and word and (word[0].isupper() or word in _JOINS) and not _is_function(word, run):
            run.append((start, end, word))
            continue
        yield from _closed(run, asked)
        run = [(start, end, word)] if word[:1].isupper() and not _is_function(word, []) else []


def _is_function(word: str, run: Collection[object]) -> bool:
    return fold(word) in STOPWORDS["en"] and not (run and word in _JOINS)


def _closed(run: list[tuple[int, int, str]], asked: Collection[str]) -> Iterator[Span]:
    while run and run[-1][2] in _JOINS:
        run = run[:-1]
    if run and not all(_known(word, asked) for _, _, word in run if word not in _JOINS):
        yield run[0][0], run[-1][1]


def _people(asked: Collection[str], sentence: str) -> Iterator[Span]:
    """Names, as far as they are none of days and months: "Sunday’s election" has no name in it."""
    for start, end in _named(asked, sentence):
        if not all(DATE.fullmatch(fold(word).removesuffix("'s").title()) for word in words(sentence[start:end])):
            yield start, end


def _places(asked: Collection[str], sentence: str) -> Iterator[Span]:
    named = list(_people(asked, sentence))
    after = [span for span in named if _BEFORE_PLACES.search(sentence[: span[0]])]
    return iter(after or named)


def _reasons(_asked: Collection[str], sentence: str) -> Iterator[Span]:
    return (match.span() for match in REASON.finditer(sentence))


def _known(text: str, asked: Collection[str]) -> bool:
    return all(fold(word).removesuffix("'s") in asked or stem(word) in asked for _, _, word in word_spans(text))


_FINDERS = {
    "number": _amounts,
    "money": _money,
    "percent": _percents,
    "duration": _durations,
    "date": _dates,
    "person": _people,
    "place": _places,
    "reason": _reasons,
}
