"""What a language model takes for an answer: tokens, calls and seconds, over all its calls."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from time import perf_counter

from rag.answer import Usage
from rag.ports import Ended, LanguageModel
from rag.window import tokens

_LONGEST = 60_000  # characters of a reply, thoughts included; a model that says more has lost its way


@dataclass(slots=True)
class Meter:
    """Counts what a model takes for one answer; goes along from call to call."""

    usage: Usage = field(default_factory=Usage)

    def stream(self, model: LanguageModel, system: str, prompt: str) -> Generator[str, None, Ended]:
        """The model's reply; returns how it ended.

        Raises:
            ModelUnavailable: as the model does.
        """
        reply, waited, ended = "", 0.0, None
        stream = model.stream(system, prompt)
        try:
            while len(reply) < _LONGEST:
                started = perf_counter()
                try:
                    piece = next(stream)
                except StopIteration as stop:
                    ended = stop.value or Ended()
                    break
                finally:
                    waited += perf_counter() - started
                reply += piece
                yield piece
        finally:
            stream.close()
            self._add(system + prompt, reply, ended or Ended(), waited)
        return ended or Ended("length")

    def _add(self, prompt: str, reply: str, ended: Ended, seconds: float) -> None:
        told = ended.prompt_tokens is not None and ended.reply_tokens is not None
        asked = told or bool(reply)  # a call that failed before the first word took no tokens that we know of
        before = self.usage
        self.usage = Usage(
            prompt_tokens=before.prompt_tokens + (ended.prompt_tokens or (tokens(prompt) if asked else 0)),
            reply_tokens=before.reply_tokens + (tokens(reply) if ended.reply_tokens is None else ended.reply_tokens),
            calls=before.calls + 1,
            seconds=round(before.seconds + seconds, 4),
            counted=before.counted and told,
        )
