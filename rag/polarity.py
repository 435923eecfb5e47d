"""What a sentence denies, doubts or bounds: negation, hedges and opposites, compared between a claim and a quote.

A cue ("did not", "allegedly", "plans to") governs the content words after it, up to the end of its clause. Claim and
quote disagree where the words that one of them denies are stated by the other (NegEx, Chapman et al. 2001, with the
scope cut at punctuation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

from rag.kin import meanings, sides
from rag.quantities import Amount, amounts
from rag.words import fold, stem, terms

_NEGATIONS = (
    r"(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must) not|\w+n['’]t|cannot|not"
    r"|never|nobody|no one|none|nothing|neither|nor|no longer|no|without|fail(?:s|ed|ing)? to|refus(?:es|ed|ing) to"
    r"|declin(?:es|ed|ing) to|unable to|rather than|instead of|far from|ruled out|(?:false|untrue|incorrect) that"
    r"|nicht|keine?[nmrs]?|niemals|nie|ohne|weder"
)
_DENIALS = r"den(?:y|ies|ied|ying)|disput(?:es|ed|ing) that|reject(?:s|ed) (?:claims|reports|suggestions|allegations)"
_NO_NEGATION = re.compile(
    r"not (?:only|just|least|merely|to mention)|no (?:fewer|less|more|later|earlier|sooner) than|no doubt|no\. ?\d"
    r"|nothing but|whether or not|none other", re.IGNORECASE,
)  # fmt: skip
_DOUBTS = (
    r"allegedly|reportedly|supposedly|apparently|purportedly|possibly|perhaps|probably|presumably|maybe"
    r"|(?-i:may|might)|could|alleg(?:es|ed|ing)"
    r"|(?:is|are|was|were|be) (?:said|believed|thought|rumou?red|understood|reported|claimed) to"
    r"|suspected|accused of|accus(?:es|ed) \w+ of|likely to|unlikely to|appears? to|appeared to|seems? to|seemed to|if"
    r"|plan(?:s|ned|ning)? to|intend(?:s|ed)? to|expect(?:s|ed)? to|hop(?:es|ed|ing) to|aim(?:s|ed|ing)? to"
    r"|want(?:s|ed)? to|considering|consider(?:s|ed)? \w+ing|propos(?:es|ed|ing) to|threaten(?:s|ed|ing)? to"
    r"|vow(?:s|ed)? to|promis(?:es|ed) to|tr(?:y|ies|ied|ying) to|attempt(?:s|ed|ing)? to|due to be|set to|scheduled to"
    r"|would|angeblich|mutmaßlich|vermutlich|möglicherweise"
)
_BOUNDS = {
    "floor": r"at least|more than|over|above|no (?:fewer|less) than|a minimum of|upwards of|in excess of|exceeding"
    r"|mindestens",
    "ceiling": r"up to|at most|less than|fewer than|under|below|no more than|a maximum of|as many as|as much as"
    r"|höchstens|bis zu",
    "near": r"about|around|approximately|roughly|some|nearly|almost|close to|an estimated|estimated|circa|c\.|just over"
    r"|just under|etwa|rund|fast|knapp",
}
_AFTER = {"floor": r"\s?(?:\+|or more\b|at least\b)", "ceiling": r"\s?(?:or (?:less|fewer)\b|at most\b)"}
_TIMES = frozenset(
    {"second", "minute", "hour", "day", "week", "month", "year", "decade"}
)  # "over two years" bounds none

_NEGATION = re.compile(rf"\b(?:(?P<denial>{_DENIALS})|{_NEGATIONS})(?!\w)", re.IGNORECASE)
_DOUBT = re.compile(rf"\b(?:{_DOUBTS})(?!\w)", re.IGNORECASE)
_BOUND = {
    kind: re.compile(rf"\b(?:{words})\s+(?:the\s|an?\s)?(?:estimated\s)?[$€£¥]?$", re.IGNORECASE)
    for kind, words in _BOUNDS.items()
}
_BOUND_AFTER = {kind: re.compile(words, re.IGNORECASE) for kind, words in _AFTER.items()}
_CLAUSE = re.compile(
    r"[,;:.!?—–()“”\"]\s|[.!?]$|\b(?:but|although|though|while|whereas|because|after|before|which|who)\b"
)
_REACH = 5  # content words that a cue governs
_STATED = 0.6  # share of them that the other side must say for a conflict


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that denies or doubts, and the content words it governs, the nearest first."""

    written: str
    scope: tuple[str, ...]
    clausal: bool = False  # denies a whole clause: "denied that"


@lru_cache(maxsize=4096)
def negations(text: str) -> tuple[Cue, ...]:
    return tuple(_cues(_NEGATION, text))


@lru_cache(maxsize=4096)
def doubts(text: str) -> tuple[Cue, ...]:
    return tuple(_cues(_DOUBT, text))


def _cues(pattern: re.Pattern[str], text: str) -> Iterator[Cue]:
    skipped = [match.span() for match in _NO_NEGATION.finditer(text)]
    for match in pattern.finditer(text):
        if any(start <= match.start() < end for start, end in skipped):
            continue
        stop = _CLAUSE.search(text, match.end())
        clause = text[match.end() : stop.start() if stop else len(text)]
        denial = match.groupdict().get("denial") is not None
        yield Cue(match.group(), terms(clause)[:_REACH], denial)


def denied(claim: str, sentences: Sequence[str]) -> str:
    """Why claim and quoted sentences disagree in what they deny; empty if they do not.

    A sentence that agrees with the claim settles it, whatever the others say.
    """
    said, ours = terms(claim), negations(claim)
    for cue in ours:
        stating = [text for text in sentences if _states(terms(text), negations(text), cue)]
        if stating and not any(_denies(text, cue) or _answered(cue, terms(text)) for text in sentences):
            return f"The claim says “{cue.written}”, the cited words do not."
    for text in sentences:
        for cue in negations(text):
            if _states(said, ours, cue) and not _answered(cue, said) and not _is_stated_elsewhere(cue, text, sentences):
                return f"The cited words say “{cue.written}”, the claim does not."
    return ""


def denies_alone(claim: str, quote: str) -> str:
    """The negation of the claim, where the quote has none and says nothing opposite either; else empty."""
    ours = negations(claim)
    if not ours or negations(quote) or any(_answered(cue, terms(quote)) for cue in ours):
        return ""
    return ours[0].written


def doubted(claim: str, sentences: Sequence[str]) -> str:
    """The hedge of a quoted sentence that the claim drops; empty if it drops none."""
    if doubts(claim):
        return ""
    said = terms(claim)
    for text in sentences:
        for cue in doubts(text):
            if _states(said, (), cue) and not _is_stated_elsewhere(cue, text, sentences):
                return cue.written
    return ""


def _denies(text: str, cue: Cue) -> bool:
    """Whether the text denies what the cue does: the first word that it governs."""
    return any(_alike(word, head) for own in negations(text) for word in own.scope for head in cue.scope[:1])


def _is_stated_elsewhere(cue: Cue, text: str, sentences: Sequence[str]) -> bool:
    """Whether what the cue of this sentence governs is also said without it: in its rest, or in another sentence."""
    if _states(_without(terms(text), cue), (), cue):
        return True
    return any(_states(terms(other), (*negations(other), *doubts(other)), cue) for other in sentences if other != text)


def bound(text: str, amount: Amount) -> str:
    """``floor`` for "at least 5", ``ceiling`` for "up to 5", ``near`` for "about 5"; else empty."""
    before = text[max(0, amount.start - 30) : amount.start]
    for kind, pattern in _BOUND.items():
        match = pattern.search(before)
        if match and not (
            amount.unit in _TIMES and match.group().strip().lower() in ("over", "under", "some", "about", "around")
        ):
            return kind
    return next((kind for kind, pattern in _BOUND_AFTER.items() if pattern.match(text, amount.end)), "")


def bounds(claim: str, quote: str) -> tuple[bool, str]:
    """Whether a bound of the quote's is turned round, and why claim and quote differ in bounds; empty if they agree."""
    for amount in amounts(claim):
        theirs = {bound(quote, other) for other in amounts(quote) if other.equals(amount)}
        ours = bound(claim, amount)
        if not theirs or "" in theirs or ours in theirs:
            continue
        if {ours, *theirs} == {"floor", "ceiling"}:
            return True, f"The bound of {amount.written} is turned round."
        if not ours:
            return False, f"The cited words say only “{_bound_words(theirs)} {amount.written}”."
    return False, ""


_SPOKEN_BOUNDS = {"floor": "at least", "ceiling": "up to", "near": "about"}


def _bound_words(kinds: set[str]) -> str:
    return _SPOKEN_BOUNDS[min(kinds)]


def opposed(claim: str, sentences: Sequence[str]) -> str:
    """A word of the claim that the likest sentence turns into its opposite, with that opposite; else empty.

    Both must stand beside the same words, and the rest of the claim must be there for the most part.
    """
    words = _all_words(claim)
    pool = set(words)
    for sentence in sentences:
        others = _all_words(sentence)
        theirs = set(others)
        if len(pool & theirs) < _STATED * max(1, len(pool) - 1):
            continue
        if bool(negations(claim)) != bool(negations(sentence)):
            continue  # "did not rise" and "fell" agree
        if pair := _crossed(words, others):
            return pair
        for (at, word), (place, other) in product(enumerate(words), enumerate(others)):
            turned = word not in theirs and other not in pool and _are_opposite(word, other)
            if turned and _near(words, at) & _near(others, place):
                return f"“{word}” against “{other}”"
    return ""


def _crossed(words: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Two opposites that claim and sentence both have, each said of what the other was; else empty."""
    ours, theirs = dict(_subjects(words)), dict(_subjects(others))
    for one, other in combinations([word for word in ours if word in theirs], 2):
        if _are_opposite(one, other) and ours[one] == theirs[other] != theirs[one] == ours[other]:
            return f"“{ours[one]} {one}” against “{theirs[one]} {one}”"
    return ""


def _subjects(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each word that has an opposite, with the content word before it."""
    before = ""
    for word in words:
        if sides(word):
            yield word, before
        if word not in _GLUE:
            before = word


def _are_opposite(one: str, other: str) -> bool:
    return any((question, 1 - side) in sides(other) for question, side in sides(one))


@lru_cache(maxsize=4096)
def _all_words(text: str) -> tuple[str, ...]:
    """Stems of all words, function words among them: "before" and "after" are such."""
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", text))


def _near(words: tuple[str, ...], at: int) -> set[str]:
    return set(words[max(0, at - 3) : at] + words[at + 1 : at + 4]) - _GLUE


_GLUE = frozenset(
    map(fold, "the a an of in on at to for and was were is are by with from it its he she his her".split())
)


def _states(words: Sequence[str], cues: Sequence[Cue], cue: Cue) -> bool:
    """Whether these words say what the cue governs, not governed by any of the cues themselves."""
    if not cue.scope:
        return False
    governed = {word for other in cues for word in other.scope}
    free = [word for word in words if word not in governed]
    met = [any(_alike(word, other) for other in free) for word in cue.scope]
    return sum(met) >= _STATED * len(met) and (met[0] or cue.clausal)


def _without(words: Sequence[str], cue: Cue) -> list[str]:
    """The words less one occurrence of each that the cue governs."""
    rest = list(words)
    for word in cue.scope:
        rest.remove(word)
    return rest


def _answered(cue: Cue, words: Sequence[str]) -> bool:
    """Whether the other side says the opposite of what is denied: "did not pass" and "was rejected" agree."""
    wanted = {(question, 1 - side) for word in cue.scope[:2] for question, side in sides(word)}
    return any(place in wanted for word in words for place in sides(word))


def _alike(one: str, other: str) -> bool:
    return one == other or not meanings(one).isdisjoint(meanings(other))
