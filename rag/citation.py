"""Drafts to cited sentences: ``[n]`` markers become Citations with verbatim quotes and exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.sentences import sentence_spans
from rag.answer import Citation, Claim, Evidence
from rag.words import terms

# [1], [1,2], [1-3], [1][2], 【1】 and 【1†source】, as models write them.
_MARKER = re.compile(r"[\[【]\s*(?P<numbers>\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*(?:†[^】\]]*)?[\]】]")
_LEADING = re.compile(rf"\s*(?:{_MARKER.pattern.replace('?P<numbers>', '?:')}[\s.,;]*)+")
_LOOKAHEAD = 24  # characters that must follow a sentence: “e.g. O” looks like its end, “e.g. Orrin, on” does not
_LIST_NUMBER = re.compile(r"\(?\d{1,2}[.)]")  # by itself it claims nothing
_WIDEST_RANGE = 20  # [1-300] is noise, not three hundred citations


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence without its markers, and the numbers they named, each once, in order."""

    text: str
    markers: tuple[int, ...]


def markers_in(text: str) -> tuple[int, ...]:
    """The numbers of all markers in a text, ranges written out, each once, in order."""
    numbers: dict[int, None] = {}
    for match in _MARKER.finditer(text):
        for part in re.split(r"\s*[,;]\s*", match["numbers"]):
            first, *rest = (int(number) for number in re.split(r"\s*[–-]\s*", part))
            last = rest[0] if rest and first <= rest[0] < first + _WIDEST_RANGE else first
            numbers.update(dict.fromkeys(range(first, last + 1)))
    return tuple(numbers)


def without_markers(text: str) -> str:
    """The text as prose: markers out, and the space before them."""
    return re.sub(rf"\s*{_MARKER.pattern}(?:\s+(?=[.,;:!?]))?", "", text).strip()


def marked_sentences(draft: str) -> list[Marked]:
    """The sentences of a draft with their markers; markers after a full stop belong to the sentence before it."""
    sentences: list[Marked] = []
    for start, end in sentence_spans(draft):
        body = draft[start:end]
        leading = _LEADING.match(body)
        if leading and sentences:
            sentences[-1] = _with_more(sentences[-1], markers_in(leading.group()))
            body = body[leading.end() :]
        text = without_markers(body)
        if any(char.isalnum() for char in text) and not _LIST_NUMBER.fullmatch(text):
            sentences.append(Marked(text, markers_in(body)))
    return sentences


def _with_more(sentence: Marked, markers: Sequence[int]) -> Marked:
    return Marked(sentence.text, tuple(dict.fromkeys((*sentence.markers, *markers))))


def finished_sentences(deltas: Iterable[str]) -> Iterator[str | Marked]:
    """Pass a streamed draft through, and follow each sentence by its `Marked` form once it is clear where it ends.

    What was given out is never looked at again, and the draft is looked at after every white space, so that nothing is
    lost or given twice, and the sentences are the same however the draft was cut into pieces.
    """
    pending = ""
    for delta in deltas:
        yield delta
        for word in re.split(r"(?<=\s)", delta):
            pending += word
            while word[-1:].isspace() and (end := _first_end(pending)):
                yield from marked_sentences(pending[:end])
                pending = pending[end:]
    yield from marked_sentences(pending)


def _first_end(pending: str) -> int:
    """Where the first sentence and its markers end; 0 while more text could still change that."""
    spans = sentence_spans(pending)
    if len(spans) < 2:
        return 0
    end = spans[0][1]
    markers = _LEADING.match(pending, end)
    end = markers.end() if markers else end
    return end if len(pending.rstrip()) - end >= _LOOKAHEAD else 0


def cite(sentence: Marked, evidence: Mapping[int, Evidence]) -> Claim:
    """The claim that a sentence makes, with the words it rests on; not yet checked.

    Each marker is resolved inside the passage it names and nowhere else: to the sentence that shares most with the
    claim. A marker that names no passage gives no citation.
    """
    cited = tuple(quote_for(sentence.text, evidence[marker]) for marker in sentence.markers if marker in evidence)
    unknown = [marker for marker in sentence.markers if marker not in evidence]
    reason = f"It cites {', '.join(f'[{marker}]' for marker in unknown)}, which does not exist." if unknown else ""
    return Claim(sentence.text, cited, "uncited", reason)


def quote_for(claim: str, evidence: Evidence) -> Citation:
    """The sentence of a passage that shares most content words with the claim (the first such), as a citation."""
    wanted = set(terms(claim))
    spans = sentence_spans(evidence.text)

    def shared(span: tuple[int, int]) -> float:
        found = set(terms(evidence.text[span[0] : span[1]]))
        return len(wanted & found) / (len(found) + 5)  # a long sentence shares words by chance

    start, end = max(spans, key=shared)
    return citation(evidence, start, end)


def citation(evidence: Evidence, start: int, end: int) -> Citation:
    """The words ``evidence.text[start:end]`` as a citation, with offsets into the article."""
    return Citation(
        marker=evidence.marker,
        article=evidence.article,
        collection=evidence.collection,
        version=evidence.version,
        start=evidence.start + start,
        end=evidence.start + end,
        quote=evidence.text[start:end],
        title=evidence.title,
        outlet=evidence.outlet,
        published=evidence.published,
        url=evidence.url,
    )
