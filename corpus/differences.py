"""What a copy of an article left out, added and moved. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from corpus.sentences import sentence_spans
from corpus.syndication import words


@dataclass(frozen=True, slots=True)
class Differences:
    """What became of an original in a copy. A sentence in which a word was changed is left out and added."""

    left_out: tuple[str, ...]  # sentences of the original, in its order
    added: tuple[str, ...]  # sentences of the copy, in its order
    reordered: bool
    kept: float  # 0 … 1, the share of the original's words that stand in sentences that the copy has too


def differences(original: str, copy: str, language: str | None = None) -> Differences:
    """What a copy left out, added and moved, sentence by sentence; case, punctuation and spacing do not count.

    ``language`` is a BCP 47 tag. Turned round, what was left out is what was added. Linear in the length of the texts.
    """
    ours, theirs = _sentences(original, language), _sentences(copy, language)
    left_out, added = _surplus(ours, theirs), _surplus(theirs, ours)
    total = sum(key.count(" ") + 1 for key, _ in ours)
    lost = sum(key.count(" ") + 1 for key, _ in left_out)
    first, second = dict.fromkeys(key for key, _ in ours), dict.fromkeys(key for key, _ in theirs)
    return Differences(
        left_out=tuple(sentence for _, sentence in left_out),
        added=tuple(sentence for _, sentence in added),
        reordered=[key for key in first if key in second] != [key for key in second if key in first],
        kept=1 - lost / total if total else 1.0,
    )


def _sentences(text: str, language: str | None) -> list[tuple[str, str]]:
    """The words of each sentence, and how it is written; without those that have no words."""
    written = [" ".join(text[start:end].split()) for start, end in sentence_spans(text, language)]
    return [(" ".join(found), sentence) for sentence in written if (found := words(sentence))]


def _surplus(sentences: list[tuple[str, str]], others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The sentences that stand more often here than there."""
    matched = Counter(key for key, _ in others)
    surplus = []
    for key, sentence in sentences:
        if matched[key] > 0:
            matched[key] -= 1
        else:
            surplus.append((key, sentence))
    return surplus
