"""A language model for tests that says one thing after the other, and can be watched."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from rag.errors import ModelUnavailable
from rag.ports import Ended


@dataclass
class TalkingModel:
    """A `rag.ports.LanguageModel` whose n-th call gets the n-th reply, and every later one the last.

    A reply is its text, given word by word, or a function of the prompt that makes it, or None for a model that is out
    of reach. ``ended`` is how the first one ended.
    """

    replies: list[str | Callable[[str], str] | None]
    ended: Ended | None = None
    name: str = "talking"
    prompts: list[tuple[str, str]] = field(default_factory=list)

    def stream(self, system: str, prompt: str) -> Generator[str, None, Ended | None]:
        call = len(self.prompts)
        self.prompts.append((system, prompt))
        reply = self.replies[min(call, len(self.replies) - 1)]
        if reply is None:
            raise ModelUnavailable(f"The language model {self.name} cannot be reached.", hint="It was told to hide.")
        said = reply if isinstance(reply, str) else reply(prompt)
        for word in said.split(" "):
            yield word + " "
        return self.ended if call == 0 else None
