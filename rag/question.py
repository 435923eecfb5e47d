"""What a question asks for: its content words, the names it mentions, the kind of answer it expects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer_types import Expected, Form, expected, form
from rag.errors import QuestionError
from rag.stopwords import STOPWORDS
from rag.words import fold, names, stem, terms, words

LONGEST_QUESTION = 10_000  # characters

# Words that say what kind of thing is asked for; an answer need not repeat them.
_KIND_WORDS = frozenset(
    terms(
        "number amount year date day month name person people kind type sort way place city town country percentage "
        "reason department ministry company organization organisation agency figure total latest current newest last "
        "recent long old far tall high deep wide heavy large big often much many make made get got"
    )
)


# Words that say how an answer is to be put together, and nothing of what it is about.
_FORM_WORDS: Mapping[Form, frozenset[str]] = {
    "overview": frozenset(
        terms(
            "happen happening happened new news go going summarise summarize summary overview everything anything all "
            "article articles collection story stories event events main important thing things point points today"
        )
    ),
    "development": frozenset(terms("develop development evolve unfold progress change timeline time course history")),
    "comparison": frozenset(
        terms("compare compared comparison differ differs difference different versus vs contrast")
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A standalone question, understood by plain rules.

    Attributes:
        terms: stems of the content words that an answer should share, each once.
        names: folded names that an answer, or its article, must mention.
        expected: the kind of answer asked for.
        form: how an answer is put together.
    """

    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    expected: Expected
    form: Form

    @property
    def names_no_topic(self) -> bool:
        """Whether it asks what there is, of whatever there is: "What happened?", "Summarise everything"."""
        return self.form == "overview" and not self.terms


def understand(text: str) -> Question:
    """Read a standalone question."""
    put = form(text)
    idle = _KIND_WORDS | _FORM_WORDS.get(put, frozenset()) | _function_words(text)
    content = dict.fromkeys(term for term in terms(text) if term not in idle)
    return Question(text, tuple(content), names(text), expected(text), put)


def _function_words(text: str) -> frozenset[str]:
    """Stems of a text's function words in the language that most of them are from."""
    found = [fold(word) for word in words(text)]
    held = {language: [word for word in found if word in known] for language, known in STOPWORDS.items()}
    spoken = max(held, key=lambda language: (len(held[language]), language == "en"))
    return frozenset(map(stem, held[spoken]))


_ASKING = r"(?:who|whom|whose|what|when|where|why|how|which)\b"
_JOINT = re.compile(
    rf"[?;]\s+(?:and\s+|but\s+)?|,?\s+(?:and|but)\s+(?={_ASKING})|,\s+(?=(?:how|what|why)\b)", re.IGNORECASE
)  # not ", which": that goes on with the same question


def asks(question: str) -> tuple[str, ...]:
    """The questions that stand in one, in their order, each with words of its own; empty if it asks one thing.

    "Who stole it, and how much is the reward?" asks two; "when and where was it found?" is one.
    """
    found = [part.strip(" ,;?.!") for part in _JOINT.split(question)]
    asked = [part for part in found if re.search(rf"\b{_ASKING}", part, re.IGNORECASE)]
    return tuple(asked) if len(asked) > 1 and all(understand(part).terms for part in asked) else ()


_NAME = r"[A-Z][\w’'-]*(?: (?:(?:of|the|de|la|van|von) )*[A-Z][\w’'-]*)*"
_BETWEEN = re.compile(
    r"\b(?:between|compare|both)\s+(?P<one>.+?)\s+(?:and|with|to)\s+(?P<other>[^,?.]+)", re.IGNORECASE
)
_OPENS = re.compile(r"^(?:(?:compare|did|does|do|is|are|was|were|has|have|both|the)\b\s*)+", re.IGNORECASE)
_VERSUS = re.compile(rf"(?P<one>{_NAME})\s+(?:and|or|than|versus|vs\.?|with|to|from)\s+(?:the\s+)?(?P<other>{_NAME})")


def sides(question: str) -> tuple[str, ...]:
    """What a comparison compares, in the question's words; empty if that cannot be told."""
    match = _VERSUS.search(question) or _BETWEEN.search(question)
    found = [_OPENS.sub("", match[side]).strip() for side in ("one", "other")] if match else []
    return tuple(found) if all(found) else ()


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
