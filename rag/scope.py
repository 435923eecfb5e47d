"""Where to look: what the caller fixes, and what a question was understood to ask for. Frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal

# What is read out of a question, and can be switched off: a window of days, an outlet, an author, words in quotation
# marks, words that must not occur, the wish for the newest, and what is taken over from the conversation.
Understanding = Literal["dates", "outlet", "author", "quote", "without", "latest", "follow_up"]
UNDERSTANDINGS: tuple[Understanding, ...] = ("dates", "outlet", "author", "quote", "without", "latest", "follow_up")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the caller fixes. Every filter that is given must hold, exactly; an empty one excludes nothing.

    Names of outlets, authors and languages are compared without regard to case and accents; a language is a code such
    as ``en``. With ``since`` or ``until`` an article without a known date is outside. ``as_of`` is the day on which the
    question is asked: "last week" is the week before it, and what was published later is unknown on that day. Without
    it, it is today, and nothing is excluded.
    """

    collections: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()  # article ids
    since: date | None = None  # days inclusive
    until: date | None = None
    as_of: date | None = None
    off: frozenset[Understanding] = frozenset()  # what is not to be read out of the question


@dataclass(frozen=True, slots=True)
class Constraints:
    """How a question was read, and what was searched; every one of them can be switched off by `Scope.off`.

    ``phrases`` says which words of the question stand behind each understanding.
    """

    collections: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    quotes: tuple[str, ...] = ()  # exact words that a passage must hold
    missing: tuple[str, ...] = ()  # those of them that no article that was searched holds
    without: tuple[str, ...] = ()  # words that no passage may hold
    latest: bool = False
    unresolved: tuple[str, ...] = ()  # "since the election": a time that no rule can tell
    phrases: Mapping[Understanding, str] = field(default_factory=dict)
    searched: int = 0  # articles that meet them all

    @property
    def narrow(self) -> bool:
        """Whether anything but the collections narrows or orders the search."""
        return replace(self, collections=(), searched=0, unresolved=(), phrases={}) != Constraints()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Constraints:
        """The inverse of `as_json`; what it does not know is left out."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
        known |= {name: date.fromisoformat(known[name]) for name in ("since", "until", "as_of") if known.get(name)}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """Only what says something; days as YYYY-MM-DD. `collections` and `searched` are always there."""
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        values |= {key: value.isoformat() for key, value in values.items() if isinstance(value, date)}
        always = ("collections", "searched")
        return {item.name: values[item.name] for item in fields(self) if values[item.name] or item.name in always}
