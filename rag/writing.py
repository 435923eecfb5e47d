"""Evidence → streamed draft: verbatim sentences, or prose through a language model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag import prompts
from rag.answer import Claim, Evidence, Turn
from rag.citation import Marked, citation, cite, finished_sentences
from rag.ports import LanguageModel
from rag.selection import Selection

_TURNS = 4  # of the conversation that a model sees to resolve a follow-up
_ANSWER = 500  # characters of each of its answers
_CONDENSED = 500  # characters; more is no question


@dataclass(frozen=True, slots=True)
class ExtractiveWriter:
    """Answers with the articles' own sentences, each cited to itself. Writes nothing when none of them answers."""

    sentences: int
    threshold: float
    name: str = "extractive"

    def write(self, question: str, evidence: Sequence[Evidence], selection: Selection) -> Iterator[str | Claim]:
        by_marker = {item.marker: item for item in evidence}
        for chosen in selection.answer(self.sentences, self.threshold):
            cited = citation(by_marker[chosen.marker], chosen.start, chosen.end)
            claim = Claim(cited.quote, (cited,))
            yield claim.marked + " "
            yield claim


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Answers in a language model's prose; the model sees the passages and nothing else."""

    model: LanguageModel

    @property
    def name(self) -> str:
        return self.model.name

    def write(self, question: str, evidence: Sequence[Evidence], selection: Selection) -> Iterator[str | Claim]:
        by_marker = {item.marker: item for item in evidence}
        prompt = prompts.ANSWER_USER.format(passages="\n\n".join(map(_passage, evidence)), question=question)
        for piece in finished_sentences(self.model.stream(prompts.ANSWER_SYSTEM, prompt)):
            if isinstance(piece, Marked):
                if piece.text.strip(" .").lower() != prompts.NONE:
                    yield cite(piece, by_marker)
            else:
                yield piece

    def condense(self, question: str, history: Sequence[Turn]) -> str:
        """The follow-up as a question that stands alone: one line, empty if the model gave none of use.

        Raises:
            ModelUnavailable: the model did not answer, or broke off.
        """
        turns = "\n".join(f"User: {turn.question}\nAssistant: {turn.answer[:_ANSWER]}" for turn in history[-_TURNS:])
        reply = "".join(
            self.model.stream(prompts.CONDENSE_SYSTEM, prompts.CONDENSE_USER.format(turns=turns, question=question))
        )
        lines = [line.strip(' "“”') for line in reply.splitlines() if line.strip()]
        return lines[0] if len(lines) == 1 and len(lines[0]) <= _CONDENSED else ""


def _passage(evidence: Evidence) -> str:
    source = ", ".join(part for part in (evidence.outlet, evidence.published) if part) or "source unknown"
    # The fence must not be closed from inside.
    text = evidence.text.replace("<<<", "‹‹‹").replace(">>>", "›››")
    return prompts.PASSAGE.format(marker=evidence.marker, title=evidence.title, source=source, text=text)
