"""Writer → draft → gate: no sentence of an answer counts before it is checked.

What a model says and the gate refuses goes back to the model once, with the reason; it is then shown as it is, or left
out by setting, and never given another source. If the model fails, the extractive writer answers from the same
evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.answer import Checked, Claim, Drafting, Event, Evidence, Usage, WriterFailed
from rag.errors import ModelUnavailable
from rag.metering import Meter
from rag.model_writing import ModelWriter
from rag.ports import Notice, Writer
from rag.verification import Gate
from rag.writing import ExtractiveWriter

if TYPE_CHECKING:
    from rag.selection import Selection

_REVISIONS = 8  # of one answer; a model that fails more often will not do better


@dataclass(slots=True)
class Drafted:
    """What came of it."""

    claims: list[Claim] = field(default_factory=list)
    writer: str = ""  # the name of the one whose claims these are
    failure: str = ""  # why the model's are not, in words
    notices: list[str] = field(default_factory=list)  # what else readers should know about the model's part
    left_out: int = 0  # sentences that failed their check
    withdrawn: int = 0  # sentences that the model took back when told why they failed
    meter: Meter = field(default_factory=Meter)

    @property
    def usage(self) -> Usage | None:
        """What the model took, None if it was not asked."""
        return self.meter.usage if self.meter.usage.calls else None

    @property
    def note(self) -> str:
        """Everything there is to say beside the claims, empty for nothing."""
        counted = (
            (self.withdrawn, "Taken back by the model when the check failed"),
            (self.left_out, "Left out because the check failed"),
        )
        counts = (f"{what}: {count} sentence{'s' if count > 1 else ''}." for count, what in counted if count)
        return " ".join(filter(None, (self.failure, *self.notices, *counts)))


@dataclass(frozen=True, slots=True)
class Drafter:
    """Lets a writer write and the gate check each sentence as it is finished.

    Attributes:
        leave_out: whether sentences that fail their check are counted in the note and not shown.
    """

    gate: Gate
    extractive: ExtractiveWriter
    model_writer: ModelWriter | None = None
    leave_out: bool = False

    @property
    def writer(self) -> Writer:
        """The one that is asked first."""
        return self.model_writer or self.extractive

    def draft(
        self, question: str, evidence: Sequence[Evidence], selection: Selection, drafted: Drafted
    ) -> Iterator[Event]:
        """`Drafting` and `Checked` events; what they come to is put into ``drafted``.

        Claims are checked in the order of the draft, each once and for good: from the first that fails on, they wait
        for the end of the reply, since many a server answers one call at a time, and then come in their order.
        """
        if not evidence:
            drafted.writer = self.writer.name
            return
        try:
            if self.model_writer:
                yield from self._from_model(self.model_writer, question, evidence, selection, drafted)
                return
        except ModelUnavailable as error:
            drafted.failure = str(error)
            drafted.claims.clear()
            drafted.notices.clear()
            drafted.left_out = drafted.withdrawn = 0
            yield WriterFailed(self.writer.name, drafted.failure)
        yield from self._from_articles(question, evidence, selection, drafted)

    def _from_articles(
        self, question: str, evidence: Sequence[Evidence], selection: Selection, drafted: Drafted
    ) -> Iterator[Event]:
        drafted.writer = self.extractive.name
        by_marker = {item.marker: item for item in evidence}
        for piece in self.extractive.write(question, evidence, selection):
            if isinstance(piece, Claim):
                yield from self._settled(self.gate.check(piece, by_marker), drafted)
            else:
                yield Drafting(piece)

    def _from_model(
        self,
        writer: ModelWriter,
        question: str,
        evidence: Sequence[Evidence],
        selection: Selection,
        drafted: Drafted,
    ) -> Iterator[Event]:
        drafted.writer = writer.name
        by_marker = {item.marker: item for item in evidence}
        waiting: list[Claim] = []
        for piece in writer.write(question, evidence, selection, drafted.meter):
            if isinstance(piece, str):
                yield Drafting(piece)
            elif isinstance(piece, Notice):
                drafted.notices.append(piece.text)
            else:
                claim = self.gate.check(piece, by_marker)
                if waiting or not claim.holds:
                    waiting.append(claim)
                else:
                    yield from self._settled(claim, drafted)
        revision = _Revision(self.gate, writer, question, evidence, by_marker, drafted)
        for claim in waiting:
            for final in [claim] if claim.holds else revision.of(claim):
                yield from self._settled(final, drafted)

    def _settled(self, claim: Claim, drafted: Drafted) -> Iterator[Event]:
        if self.leave_out and not claim.holds:
            drafted.left_out += 1
        else:
            drafted.claims.append(claim)
            yield Checked(claim)


@dataclass(slots=True)
class _Revision:
    """One more try for each claim that failed, as long as the model answers."""

    gate: Gate
    writer: ModelWriter
    question: str
    evidence: Sequence[Evidence]
    by_marker: Mapping[int, Evidence]
    drafted: Drafted
    left: int = _REVISIONS

    def of(self, claim: Claim) -> list[Claim]:
        """What takes the claim's place: sentences that hold, none if it is withdrawn, or else the claim itself."""
        if not self.left:
            return [claim]
        self.left -= 1
        try:
            revised = self.writer.revise(self.question, claim, self.evidence, self.drafted.meter)
        except ModelUnavailable:  # the answer stands without it
            self.left = 0
            return [claim]
        if revised is None:
            return [claim]
        said = {claim.text for claim in self.drafted.claims}
        checked = [self.gate.check(new, self.by_marker) for new in revised if new.text not in said]
        if not all(new.holds for new in checked):
            return [claim]
        self.drafted.withdrawn += not checked
        return checked
