"""Articles to passages: whole sentences, packed up to a size, never across the middle of a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.article import Article, Passage
from corpus.sentences import Span, sentence_spans


@dataclass(frozen=True, slots=True)
class SentenceSplitter:
    """Packs sentences greedily until ``size`` characters are reached.

    A sentence longer than twice the size (a list, a table, text without stops) is cut between words.
    """

    size: int

    @property
    def fingerprint(self) -> str:
        return f"sentences-1-{self.size}"

    def split(self, article: Article) -> list[Passage]:
        spans = [
            part for span in sentence_spans(article.text, article.language) for part in self._fit(article.text, span)
        ]
        return [Passage(article, start, end) for start, end in self._pack(spans)]

    def _fit(self, text: str, span: Span) -> list[Span]:
        start, end = span
        parts = []
        while end - start > 2 * self.size:
            cut = text.rfind(" ", start + 1, start + self.size)
            cut = cut if cut > start else start + self.size
            parts.append((start, cut))
            start = cut
            while start < end and text[start].isspace():
                start += 1
        return [*parts, (start, end)] if start < end else parts

    def _pack(self, spans: list[Span]) -> list[Span]:
        packed: list[Span] = []
        for start, end in spans:
            if packed and end - packed[-1][0] <= self.size:
                packed[-1] = (packed[-1][0], end)
            else:
                packed.append((start, end))
        return packed
