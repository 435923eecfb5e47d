"""Evidence → streamed draft in the articles' own sentences; for a model's prose see `rag.model_writing`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer import Claim, Evidence
from rag.citation import citation
from rag.composing import compose
from rag.selection import Selection

_GENERIC = (
    "company|firm|group|party|agency|ministry|department|council|board|court|judge|mayor|minister|president|chairman|"
    "director|spokes(?:man|woman|person)|team|club|union|bank|report|study|law|bill|plan|deal|project|city|town|"
    "village|country|couple|pair|man|woman|suspect|victim|author|director|former|latter|move|decision|measure|figure"
)
_REFERS = re.compile(
    r"[“\"'‘(]*(?:(?:He|She|It|They|His|Her|Their|Its|This|That|These|Those|Both|Such|Here|There)\b"
    rf"(?! (?:is|are|was|were) (?:a|an|no|some|many|several)\b)|The (?:{_GENERIC})\b(?! of\b))"
)


@dataclass(frozen=True, slots=True)
class ExtractiveWriter:
    """Answers with the articles' own sentences, each cited to itself. Writes nothing when none of them answers.

    Where nothing is asked for by name ("What happened in March?"), whatever was found answers.

    Attributes:
        sentences: of an answer at most.
        threshold: 0 … 1, the confidence below which there is no answer …
        doubt: … and below which the answer says that it may be none.
    """

    sentences: int
    threshold: float
    doubt: float = 0.3
    name: str = "extractive"

    def write(self, question: str, evidence: Sequence[Evidence], selection: Selection) -> Iterator[str | Claim]:
        if selection.confidence < self.threshold and not selection.question.names_no_topic:
            return
        by_marker = {item.marker: item for item in evidence}
        shown: set[tuple[int, int]] = set()  # a sentence before that is shown already needs no repeating
        for chosen in compose(selection, evidence, self.sentences):
            item = by_marker[chosen.marker]
            cited = citation(item, chosen.start, chosen.end)
            before = None
            if chosen.before and refers_back(chosen.text) and (chosen.marker, chosen.before[0]) not in shown:
                before = citation(item, *chosen.before)
            shown.add((chosen.marker, chosen.start))
            claim = Claim(cited.quote, (cited,), context=before)
            yield claim.marked + " "
            yield claim


def refers_back(sentence: str) -> bool:
    """Whether a sentence begins with a word that only the one before it explains: "He", "The company"."""
    return bool(_REFERS.match(sentence))
