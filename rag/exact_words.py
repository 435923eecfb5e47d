"""Words that a passage must hold exactly, and words that it must not hold. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.article import Passage
from corpus.directory import folded
from rag.words import words

_MARKS = str.maketrans(dict.fromkeys("’‘‚‛´`", "'") | dict.fromkeys("“”„«»", '"') | {"–": "-", "—": "-"})


def is_fit(passage: Passage, quotes: Sequence[str], without: Sequence[str]) -> bool:
    """Whether a passage holds every quotation, in its text or headline, and no excluded word.

    Quotations are compared without regard to case, white space and the kind of quotation marks and dashes; excluded
    words as whole words, without regard to case and accents.
    """
    if quotes:
        text = _plain(f"{passage.article.title}\n{passage.text}")
        if not all(_plain(quote) in text for quote in quotes):
            return False
    held = _spaced(passage.text) if without else ""
    return not any(_spaced(each) in held for each in without)


def _plain(text: str) -> str:
    return " ".join(text.casefold().translate(_MARKS).split())


def _spaced(text: str) -> str:
    return f" {' '.join(map(folded, words(text)))} "
