"""Judges: how far do quotes support a claim? One that needs no model, and one that asks a language model."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag import prompts
from rag.coverage import Signals, signals
from rag.errors import ModelUnavailable
from rag.ports import LanguageModel, Support


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over `rag.coverage.Signals`."""

    signals: Signals
    constant: float

    def chance(self, found: Signals) -> float:
        """0 … 1."""
        total = self.constant + sum(one * other for one, other in zip(self.signals, found, strict=True))
        return 1 / (1 + math.exp(-total))


# Printed by `python -m evals.judge_fit DATA/judge_wice`: window, parts, weakest, names, numbers, pairs, phrases.
_PART = Weights(Signals(2.70, 3.64, 0.00, 1.69, 0.59, 1.74, 0.00), -4.89)
_FULL = Weights(Signals(0.47, 1.05, 1.12, 1.12, 0.92, 0.00, 0.32), -3.00)


class BuiltInJudge:
    """A `rag.ports.Judge` that needs no model: how many of the claim's words the quotes hold, and how close together.

    The weights are fitted on WiCE (Kamoi et al. 2023); held out they reach an AUROC of .872 for any support and .813
    for full support against whole articles, .845 and .815 against the sentences a citation would quote. A chance of .5
    is where claims of both classes are told apart. It knows nothing of contradiction: that is for `rag.checks`.
    """

    name = "built-in"

    def support(self, claim: str, quotes: Sequence[str]) -> Support:
        found = signals(claim, quotes)
        full = _FULL.chance(found)
        reason = f"The cited words hold {found.window:.0%} of the claim’s content words."
        return Support(max(_PART.chance(found), full), full, 0.0, reason)


_VERDICT = re.compile(
    r"\W*(?:verdict\W+)?(?P<verdict>supported|partial(?:ly supported)?|unsupported|contradicted)\b", re.I
)
_SUPPORT = {  # part, full, contradicted
    "supported": (1.0, 1.0, 0.0),
    "partial": (1.0, 0.25, 0.0),
    "unsupported": (0.0, 0.0, 0.0),
    "contradicted": (0.0, 0.0, 1.0),
}
_LONGEST = 200  # characters of its reason


@dataclass(frozen=True, slots=True)
class ModelJudge:
    """A `rag.ports.Judge` that asks a language model; where that fails, the built-in judge decides, and says so."""

    model: LanguageModel
    instead: BuiltInJudge = field(default_factory=BuiltInJudge)

    @property
    def name(self) -> str:
        return self.model.name

    def support(self, claim: str, quotes: Sequence[str]) -> Support:
        fenced = "\n\n".join(prompts.QUOTE.format(text=_harmless(quote)) for quote in quotes)
        prompt = prompts.JUDGE_USER.format(quotes=fenced, claim=_harmless(claim))
        try:
            reply = "".join(self.model.stream(prompts.JUDGE_SYSTEM, prompt))
        except ModelUnavailable as error:
            return self._decided_instead(claim, quotes, f"The judge {self.name} did not answer ({error})")
        return _read(reply) or self._decided_instead(claim, quotes, f"The judge {self.name} gave no verdict")

    def _decided_instead(self, claim: str, quotes: Sequence[str], why: str) -> Support:
        found = self.instead.support(claim, quotes)
        reason = f"{found.reason} {why}; this is the {self.instead.name} judge’s verdict."
        return Support(found.part, found.full, found.contradicted, reason)


def _harmless(text: str) -> str:
    """The fence must not be closed from inside."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")


def _read(reply: str) -> Support | None:
    """The verdict that a line of the reply begins with, the last such line if it thinks aloud; None without one."""
    lines = [(match, line) for line in reply.splitlines() if (match := _VERDICT.match(line))]
    if not lines:
        return None
    match, line = lines[-1]
    verdict = match["verdict"].lower().split()[0].removesuffix("ly")
    reason = " ".join(line[match.end() :].strip(" :*.–—-").split())[:_LONGEST]
    return Support(*_SUPPORT[verdict], f"{reason[:1].upper()}{reason[1:]}." if reason else f"It is {verdict}, it says.")
