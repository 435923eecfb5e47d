"""Which sentences answer, as a reader sees it: a model that points at the answering words (`rag.ports.Reader`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.ports import Reader, Reading

if TYPE_CHECKING:
    from rag.selection import Selection

_SURE = 0.5  # the chance above which an answer goes before all others


def reread(selection: Selection, question: str, reader: Reader) -> Selection:
    """The selection as a reader sees it, who reads the passages of all that was compared closely.

    The sentences whose words it is sure of come first, the likeliest at the head. The confidence becomes the mean of
    what it was and the reader's best chance.

    Args:
        selection: with at least one sentence.
        question: standalone.
    """
    readings = _readings(selection, question, reader)
    ranked = sorted(readings.items(), key=lambda item: -item[1].chance)
    # What was best stays in reach of what goes before it, so that an answer may still go on with it.
    top = selection.sentences[0].score - _SURE
    sure = {place: top + reading.chance for place, reading in ranked if reading.chance > _SURE}
    first = [replace(selection.sentences[place], score=score) for place, score in sure.items()]
    rest = [sentence for place, sentence in enumerate(selection.sentences) if place not in sure]
    best = ranked[0][1] if ranked else Reading(0, 0, 0.0)
    return replace(
        selection,
        sentences=(*first, *rest),
        confidence=(selection.confidence + best.chance) / 2,
        span=(best.start, best.end) if sure else None,
    )


def _readings(selection: Selection, question: str, reader: Reader) -> dict[int, Reading]:
    """By the place of a sentence, the words in it that answer, at most one sentence of each passage.

    The reader gets a passage without what may not be shown, and has to do with whole sentences: of words that run on
    into the next one, those in the first are kept.
    """
    close = dict.fromkeys(sentence.marker for sentence in selection.sentences if sentence.signals)
    passages = [_passage(selection, marker) for marker in close]
    texts = [" ".join(selection.sentences[place].text for place in passage) for passage in passages]
    found = {}
    for passage, reading in zip(passages, reader.read(question, texts), strict=True):
        at = 0
        for place in passage:
            size = len(selection.sentences[place].text)
            if reading and at <= reading.start < at + size:
                found[place] = Reading(reading.start - at, min(reading.end - at, size), reading.chance)
            at += size + 1
    return found


def _passage(selection: Selection, marker: int) -> list[int]:
    """The places of a passage's sentences, in the order of the text."""
    places = [place for place, sentence in enumerate(selection.sentences) if sentence.marker == marker]
    return sorted(places, key=lambda place: selection.sentences[place].start)
