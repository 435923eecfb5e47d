"""The one service that front ends, evals and library users call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date

from rag.answer import (
    Answer,
    Answered,
    Checked,
    Claim,
    Drafting,
    Event,
    Evidence,
    Findings,
    Retrieved,
    Searching,
    Status,
    Turn,
    WriterFailed,
)
from rag.constraints import describe
from rag.errors import IndexDamaged, ModelUnavailable
from rag.followups import standalone
from rag.library import AddReport, Library
from rag.mentions import named
from rag.ports import Judge, Writer
from rag.proposing import Allowed
from rag.question import checked
from rag.scope import Constraints, Scope
from rag.selection import Selection
from rag.settings import Retrieval
from rag.understanding import Query, read
from rag.writing import ExtractiveWriter, ModelWriter


@dataclass(slots=True, kw_only=True)
class Assistant(Library):
    """Questions in, checked answers out. Stateless: the caller holds the conversation.

    Built by `rag.open_assistant`.
    """

    extractive: ExtractiveWriter
    judge: Judge
    model_writer: Writer | None
    settings: Retrieval
    close: Callable[[], None]

    @property
    def writer(self) -> str:
        """The name of the writer in use: "extractive", or the model's spec."""
        return (self.model_writer or self.extractive).name

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        self.engine.selector.select("ready?", ())

    # Questions

    def search(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        collection: str | None = None,
        limit: int | None = None,
    ) -> Findings:
        """The passages that bear on a question, best first, and how it was read.

        Args:
            history: the conversation before it; what the question leaves out is taken from there.
            scope: filters, the day of asking, and what is not to be read out of the question.
            collection: short for a scope of this one collection; None for all.
            limit: passages at most; None for the setting.

        Raises:
            QuestionError: the question is empty or far too long.
            UnknownCollection: no collection of that name.
            HomeInUse, IndexDamaged, CatalogError: the home cannot be used.
        """
        seconds: dict[str, float] = {}
        query, collections = self._understood(question, history, scope, collection, seconds)
        constraints, evidence = self._found(query, collections, limit or self.settings.evidence, seconds)
        return Findings(
            question=checked(question),
            standalone=query.text,
            evidence=tuple(evidence),
            constraints=constraints,
            note=describe(constraints, bool(evidence)),
            timings=seconds,
        )

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        collection: str | None = None,
    ) -> Answer:
        """The checked answer; see `search` for the arguments and for what is raised, `stream` for the events."""
        *_, last = self.stream(question, history, scope=scope, collection=collection)
        assert isinstance(last, Answered)
        return last.answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        scope: Scope | None = None,
        collection: str | None = None,
    ) -> Iterator[Event]:
        """Answer step by step; the last event is `Answered`. For the arguments and what is raised see `search`.

        If the model fails, `WriterFailed` comes, and then the extractive answer from the same evidence.
        """
        clock = _Clock()
        query, collections = self._understood(question, history, scope, collection, clock.seconds)
        constraints = self._settled(query, collections)[0]
        question, alone = checked(question), query.text
        yield Searching(question, alone, constraints.as_json())
        with clock("retrieve"):
            evidence = tuple(self._found(query, collections, self.settings.evidence, clock.seconds)[1])
        yield Retrieved(evidence)
        with clock("select"):
            selection = self.engine.selector.select(query.topic, evidence)
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
        shortfall = _shortfall(evidence, constraints) if status == "insufficient" else ""
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
            constraints=constraints.as_json(),
            timings=clock.seconds,
        )
        yield Answered(answer)

    def _understood(
        self,
        question: str,
        history: Sequence[Turn],
        scope: Scope | None,
        collection: str | None,
        seconds: dict[str, float],
    ) -> tuple[Query, list[str]]:
        """The question as it will be searched, and the collections."""
        question, scope = checked(question), scope or Scope()
        if collection is not None:
            scope = replace(scope, collections=(collection,))
        collections = self._collections(scope)
        with _Clock(seconds)("understand"):
            shelves = [self.catalog.directory.shelf(name) for name in collections]
            scope = replace(scope, outlets=named(scope.outlets, shelves))
            alone = question if "follow_up" in scope.off else self._standalone(question, history)
            return read(alone, question, scope, shelves, date.today()), collections

    def _standalone(self, question: str, history: Sequence[Turn]) -> str:
        """With a model, condensed by it; without, or if it fails, by rule."""
        if history and isinstance(self.model_writer, ModelWriter):
            with suppress(ModelUnavailable):
                if condensed := self.model_writer.condense(question, history):
                    return condensed
        return standalone(question, history, self._likeness)

    def _likeness(self, text: str, others: Sequence[str]) -> float:
        vector, *rows = self.engine.retriever.embedder.embed([text, *others])
        return max((float(row @ vector) for row in rows), default=0.0)

    def _found(
        self, query: Query, collections: Sequence[str], limit: int, seconds: dict[str, float]
    ) -> tuple[Constraints, list[Evidence]]:
        engine = self.engine
        try:
            constraints, allowed = self._settled(query, collections)
            return constraints, engine.retriever.retrieve(query, allowed, limit, seconds)
        except IndexDamaged:
            if self.engine is engine:
                raise
        constraints, allowed = self._settled(query, collections)  # a new index took the place of this one
        return constraints, self.engine.retriever.retrieve(query, allowed, limit, seconds)

    def _settled(self, query: Query, collections: Sequence[str]) -> tuple[Constraints, Allowed]:
        """The constraints with what they leave to be searched."""
        allowed, missing = self.engine.retriever.allowed(query, collections)
        shelves = self.catalog.directory.shelf
        counts = (len(shelves(name).entries) if within is None else len(within) for name, within in allowed.items())
        searched = sum(counts)
        return replace(query.constraints, collections=tuple(collections), searched=searched, missing=missing), allowed

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

    def _collections(self, scope: Scope) -> list[str]:
        for name in scope.collections:
            self.catalog.require(name)
        return list(scope.collections) or self.catalog.directory.names()


def _status(claims: Sequence[Claim]) -> Status:
    good = sum(claim.holds for claim in claims)
    if not good:
        return "insufficient"
    return "answered" if good == len(claims) else "partial"


def _shortfall(evidence: Sequence[Evidence], constraints: Constraints) -> str:
    """Why there is no answer, in words."""
    if not evidence:
        return describe(constraints, False)
    where = ", ".join(f"“{name}”" for name in constraints.collections)
    titles = dict.fromkeys(item.title.strip('“”"') for item in evidence)
    nearest = [f"“{title}”" for title in list(titles)[:3]]
    searched = f" {describe(constraints, True)}" if constraints.phrases or constraints.unresolved else ""
    return f"Not in the collection: no sentence in {where} answers this. Nearest: {', '.join(nearest)}.{searched}"


class _Clock:
    """Seconds by stage; whatever the consumer does between two events counts with the stage."""

    def __init__(self, seconds: dict[str, float] | None = None) -> None:
        self.seconds: dict[str, float] = {} if seconds is None else seconds

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - started, 4)


__all__ = ["AddReport", "Assistant"]
