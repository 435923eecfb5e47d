"""Where the sentences are.

Segmentation is `sentencex`'s (rules per language, compiled); we only keep the offsets honest and drop white space.
"""

from __future__ import annotations

Span = tuple[int, int]


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Half-open character spans of the sentences of ``text``, in order, without surrounding white space.

    Paragraph breaks always end a sentence. Every character outside the spans is white space.
    ``language`` is a BCP 47 tag; unknown languages fall back to rules for Latin script.
    """
    from sentencex import segment

    code = (language or "en").split("-")[0].lower()
    spans: list[Span] = []
    at = 0
    for piece in segment(code, text):
        # The pieces concatenate to the text; its length in characters is all we take from the segmenter.
        start, end = at, at + len(piece)
        at = end
        body = text[start:end]
        trimmed = body.strip()
        if trimmed:
            lead = len(body) - len(body.lstrip())
            spans.append((start + lead, start + lead + len(trimmed)))
    return spans
