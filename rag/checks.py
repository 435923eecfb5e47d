"""The deterministic checks: what a claim states must stand in the words it cites. One row of `_CHECKS` is one check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from corpus.sentences import sentence_spans
from rag.answer import Verdict
from rag.kin import meanings
from rag.order import misplaced, turned_round
from rag.polarity import bounds, denied, denies_alone, doubted, negations, opposed
from rag.quantities import amounts
from rag.stated_dates import StatedDate, stated_dates
from rag.stopwords import STOPWORDS
from rag.words import NUMBER, fold, likeness, names, stem, terms, words

# What makes an adjective or a people of a place: Venezuela, Venezuelan.
_ENDINGS = frozenset("s n an ian ean ese ish i er ers ans ians es".split())
_OPENS = re.compile(
    r"[“\"'(]?(?P<word>[A-Z][\w’'-]+?)(?:['’]s)? (?:\w+ed|says?|said|told|is|was|are|were|has|have|had|will|would|can"
    r"|could|did|does|made|took|became|left|won|lost|went|came|gave|got|held|led|met|paid|sold|bought|built|wrote|began|knew|saw|who)\b"
)
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]{3,})[”“»\"]")
_ELLIPSIS = re.compile(r"\s*(?:\[?…\]?|\[?\.\.\.\]?)\s*")


@dataclass(frozen=True)
class Cited:
    """The words that a claim is checked against.

    ``quotes`` are the cited words. ``around`` is what stands beside them on the page: headline, outlet, the sentence
    that says who "he" is. ``passages`` are the texts that the quotes are from, ``published`` the days of their
    articles.
    """

    quotes: tuple[str, ...]
    around: str = ""
    passages: str = ""
    published: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        return "\n".join(self.quotes)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(quote[start:end] for quote in self.quotes for start, end in sentence_spans(quote))


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a claim cannot be more than ``verdict``; ``facts`` is how many of its facts that concerns."""

    check: str
    verdict: Verdict
    reason: str
    facts: int = 1


def findings(claim: str, cited: Cited) -> list[Finding]:
    """What the checks object to, in the order of `_CHECKS`; empty if all pass."""
    if any(squeezed(claim) == squeezed(text) for text in (cited.text, *cited.quotes, *cited.sentences)):
        return []
    verbatim = is_part(claim, cited.text)
    return [
        found
        for name, check in _CHECKS.items()
        if not (verbatim and name in _OF_OTHER_WORDS)
        for found in check(claim, cited)
    ]


def unsaid(claim: str, text: str) -> str:
    """A content word of the claim that the text has in no form and no kin, as written; empty if all are there."""
    there = frozenset(terms(text))
    kin = frozenset().union(*map(meanings, there))
    for word in words(claim):
        for term in terms(word):
            if likeness(term, there) == 0 and not meanings(term) & kin and not NUMBER.fullmatch(word):
                return word
    return ""


def squeezed(text: str) -> str:
    """White space, quotation marks and dashes aside."""
    return re.sub(r"\s+", " ", text.translate(_PLAIN)).strip()


_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})


def is_part(claim: str, text: str) -> bool:
    """Whether the claim stands in the text word for word, cut out between words: 1,000 is no part of 11,000."""
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(squeezed(claim))}(?!\w)(?![.,]\d)"
    return bool(re.search(whole, squeezed(text)))


def _numbers(claim: str, cited: Cited) -> Iterator[Finding]:
    there = amounts(cited.text)
    missing = [
        amount
        for amount in amounts(claim)
        if amount.counts and not any(amount.equals(other) for other in there) and not _as_year(amount.readings, cited)
    ]
    if missing:
        yield Finding("number", "unsupported", _lacks(amount.written for amount in missing), len(missing))


def _as_year(readings: Sequence[float], cited: Cited) -> bool:
    return any(found.year in readings for found in stated_dates(cited.text))


def _dates(claim: str, cited: Cited) -> Iterator[Finding]:
    there = stated_dates(cited.text)
    missing = [found for found in stated_dates(claim) if not any(other.holds(found) for other in there)]
    if not missing:
        return
    if any(_differs(found, there) for found in missing):
        yield Finding("date", "unsupported", _lacks(found.written for found in missing), len(missing))
    else:
        reason = f"Only the date of the article says {', '.join(found.written for found in missing)}."
        known = all(any(other.holds(found) for other in _completed(there, cited.published)) for found in missing)
        yield Finding(
            "date", "partial" if known else "unsupported", reason if known else _lacks(f.written for f in missing)
        )


def _differs(found: StatedDate, there: Sequence[StatedDate]) -> bool:
    return bool(there) and all(other.clashes(found) for other in there)


def _completed(there: Sequence[StatedDate], published: Sequence[str]) -> Iterator[StatedDate]:
    """The dates with the year of publication where they have none, and those of publication."""
    for day in (found for text in published for found in stated_dates(text)):
        yield day
        for other in there:
            if other.year is None:
                yield StatedDate(day.year, other.month, other.day, other.weekday, other.written)


def _names(claim: str, cited: Cited) -> Iterator[Finding]:
    near = f"{cited.text} {cited.around}"
    strangers = [name for name in names(claim) if not mentions(near, name) and not _is_date_word(name)]
    if strangers:
        known = all(mentions(cited.passages, name) for name in strangers)
        spelled = {fold(word).removesuffix("'s"): word for word in reversed(words(claim))}
        reason = f"The cited words do not mention {', '.join(spelled.get(name, name) for name in strangers)}."
        yield Finding("name", "partial" if known else "unsupported", reason, len(strangers))


def _subjects(claim: str, cited: Cited) -> Iterator[Finding]:
    """A sentence that opens with a word like a name does, without an article: whether it is one cannot be told."""
    match = _OPENS.match(claim)
    if match is None or fold(match["word"]) in STOPWORDS["en"] or fold(match["word"]) in names(claim):
        return
    word = match["word"]
    if (
        not negations(word)
        and not mentions(f"{cited.text} {cited.around}", fold(word))
        and not any(_says(text, word) for text in cited.sentences)
    ):
        yield Finding("name", "partial", f"The cited words do not mention {word}.")


def _says(text: str, word: str) -> bool:
    return any(stem(word) == own or not meanings(stem(word)).isdisjoint(meanings(own)) for own in terms(text))


def _is_date_word(name: str) -> bool:
    return bool(stated_dates(f"on {name.capitalize()} 3")) or bool(stated_dates(name.capitalize()))


def _quotations(claim: str, cited: Cited) -> Iterator[Finding]:
    text = fold(squeezed(cited.text))
    missing = [
        part
        for quotation in _QUOTED.findall(claim)
        for part in _ELLIPSIS.split(quotation)
        if fold(squeezed(part)).strip(" .,;:!?") not in text
    ]
    if missing:
        yield Finding("quotation", "unsupported", f"The cited words do not say “{missing[0]}”.", len(missing))


def _negation(claim: str, cited: Cited) -> Iterator[Finding]:
    if reason := denied(claim, cited.sentences):
        yield Finding("negation", "contradicted", reason)
    elif cue := denies_alone(claim, cited.text):
        yield Finding("negation", "partial", f"The claim says “{cue}”, the cited words deny nothing.")


def _opposites(claim: str, cited: Cited) -> Iterator[Finding]:
    if pair := opposed(claim, cited.sentences):
        yield Finding("opposite", "contradicted", f"Claim and cited words say the opposite: {pair}.")


def _hedges(claim: str, cited: Cited) -> Iterator[Finding]:
    if hedge := doubted(claim, cited.sentences):
        yield Finding("hedge", "partial", f"The cited words say “{hedge}”, the claim leaves it out.")
    turned, reason = bounds(claim, cited.text)
    if reason:
        yield Finding("bound", "contradicted" if turned else "partial", reason)


def _order(claim: str, cited: Cited) -> Iterator[Finding]:
    likest = _likest(claim, cited.sentences)
    if reason := turned_round(claim, likest):
        yield Finding("order", "contradicted", reason)
    elif reason := misplaced(claim, likest):
        yield Finding("place", "partial", reason)


def _likest(claim: str, sentences: Sequence[str]) -> list[str]:
    """The sentences that share at least half as many content words with the claim as the one that shares most."""
    wanted = frozenset(terms(claim))
    shared = [len(wanted.intersection(terms(text))) for text in sentences]
    return [text for text, count in zip(sentences, shared, strict=True) if count and 2 * count >= max(shared)]


_CHECKS: dict[str, Callable[[str, Cited], Iterator[Finding]]] = {
    "negation": _negation,
    "opposites": _opposites,
    "order": _order,
    "numbers": _numbers,
    "dates": _dates,
    "quotations": _quotations,
    "names": _names,
    "subjects": _subjects,
    "hedges": _hedges,
}
_OF_OTHER_WORDS = frozenset(
    {"numbers", "dates", "quotations", "names", "subjects", "opposites", "order"}
)  # verbatim words have these right


def _lacks(written: Iterator[str]) -> str:
    return f"The cited words do not contain {', '.join(dict.fromkeys(written))}."


def mentions(text: str, name: str) -> bool:
    """Whether a text has a name, folded, in any form: the genitive, the people of a place, its initials."""
    forms, initials = _forms(text)
    return name in forms or any(_is_form(name, form) for form in forms) or re.sub(r"\W", "", name) in initials


def _is_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and long.startswith(short) and long[len(short) :] in _ENDINGS


@lru_cache(maxsize=2048)
def _forms(text: str) -> tuple[frozenset[str], str]:
    """All words of a text, folded, their parts, and the initials of its capitalised words in order."""
    found = [word for whole in words(text) for word in {whole, *re.split(r"[-.]", whole)} if word]
    capitals = [word[0] for word in words(text) if word[0].isupper()]
    return frozenset(fold(word).removesuffix("'s").removesuffix("'") for word in found), "".join(capitals).lower()
