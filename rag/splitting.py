"""Articles to passages: whole paragraphs where they fit, whole sentences where they do not."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.article import Article, Passage
from corpus.sentences import Span, sentence_spans

# A paragraph may be this much longer than the size before it is cut: what its author kept together answers together.
_SLACK = 1.6


@dataclass(frozen=True, slots=True)
class ParagraphSplitter:
    """Packs paragraphs until ``size`` characters are reached.

    A paragraph longer than 1.6 times the size is cut between sentences into parts of about the same length; a sentence
    longer than twice the size (a list, a table, text without stops) between words.
    """

    size: int

    @property
    def fingerprint(self) -> str:
        return f"paragraphs-1-{self.size}"

    def split(self, article: Article) -> list[Passage]:
        units = [unit for paragraph in _paragraphs(article) for unit in self._parts(article.text, paragraph)]
        return [Passage(article, start, end) for start, end in self._pack(units)]

    def _parts(self, text: str, paragraph: list[Span]) -> list[Span]:
        """The paragraph whole, or cut."""
        first, last = paragraph[0][0], paragraph[-1][1]
        if last - first <= self.size * _SLACK:
            return [(first, last)]
        sentences = [part for span in paragraph for part in self._fit(text, span)]
        share = (last - first) / -(-(last - first) // self.size)
        parts: list[Span] = []
        for start, end in sentences:
            # The part that the middle of the sentence falls into, if the paragraph were cut like a ruler.
            if parts and (start + end) / 2 - first <= share * len(parts):
                parts[-1] = (parts[-1][0], end)
            else:
                parts.append((start, end))
        return parts

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

    def _pack(self, units: list[Span]) -> list[Span]:
        packed: list[Span] = []
        for start, end in units:
            if packed and end - packed[-1][0] <= self.size:
                packed[-1] = (packed[-1][0], end)
            else:
                packed.append((start, end))
        return packed


def _paragraphs(article: Article) -> list[list[Span]]:
    """The article's sentences, by paragraph: a line break between two sentences begins a new one."""
    paragraphs: list[list[Span]] = []
    for start, end in sentence_spans(article.text, article.language):
        if paragraphs and "\n" not in article.text[paragraphs[-1][-1][1] : start]:
            paragraphs[-1].append((start, end))
        else:
            paragraphs.append([(start, end)])
    return paragraphs
