"""What a question asks for: its content words, the names it mentions, the kind of answer it expects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.errors import QuestionError
from rag.words import names, terms

Expected = Literal["person", "place", "date", "duration", "money", "percent", "number", "reason", "any"]

LONGEST_QUESTION = 10_000  # characters

# First match wins; each pattern is tried on the question in lower case.
_EXPECTED: tuple[tuple[str, Expected], ...] = (
    (r"\b(?:what|which|how (?:big|large|high) a) (?:percentage|percent|per cent|share|proportion)\b", "percent"),
    (r"\bhow much (?:money\b|(?:did|does|do|will|would|has|have|is|are|was|were)\b.*\b(?:cost|paid|pay)\b)", "money"),
    (r"\bhow much (?:did|does|do|will|would|has|have)\b.*\b(?:earn|spend|spent|raise|raised|lose|lost)\b", "money"),
    (
        r"\b(?:what|which|how (?:high|large|big|much))\b.*\b(?:reward|bounty|price|costs?|budget|salary|profits?)\b",
        "money",
    ),
    (r"\b(?:what|which|how (?:high|large|big|much))\b.*\b(?:revenue|fine|fee|loan|debt|loss)\b", "money"),
    (r"\bhow long\b", "duration"),
    (r"\bhow (?:many|much|old|far|tall|high|deep|wide|heavy|fast|large|big|often|hot|cold|few|strong)\b", "number"),
    (r"\b(?:what|which) (?:number|amount|quantity|total|figure)\b|\bnumber of\b", "number"),
    (r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|decade|century|season)\b", "date"),
    (r"\bwho\b|\bwhom\b|\bwhose\b", "person"),
    (r"\bwhere\b|\b(?:what|which) (?:city|town|village|country|state|place|region|location|street)\b", "place"),
    (r"\bwhy\b|\b(?:what|which) (?:reason|caused?|led to)\b", "reason"),
)
# Words that say what kind of thing is asked for; an answer need not repeat them.
_KIND_WORDS = frozenset(
    terms(
        "number amount year date day month name person people kind type sort way place city town country percentage "
        "reason department ministry company organization organisation agency figure total latest current newest last "
        "recent long old far tall high deep wide heavy large big often much many make made get got"
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """A standalone question, understood by plain rules.

    Attributes:
        terms: stems of the content words that an answer should share, each once.
        names: folded names that an answer, or its article, must mention.
        expected: the kind of answer asked for.
    """

    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    expected: Expected


def understand(text: str) -> Question:
    """Read a standalone question."""
    lowered = text.lower()
    expected: Expected = next((kind for pattern, kind in _EXPECTED if re.search(pattern, lowered)), "any")
    content = dict.fromkeys(term for term in terms(text) if term not in _KIND_WORDS)
    return Question(text, tuple(content), names(text), expected)


def checked(text: str) -> str:
    """The question without surrounding white space.

    Raises:
        QuestionError: it is empty or longer than `LONGEST_QUESTION`.
    """
    # Half a surrogate pair, which a broken paste can hold, is a character to no engine.
    text = text.encode("utf-8", "replace").decode("utf-8").strip()
    if not text:
        raise QuestionError("The question is empty.", hint="Type a question about the articles.")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters, more than the {LONGEST_QUESTION:,} allowed.",
            hint="Ask about one thing; add long texts as articles instead.",
        )
    return text
