"""Outlets and authors that a question names as its source, as far as plain rules can tell. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from corpus.directory import Shelf, folded

_SAID_IN = r"(?i:according to|reported (?:by|in)|published (?:by|in)|written (?:in|for)|as told to)"
_FROM = r"(?i:from|in|by)"  # says little by itself: only with "the", or quotation marks, before the name
_PIECE = (
    r"(?:article|report|story|piece|interview|coverage|editorial|column|opinion piece|review|reporting|analysis|"
    r"essay|dispatch|newsletter)s?"
)
_SAYS = r"(?:reports?|reported|writes?|wrote|says?|said|publish(?:es|ed)?|claims?|claimed|quotes?|quoted)"
_ASKS = r"(?i:did|does|has|have|do)"
_SHORTEST = 4  # letters of a last word that can stand for the whole name
_LINK = r"(?:['’]s)?\s*(?:,|,?\s(?:and|or)\s|&)\s*"


def outlets(text: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """The known outlets that the text names as a source, each with the words that do so, in the order of ``known``.

    "The Orrin Courier" is also "the Courier", where no other outlet ends so. A name alone is no source ("the Courier is
    sold at noon"), nor is one within a longer name ("the Morning Courier reports"). One that is joined to a source by
    "and", "or" or a comma is one too.
    """
    asked = folded(text)
    near = [(name, call) for name, call in _calls(known) if folded(call) in asked]
    found = {call: phrase for _, call in near if (phrase := _as_source(call, text))}
    joined = True
    while joined:
        joined = False
        for _, call in near:
            if call not in found and any(_are_linked(call, other, text) for other in list(found)):
                found[call] = call
                joined = True
    longest = {
        call: phrase for call, phrase in found.items() if not any(call != other and call in other for other in found)
    }
    named = {name: longest[call] for name, call in near if call in longest}
    return list(named.items())


def _calls(known: Sequence[str]) -> list[tuple[str, str]]:
    """Each outlet with what it is called: its name without "the", and its last word if no other one ends so."""
    calls = [(name, bare) for name in known if (bare := _bare(name))]
    last = Counter(folded(bare.split()[-1]) for _, bare in calls)
    short = [(name, bare.split()[-1]) for name, bare in calls if " " in bare and last[folded(bare.split()[-1])] == 1]
    return calls + [(name, word) for name, word in short if len(word) >= _SHORTEST and word[0].isupper()]


def named(given: Sequence[str], shelves: Sequence[Shelf]) -> tuple[str, ...]:
    """Outlets as a filter gives them, under their full names: by `outlets`' rule "Courier" is "The Orrin Courier"."""
    known = sorted({name for shelf in shelves for name in shelf.outlets})
    full = {folded(name) for name in known}
    called = {folded(call): name for name, call in reversed(_calls(known))}
    return tuple(name if folded(name) in full else called.get(folded(_bare(name)), name) for name in given)


def authors(text: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """The known authors, folded → as written, whose work the text asks for, as `outlets`."""
    asked = folded(text)
    near = [name for plain, name in known.items() if len(plain) > 2 and plain in asked]
    return [(name, phrase) for name in near if (phrase := _as_author(name, text))]


def _bare(name: str) -> str:
    return re.sub(r"^the\s+", "", name.strip(), flags=re.IGNORECASE)


def _named(name: str) -> str:
    """A pattern for the name as a whole, not as the end of a longer one."""
    return rf"(?<!\w)(?<![A-Z]\w )['‘\"“]?(?:[Tt]he )?(?:['‘\"“])?{re.escape(name)}['’\"”]?"


def _as_source(name: str, text: str) -> str:
    named, whole = _named(name), rf"{re.escape(name)}['’\"”]?(?!\w)(?!\s+[A-Z])"
    for pattern in (
        rf"\b{_SAID_IN}\s+(?:an? )?(?:the )?['‘\"“]?(?:The )?{whole}",
        rf"\b{_FROM}\s+(?:(?:the|The)\s+['‘\"“]?|['‘\"“]{'|' if ' ' in name else ''}){whole}(?!\s+[a-z])",
        rf"{named}(?:['’]s?)?\s+(?:[a-z]\w*\s+)?{_PIECE}\b",
        rf"{named}\s+{_SAYS}\b",
        rf"\b{_ASKS}\s+{named}\s+(?:report|write|say|publish|claim|quote)\w*",
    ):
        for match in re.finditer(pattern, text):
            if not _is_within_a_name(text, text.index(name, match.start())):
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
    one, two = (the + re.escape(each) for each in (name, other))
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
