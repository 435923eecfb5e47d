"""Outlets and authors that a question names as its source, as far as plain rules can tell. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.directory import folded

_SAID_IN = r"(?i:according to|reported (?:by|in)|published (?:by|in)|written (?:in|for)|as told to)"
_FROM = r"(?i:from|in|by)"  # says little by itself: only with "the", or quotation marks, before the name
_PIECE = (
    r"(?:article|report|story|piece|interview|coverage|editorial|column|opinion piece|review|reporting|analysis|"
    r"essay|dispatch|newsletter)s?"
)
_SAYS = r"(?:reports?|reported|writes?|wrote|says?|said|publish(?:es|ed)?|claims?|claimed|quotes?|quoted)"
_ASKS = r"(?i:did|does|has|have|do)"
_LINK = r"(?:['’]s)?\s*(?:,|,?\s(?:and|or)\s|&)\s*"


def outlets(text: str, known: Iterable[str]) -> list[tuple[str, str]]:
    """The known outlets that the text names as a source, each with the words that do so, in the order of ``known``.

    A name alone is none ("the Courier is sold at noon"), nor is one within a longer name ("the Morning Courier
    reports"). One that is joined to a source by "and", "or" or a comma is one too.
    """
    near = [name for name in known if (bare := folded(_bare(name))) and bare in folded(text)]
    found = {name: phrase for name in near if (phrase := _as_source(name, text))}
    joined = True
    while joined:
        joined = False
        for name in near:
            if name not in found and any(_are_linked(name, other, text) for other in list(found)):
                found[name] = _bare(name)
                joined = True
    longest = {
        name: phrase
        for name, phrase in found.items()
        if not any(len(_bare(name)) < len(_bare(other)) and _bare(name) in _bare(other) for other in found)
    }
    return [(name, longest[name]) for name in near if name in longest]


def authors(text: str, known: Iterable[str]) -> list[tuple[str, str]]:
    """The known authors whose work the text asks for, as `outlets`."""
    asked = folded(text)
    near = (name for name in known if len(name) > 2 and folded(name) in asked)
    return [(name, phrase) for name in near if (phrase := _as_author(name, text))]


def _bare(name: str) -> str:
    return re.sub(r"^the\s+", "", name.strip(), flags=re.IGNORECASE)


def _named(name: str) -> str:
    """A pattern for the name as a whole, not as the end of a longer one."""
    return rf"(?<!\w)(?<![A-Z]\w )['‘\"“]?(?:[Tt]he )?(?:['‘\"“])?{re.escape(_bare(name))}['’\"”]?"


def _as_source(name: str, text: str) -> str:
    named, whole = _named(name), rf"{re.escape(_bare(name))}['’\"”]?(?!\w)(?!\s+[A-Z])"
    for pattern in (
        rf"\b{_SAID_IN}\s+(?:an? )?(?:the )?['‘\"“]?(?:The )?{whole}",
        rf"\b{_FROM}\s+(?:(?:the|The)\s+['‘\"“]?|['‘\"“]){whole}(?!\s+[a-z]+s?\b(?<!article)(?<!report))",
        rf"{named}(?:['’]s?)?\s+(?:[a-z]\w*\s+)?{_PIECE}\b",
        rf"{named}\s+{_SAYS}\b",
        rf"\b{_ASKS}\s+{named}\s+(?:report|write|say|publish|claim|quote)\w*",
    ):
        for match in re.finditer(pattern, text):
            if not _is_within_a_name(text, text.index(_bare(name), match.start())):
                return match.group().strip()
    return ""


def _is_within_a_name(text: str, at: int) -> bool:
    """Whether the word before is capitalised, and is neither "The" nor the first of a sentence."""
    before = text[:at].rstrip("'‘\"“ ")
    if before != text[:at].rstrip(" ") or not before or not text[:at].endswith(" "):
        return False
    word = re.search(r"[^\W\d_][\w’'-]*$", before)
    if word is None or not word.group()[0].isupper() or word.group() == "The":
        return False
    opening = before[: word.start()].rstrip()
    return bool(opening) and opening[-1] not in ".!?:"


def _are_linked(name: str, other: str, text: str) -> bool:
    the = r"(?:[Tt]he )?"
    one, two = (the + re.escape(_bare(each)) for each in (name, other))
    return bool(re.search(rf"(?<!\w){one}{_LINK}{two}(?!\w)|(?<!\w){two}{_LINK}{one}(?!\w)", text))


def _as_author(name: str, text: str) -> str:
    who = re.escape(name)
    for pattern in (
        rf"\b(?:{_PIECE}|written|reported|authored|reporting)\s+(?:\w+\s+){{0,3}}by\s+{who}(?!\w)",
        rf"(?<!\w){who}['’]s?\s+(?:\w+\s+)?{_PIECE}\b",
        rf"(?<!\w){who}\s+(?:writes?|wrote|reports?|reported)\b",
        rf"\b(?:did|does|has)\s+{who}\s+(?:report|write|publish)\w*",
        rf"^\s*by\s+{who}(?!\w)",
    ):
        if match := re.search(pattern, text, re.IGNORECASE):
            return match.group().strip()
    return ""
