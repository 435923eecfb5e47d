"""The one service that front ends, evals and library users call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rag.answer import (
    Answer,
    Answered,
    Checked,
    Claim,
    Drafting,
    Event,
    Evidence,
    Retrieved,
    Searching,
    Status,
    Turn,
    WriterFailed,
)
from rag.errors import IndexDamaged, ModelUnavailable
from rag.library import AddReport, Library
from rag.ports import Judge, Writer
from rag.question import checked, standalone
from rag.selection import Selection
from rag.writing import ExtractiveWriter


@dataclass(slots=True, kw_only=True)
class Assistant(Library):
    """Questions in, checked answers out. Stateless: the caller holds the conversation.

    Built by `rag.open_assistant`.
    """

    extractive: ExtractiveWriter
    judge: Judge
    model_writer: Writer | None
    close: Callable[[], None]

    @property
    def writer(self) -> str:
        """The name of the writer in use: "extractive", or the model's spec."""
        return (self.model_writer or self.extractive).name

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        self.engine.selector.select("ready?", ())

    # Questions

    def search(self, question: str, *, collection: str | None = None, limit: int | None = None) -> list[Evidence]:
        """The passages that bear on a question, best first.

        Args:
            collection: its name, or None for all collections.
            limit: passages at most; None for the setting.
        """
        return self._retrieve(checked(question), self._scope(collection), limit)

    def ask(self, question: str, history: Sequence[Turn] = (), *, collection: str | None = None) -> Answer:
        """The checked answer; see `stream` for the events on the way and for what is raised."""
        *_, last = self.stream(question, history, collection=collection)
        assert isinstance(last, Answered)
        return last.answer

    def stream(self, question: str, history: Sequence[Turn] = (), *, collection: str | None = None) -> Iterator[Event]:
        """Answer step by step; the last event is `Answered`.

        If the model fails, `WriterFailed` comes, and then the extractive answer from the same evidence.

        Raises:
            QuestionError: the question is empty or far too long.
            UnknownCollection: no collection of that name.
            HomeInUse, IndexDamaged, CatalogError: the home cannot be used.
        """
        question = checked(question)
        scope = self._scope(collection)
        clock = _Clock()
        alone = standalone(question, history)
        yield Searching(question, alone)
        with clock("retrieve"):
            evidence = tuple(self._retrieve(alone, scope))
        yield Retrieved(evidence)
        with clock("select"):
            selection = self.engine.selector.select(alone, evidence)
        claims: list[Claim] = []
        writer: Writer = self.model_writer or self.extractive
        failure = ""
        with clock("write"):
            try:
                yield from self._write(writer, alone, evidence, selection, claims)
            except ModelUnavailable as error:
                failure = str(error)
                yield WriterFailed(writer.name, failure)
                claims.clear()
                writer = self.extractive
                yield from self._write(writer, alone, evidence, selection, claims)
        status = _status(claims)
        shortfall = _shortfall(evidence, scope) if status == "insufficient" else ""
        answer = Answer(
            question=question,
            standalone=alone,
            status=status,
            claims=tuple(claims),
            evidence=evidence,
            note=" ".join(filter(None, (failure, shortfall))),
            confidence=round(selection.confidence, 4),
            writer=writer.name,
            judge=self.judge.name,
            constraints={"collections": list(scope)},
            timings=clock.seconds,
        )
        yield Answered(answer)

    def _retrieve(self, question: str, scope: Sequence[str], limit: int | None = None) -> list[Evidence]:
        engine = self.engine
        try:
            return engine.retriever.retrieve(question, scope, limit)
        except IndexDamaged:
            if self.engine is engine:
                raise
        return self.engine.retriever.retrieve(question, scope, limit)  # a new index took the place of this one

    def _write(
        self,
        writer: Writer,
        question: str,
        evidence: Sequence[Evidence],
        selection: Selection,
        claims: list[Claim],
    ) -> Iterator[Event]:
        """Draft and check; the checked claims are appended to ``claims``."""
        context = {item.marker: item for item in evidence}
        for piece in writer.write(question, evidence, selection) if evidence else ():
            if isinstance(piece, Claim):
                verdict, reason = self.judge.judge(piece.text, piece.citations, context)
                claim = Claim(piece.text, piece.citations, verdict, " ".join(filter(None, (piece.reason, reason))))
                claims.append(claim)
                yield Checked(claim)
            else:
                yield Drafting(piece)

    def _scope(self, collection: str | None) -> list[str]:
        if collection is not None:
            self.catalog.require(collection)
            return [collection]
        return [info.name for info in self.catalog.collections() if info.articles]


def _status(claims: Sequence[Claim]) -> Status:
    good = sum(claim.holds for claim in claims)
    if not good:
        return "insufficient"
    return "answered" if good == len(claims) else "partial"


def _shortfall(evidence: Sequence[Evidence], scope: Sequence[str]) -> str:
    """Why there is no answer, in words."""
    where = ", ".join(f"“{name}”" for name in scope)
    if not scope:
        return "Not in the collection: there are no articles yet. Add some: dossier add PATH."
    if not evidence:
        return f"Not in the collection: nothing in {where} touches on this."
    nearest = list(dict.fromkeys(f"“{item.title}”" for item in evidence))[:3]
    return f"Not in the collection: no sentence in {where} answers this. Nearest: {', '.join(nearest)}."


class _Clock:
    """Seconds by stage; whatever the consumer does between two events counts with the stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - started, 4)


__all__ = ["AddReport", "Assistant"]
