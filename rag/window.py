"""What of the evidence fits a language model's window: the best passages whole, the last one by whole sentences.

Tokens are estimated, since no tokenizer is at hand and each model has its own; rather too many than too few.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.sentences import sentence_spans
from rag.answer import Evidence

_PLAIN = re.compile(r"[A-Za-z \t\n]")
_CHARACTERS = 3  # letters and white space of a token at least; English has 4 to 5
_BYTES = 0.75  # tokens of a byte of UTF-8 beyond ASCII: é takes 1.5, я 1.5, 漢 2.25, 🐦 3
_REPLY = 2048  # tokens left for the reply, a quarter of small windows
_MESSAGES = 32  # tokens that a chat template adds


def tokens(text: str) -> int:
    """How many tokens a text takes at most, give or take: digits and punctuation one each, letters a third."""
    plain = len(_PLAIN.findall(text))
    ascii_only = sum(map(str.isascii, text))
    beyond = len(text.encode("utf-8", "replace")) - ascii_only
    return math.ceil(plain / _CHARACTERS + (ascii_only - plain) + beyond * _BYTES)


def fitting(
    evidence: Sequence[Evidence], window: int, taken: int, written: Callable[[Evidence], str]
) -> list[Evidence]:
    """The passages from the best on that fit together; where one does not, as many of its first sentences as do.

    Args:
        window: tokens of the model's window.
        taken: tokens of the prompt around the passages.
        written: a passage as the prompt has it.
    """
    left = window - min(_REPLY, window // 4) - _MESSAGES - taken
    fits: list[Evidence] = []
    for item in evidence:
        shown = _shortened(item, left, written)
        if shown:
            fits.append(shown)
            left -= tokens(written(shown))
        if shown is not item:
            break
    return fits


def _shortened(item: Evidence, room: int, written: Callable[[Evidence], str]) -> Evidence | None:
    """The passage, its first sentences, or None if not even one fits. Offsets stay those of the article."""
    if tokens(written(item)) <= room:
        return item
    for _, end in reversed(sentence_spans(item.text)[:-1]):
        shorter = replace(item, text=item.text[:end], end=item.start + end)
        if tokens(written(shorter)) <= room:
            return shorter
    return None
