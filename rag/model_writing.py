"""A language model as writer: its prose as cited claims, one more try for a sentence that failed, and what it took.

The model is shown the passages that fit its window and nothing else. Whatever comes back is prose to be checked: what
it says without a marker is a claim without a source, and what it says about itself is none of the articles'.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag import prompts
from rag.answer import Claim, Evidence, Turn
from rag.asides import abstains, refuses
from rag.citation import Marked, Sentences, cite, marked_sentences
from rag.errors import ModelUnavailable
from rag.hostility import hostile_spans
from rag.metering import Meter
from rag.ports import Ended, LanguageModel, Notice
from rag.replies import ThoughtAloud, prose, without_thoughts
from rag.window import fitting, tokens

if TYPE_CHECKING:
    from rag.selection import Selection

_TURNS = 4  # of the conversation that a model sees to resolve a follow-up
_SAID = 500  # characters of each of its questions and answers
_CONDENSED = 500  # characters; more is no question
_REVISED = 2  # sentences that one may become; more is another answer


@dataclass(slots=True)
class _Reply:
    """A reply as prose while it comes in; ``ended`` is how it did."""

    stream: Generator[str, None, Ended]
    ended: Ended = field(default_factory=Ended)

    def __iter__(self) -> Iterator[str]:
        return prose(without_thoughts(self._pieces()))

    def _pieces(self) -> Iterator[str]:
        self.ended = yield from self.stream


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Answers in a language model's prose, from as many of the passages as fit its window.

    Attributes:
        context: tokens of the window.
    """

    model: LanguageModel
    context: int = 8192

    @property
    def name(self) -> str:
        return self.model.name

    def write(
        self, question: str, evidence: Sequence[Evidence], selection: Selection, meter: Meter | None = None
    ) -> Iterator[str | Claim | Notice]:
        """A `rag.ports.Writer`'s draft; ``meter`` counts what it takes.

        Raises:
            ModelUnavailable: no answer came that could be checked: the model is out of reach, broke off, declined,
                said nothing, or its window is too small.
        """
        if not evidence:
            return
        shown = self._shown(evidence, question)
        if notice := self._shortened(shown, evidence):
            yield notice
        prompt = prompts.ANSWER_USER.format(passages=_passages(shown), question=question)
        reply = _Reply((meter or Meter()).stream(self.model, prompts.ANSWER_SYSTEM, prompt))
        draft = _Draft(self.name, {item.marker: item for item in shown})
        try:
            for delta in reply:
                yield delta
                yield from draft.claims(draft.sentences.take(delta))
        except ThoughtAloud:
            raise _failed(self.name, "thought aloud", "Let its server take the thoughts out of the reply.") from None
        yield from draft.end(reply.ended)

    def revise(
        self, question: str, claim: Claim, evidence: Sequence[Evidence], meter: Meter | None = None
    ) -> list[Claim] | None:
        """One more try for a claim that failed its check, told why, from the passages it cites (or all, if none).

        Returns:
            What takes its place, not yet checked; empty if the model withdraws it, None if it has nothing better.

        Raises:
            ModelUnavailable: the model did not answer, or broke off.
        """
        cited = {citation.marker for citation in claim.citations}
        to_show = [item for item in evidence if item.marker in cited] or evidence
        shown = self._shown(to_show, question, claim.marked, claim.reason)
        prompt = prompts.REVISE_USER.format(
            passages=_passages(shown), question=question, sentence=claim.marked, reason=claim.reason
        )
        reply = _Reply((meter or Meter()).stream(self.model, prompts.REVISE_SYSTEM, prompt))
        with suppress(ThoughtAloud):
            said = "".join(reply)
            sentences = marked_sentences(said)
            if prompts.NONE in said.lower():
                return []
            if reply.ended.reason == "stop" and 0 < len(sentences) <= _REVISED:
                return [cite(sentence, {item.marker: item for item in shown}) for sentence in sentences]
        return None

    def condense(self, question: str, history: Sequence[Turn], meter: Meter | None = None) -> str:
        """The follow-up as a question that stands alone: one line, empty if the model gave none of use.

        Raises:
            ModelUnavailable: the model did not answer, or broke off.
        """
        turns = "\n".join(
            f"User: {turn.question[:_SAID]}\nAssistant: {turn.answer[:_SAID]}" for turn in history[-_TURNS:]
        )
        prompt = prompts.CONDENSE_USER.format(turns=turns, question=question)
        pieces = (meter or Meter()).stream(self.model, prompts.CONDENSE_SYSTEM, prompt)
        with suppress(ThoughtAloud):
            lines = [line.strip(' "“”') for line in "".join(without_thoughts(pieces)).splitlines() if line.strip()]
            if len(lines) == 1 and len(lines[0]) <= _CONDENSED and not refuses(lines[0]):
                return lines[0]
        return ""

    def _shown(self, evidence: Sequence[Evidence], *asked: str) -> list[Evidence]:
        """The passages that fit beside a prompt and what is asked, which is never cut."""
        around = sum(map(tokens, (prompts.ANSWER_SYSTEM, prompts.ANSWER_USER, *asked)))
        shown = fitting(evidence, self.context, around, _passage)
        if not shown:
            hint = "Ask a shorter question, or set DOSSIER_MODELS__CONTEXT to the window that the model has."
            raise ModelUnavailable(f"No article fits beside the question in {self.context} tokens.", hint=hint)
        return shown

    def _shortened(self, shown: Sequence[Evidence], evidence: Sequence[Evidence]) -> Notice | None:
        if list(shown) == list(evidence):
            return None
        fewer = f"{len(shown)} of the {len(evidence)} passages found"
        cut = ", the last of them shortened" if shown[-1] not in evidence else ""
        return Notice(f"The model was shown {fewer}{cut}: more do not fit its window of {self.context} tokens.")


@dataclass(slots=True)
class _Draft:
    """What the sentences of a reply claim, and whether they came to anything."""

    model: str
    shown: Mapping[int, Evidence]
    sentences: Sentences = field(default_factory=Sentences)
    claimed: bool = False
    abstained: bool = False  # the model said that the passages do not answer, at least not wholly

    def claims(self, sentences: Iterable[Marked]) -> Iterator[Claim]:
        for sentence in sentences:
            text = re.sub(rf"\s*{re.escape(prompts.NONE)}", "", sentence.text, flags=re.IGNORECASE)
            said_none = text != sentence.text or text.strip(" .").lower() == "none"
            if (text and sentence.markers) or not self._is_aside(text, said_none):
                self.claimed = True
                yield cite(Marked(text, sentence.markers), self.shown)

    def _is_aside(self, text: str, said_none: bool) -> bool:
        """Whether a sentence without markers is about the passages, or leads in to what follows, and claims nothing."""
        if said_none or abstains(text):
            self.abstained = True
            return True
        if not self.claimed and refuses(text):
            raise _declined(self.model)
        return text.endswith(":")

    def end(self, ended: Ended) -> Iterator[Claim | Notice]:
        """The last sentences, and what has to be said about the reply as a whole."""
        if ended.reason == "refused":
            raise _declined(self.model)
        rest = list(self.sentences.end())
        cut = ended.reason == "length"
        yield from self.claims(rest[:-1] if cut and rest and not rest[-1].finished else rest)
        if not (self.claimed or self.abstained):
            what = "reached its limit before its first sentence was finished" if cut else "gave an empty reply"
            raise _failed(self.model, what, "Ask again, or choose another model with DOSSIER_MODELS__WRITER.")
        if cut:
            yield Notice("The model reached its limit: what it had not finished is left out.")
        elif self.claimed and self.abstained:
            yield Notice("The model found nothing in the passages on a part of the question.")


def _failed(model: str, what: str, hint: str) -> ModelUnavailable:
    return ModelUnavailable(f"The language model {model} {what}.", hint=hint)


def _declined(model: str) -> ModelUnavailable:
    return _failed(model, "declined to answer", "Ask in other words, or choose another with DOSSIER_MODELS__WRITER.")


def _passages(evidence: Sequence[Evidence]) -> str:
    return "\n\n".join(map(_passage, evidence))


def _passage(evidence: Evidence) -> str:
    source = ", ".join(part for part in (evidence.outlet, evidence.published) if part) or "source unknown"
    title, source = (" ".join(_safe(part).split()) for part in (evidence.title, source))
    text = _safe(evidence.text)
    return prompts.PASSAGE.format(marker=evidence.marker, title=title, source=source, text=text)


def _safe(text: str) -> str:
    """The text without what it says to machines, which a model cannot obey unseen, and with nothing like a fence."""
    for item in reversed(hostile_spans(text)):
        text = f"{text[: item.start]}[…]{text[item.end :]}"
    return re.sub(r"<{2,}|>{2,}", lambda match: ("‹" if match.group()[0] == "<" else "›") * len(match.group()), text)
