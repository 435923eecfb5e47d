"""Drafts to cited sentences: ``[n]`` markers become Citations with verbatim quotes and exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.sentences import sentence_spans
from rag.answer import Citation, Claim, Evidence
from rag.hostility import hostile_spans
from rag.words import terms

# [1], [1,2], [1-3], [^1], 【1】, [1†source], [Passage 3], [Source 1, Source 2], [1: Courier], as models write them.
# Round brackets need the word: “(1)” numbers a list, and “(Article 5)” is one of a treaty.
_LABEL = r"(?:(?:source|passage|article|document|doc|reference|ref)s?\.?\s*|\^)"
_MORE = rf"(?:\s*(?:[,;&–-]|and)\s*{_LABEL}?\d{{1,3}})*"
_BRACKETED = rf"[\[【]\s*(?P<bracketed>{_LABEL}?\d{{1,3}}{_MORE})\s*(?:(?:[†|]|:\s)[^】\]]*)?[\]】]"
_LABELLED = rf"\(\s*(?P<labelled>(?:source|passage)s?\s*\d{{1,3}}{_MORE})\s*\)"
_MARKER = re.compile(rf"{_BRACKETED}|{_LABELLED}", re.IGNORECASE)
_UNNAMED = re.sub(r"\?P<\w+>", "?:", _MARKER.pattern)
_MARKERS = re.compile(rf"\s*(?:(?:{_UNNAMED})[\s.,;]*)+", re.IGNORECASE)
_TRAILING = re.compile(rf"(?<=[.!?…。！？\"'”’»)])\s*(?:(?:{_UNNAMED})\s*)+\Z", re.IGNORECASE)
_WITHOUT = re.compile(rf"\s*(?:{_UNNAMED})(?:\s*[,;]?\s*(?:{_UNNAMED}))*(?:\s+(?=[.,;:!?]))?", re.IGNORECASE)
# “Source 1 says …” names a passage within the sentence; its number is none of the claim's.
_MENTION = re.compile(r"\b(?:the )?(?:source|passage) (?P<number>\d{1,3})\b(?![.,]?\d)", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)]*\Z")
_LOOKAHEAD = 24  # characters that must follow a sentence: “e.g. O” looks like its end, “e.g. Orrin, on” does not
_LONGEST = 2000  # characters of a sentence; what goes on is none, and is cut
_LIST_NUMBER = re.compile(r"\(?\d{1,2}[.)]")  # by itself it claims nothing
_WIDEST_RANGE = 20  # [1-300] is noise, not three hundred citations


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence without its markers, and the numbers they named, each once, in order."""

    text: str
    markers: tuple[int, ...]

    @property
    def finished(self) -> bool:
        """Whether it came to its end, markers included, even if the draft was cut off right behind it."""
        return bool(self.markers and _ENDED.search(self.text))


def markers_in(text: str) -> tuple[int, ...]:
    """The numbers of all markers in a text, ranges written out, each once, in order."""
    numbers: dict[int, None] = {}
    for match in _MARKER.finditer(text):
        for part in re.split(r"[,;&]|and", match["bracketed"] or match["labelled"], flags=re.IGNORECASE):
            first, *rest = (int(number) for number in re.findall(r"\d+", part))
            last = rest[0] if rest and first <= rest[0] < first + _WIDEST_RANGE else first
            numbers.update(dict.fromkeys(range(first, last + 1)))
    return tuple(numbers)


def without_markers(text: str) -> str:
    """The text as prose: markers out, and the space before them."""
    return _WITHOUT.sub("", text).strip()


def marked_sentences(draft: str) -> list[Marked]:
    """The sentences of a whole draft with their markers, as `Sentences` finds them."""
    sentences = Sentences()
    return [*sentences.take(draft), *sentences.end()]


def finished_sentences(deltas: Iterable[str]) -> Iterator[str | Marked]:
    """Pass a streamed draft through, and follow each sentence by its `Marked` form once it is clear where it ends."""
    sentences = Sentences()
    for delta in deltas:
        yield delta
        yield from sentences.take(delta)
    yield from sentences.end()


@dataclass(slots=True)
class Sentences:
    """The sentences of a draft with their markers, as it comes in.

    Markers after a full stop belong to the sentence before them, unless the draft begins with one: then they belong to
    the sentence behind them. What was given out is never looked at again, and the draft is looked at after every white
    space, so that nothing is lost or given twice, and the sentences are the same however the draft was cut into pieces.
    """

    pending: str = ""
    leads: bool | None = None  # whether markers come first; None while no sentence is finished
    owed: tuple[int, ...] = ()  # to the sentence that comes next

    def take(self, delta: str) -> Iterator[Marked]:
        """A further piece of the draft: the sentences that are finished now."""
        for word in re.split(r"(?<=\s)", delta):
            self.pending += word
            while word[-1:].isspace() and (end := self._first_end()):
                yield from self._marked(self.pending[:end])
                self.pending = self.pending[end:]

    def end(self) -> Iterator[Marked]:
        """The draft is over: the sentences that were left."""
        left = self._marked(self.pending)
        yield from left[:-1]
        yield from (_with_more(last, self.owed) for last in left[-1:])
        self.pending, self.owed = "", ()

    def _first_end(self) -> int:
        """Where the first sentence and its markers end; 0 while more text could still change that."""
        spans = sentence_spans(self.pending)
        if len(spans) < 2:
            return len(self.pending) if len(self.pending) > _LONGEST else 0
        self._settle_order()
        end = spans[0][1]
        markers = None if self.leads else _MARKERS.match(self.pending, end)
        end = markers.end() if markers else end
        return end if len(self.pending.rstrip()) - end >= _LOOKAHEAD else 0

    def _settle_order(self) -> None:
        if self.leads is None:
            first = _MARKERS.match(self.pending)
            self.leads = bool(first and first.end() < len(self.pending))

    def _marked(self, draft: str) -> list[Marked]:
        self._settle_order()
        sentences: list[Marked] = []
        for start, end in sentence_spans(draft):
            body = draft[start:end]
            first = None if self.leads else _MARKERS.match(body)
            if first and sentences:
                sentences[-1] = _with_more(sentences[-1], markers_in(first.group()))
                body = body[first.end() :]
            text = without_markers(body)
            markers = self._markers_of(body)
            if any(char.isalnum() for char in text) and (markers or not _LIST_NUMBER.fullmatch(text)):
                sentences.append(Marked(text, markers))
        return sentences

    def _markers_of(self, body: str) -> tuple[int, ...]:
        if not self.leads:
            return markers_in(body)
        trailing = _TRAILING.search(body)
        own = (*self.owed, *markers_in(body[: trailing.start()] if trailing else body))
        behind = markers_in(trailing.group()) if trailing else ()
        self.owed = behind if set(behind) - set(own) else ()  # one that is only repeated belongs to no other
        return tuple(dict.fromkeys(own))


def _with_more(sentence: Marked, markers: Sequence[int]) -> Marked:
    return Marked(sentence.text, tuple(dict.fromkeys((*sentence.markers, *markers))))


def cite(sentence: Marked, evidence: Mapping[int, Evidence]) -> Claim:
    """The claim that a sentence makes, with the words it rests on; not yet checked.

    Each marker is resolved inside the passage it names and nowhere else: to the sentence that shares most with the
    claim. A marker that names no passage gives no citation. Where the sentence says "Source 1", it is called by its
    name.
    """
    mentioned = (int(match["number"]) for match in _MENTION.finditer(sentence.text))
    markers = tuple(dict.fromkeys((*sentence.markers, *mentioned)))
    text = _MENTION.sub(lambda match: _name(match, evidence), sentence.text)
    cited = tuple(quote_for(text, evidence[marker]) for marker in markers if marker in evidence)
    unknown = [marker for marker in markers if marker not in evidence]
    reason = f"It cites {', '.join(f'[{marker}]' for marker in unknown)}, which does not exist." if unknown else ""
    return Claim(text, cited, "uncited", reason)


def _name(mention: re.Match[str], evidence: Mapping[int, Evidence]) -> str:
    named = evidence.get(int(mention["number"]))
    return (named.outlet or f"“{named.title}”") if named else mention.group()


def quote_for(claim: str, evidence: Evidence) -> Citation:
    """The sentence of a passage that shares most content words with the claim (the first such), as a citation.

    One that is addressed to machines is no source while the passage has another.
    """
    wanted = set(terms(claim))
    spans = sentence_spans(evidence.text)
    hostile = hostile_spans(evidence.text)
    spans = [span for span in spans if not any(item.start <= span[0] < item.end for item in hostile)] or spans

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
