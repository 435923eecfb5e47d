"""The one service that front ends, evals and library users call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date

from rag.answer import Answer, Answered, Event, Findings, Retrieved, Searching, Turn
from rag.concluding import Grounds, concluded
from rag.constraints import describe
from rag.drafting import Drafted, Drafter
from rag.errors import IndexDamaged, ModelUnavailable
from rag.followups import standalone
from rag.library import AddReport, Library
from rag.mentions import named
from rag.metering import Meter
from rag.model_writing import ModelWriter
from rag.proposing import Allowed
from rag.question import asks, checked, understand
from rag.retrieval import Found
from rag.scope import Constraints, Scope
from rag.selection import Selection
from rag.settings import Retrieval
from rag.signals import Asking
from rag.understanding import Query, read

_RARE = 4.5  # the weight (idf) of a word that stands nowhere, in a collection of some fifty passages
_USUALLY = 0.5  # how much the newest counts where it is not asked for: of two figures the later one is mostly wanted


@dataclass(slots=True, kw_only=True)
class Assistant(Library):
    """Questions in, checked answers out. Stateless: the caller holds the conversation.

    Built by `rag.open_assistant`.
    """

    drafter: Drafter
    settings: Retrieval
    close: Callable[[], None]

    @property
    def writer(self) -> str:
        """The name of the writer in use: "extractive", or the model's spec."""
        return self.drafter.writer.name

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        selector = self.engine.selector
        selector.select("ready?", ())
        if selector.reader:
            selector.reader.read("ready?", ["ready"])

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
        query, collections = self._understood(question, history, _scoped(scope, collection), seconds)
        constraints, found = self._found(query, self._settled(query, collections), limit, seconds)
        evidence = found.evidence
        return Findings(
            question=checked(question),
            standalone=query.text,
            evidence=evidence,
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
        clock, drafted = _Clock(), Drafted()
        scope = _scoped(scope, collection)
        query, collections = self._understood(question, history, scope, clock.seconds, drafted.meter)
        settled = self._settled(query, collections)
        question, alone = checked(question), query.text
        yield Searching(question, alone, settled[0].as_json())
        with clock("retrieve"):
            constraints, found = self._found(query, settled, None, clock.seconds)
        evidence = found.evidence
        yield Retrieved(evidence)
        with clock("select"):
            selection = self._selected(query, found)
        with clock("write"):
            yield from self.drafter.draft(alone, evidence, selection, drafted)
        with clock("conclude"):
            answer = concluded(Grounds(question, query, constraints, evidence, selection), drafted, self.drafter)
        yield Answered(replace(answer, timings=clock.seconds))

    def _understood(
        self,
        question: str,
        history: Sequence[Turn],
        scope: Scope,
        seconds: dict[str, float],
        meter: Meter | None = None,
    ) -> tuple[Query, list[str]]:
        """The question as it will be searched, and the collections."""
        question = checked(question)
        collections = self._collections(scope)
        with _Clock(seconds)("understand"):
            shelves = [self.catalog.directory.shelf(name) for name in collections]
            scope = replace(scope, outlets=named(scope.outlets, shelves))
            alone = question if "follow_up" in scope.off else self._standalone(question, history, meter)
            return read(alone, question, scope, shelves, date.today()), collections

    def _standalone(self, question: str, history: Sequence[Turn], meter: Meter | None) -> str:
        """With a model, condensed by it; without, or if it fails, by rule."""
        writer = self.drafter.model_writer
        if history and isinstance(writer, ModelWriter):
            with suppress(ModelUnavailable):
                if condensed := writer.condense(question, history, meter):
                    return condensed
        return standalone(question, history, self._likeness)

    def _likeness(self, text: str, others: Sequence[str]) -> float:
        vector, *rows = self.engine.retriever.embedder.embed([text, *others])
        return max((float(row @ vector) for row in rows), default=0.0)

    def _found(
        self, query: Query, settled: tuple[Constraints, Allowed], limit: int | None, seconds: dict[str, float]
    ) -> tuple[Constraints, Found]:
        engine, limit = self.engine, limit or self.settings.evidence
        constraints, allowed = settled
        try:
            return constraints, engine.retriever.retrieve(query, allowed, limit, seconds)
        except IndexDamaged:
            if self.engine is engine:
                raise
        constraints, allowed = self._settled(query, list(allowed))  # a new index took the place of this one
        return constraints, self.engine.retriever.retrieve(query, allowed, limit, seconds)

    def _selected(self, query: Query, found: Found) -> Selection:
        """The sentences of what was found, by how well they answer.

        Of several questions in one, the surest says how sure the answer is: whatever else is missing is named.
        """
        if found.asked is None or found.asked.topic is None:
            return Selection()
        select = self.engine.selector.select
        # In a handful of passages no word is rare. That one is missing tells as much there as in many.
        scale = max(1.0, _RARE / found.asked.rarest) if found.asked.rarest else 1.0
        weights = {stem: scale * term.weight for term in found.asked.parts[0] for stem in term.stems}
        own = understand(query.own) if query.own != query.text else None
        asking = Asking(understand(query.topic), found.asked.topic, weights, own)
        recency = 1.0 if query.constraints.latest else _USUALLY
        whole = select(query.topic, found.evidence, found.sentences, asking=asking, recency=recency)
        parts = asks(query.own) if whole.confidence < self.drafter.extractive.doubt else ()
        sure = (select(part, found.evidence, found.sentences).confidence for part in parts)
        return replace(whole, confidence=max([whole.confidence, *sure]))

    def _settled(self, query: Query, collections: Sequence[str]) -> tuple[Constraints, Allowed]:
        """The constraints with what they leave to be searched."""
        allowed, missing = self.engine.retriever.allowed(query, collections)
        shelves = self.catalog.directory.shelf
        counts = (len(shelves(name).entries) if within is None else len(within) for name, within in allowed.items())
        searched = sum(counts)
        return replace(query.constraints, collections=tuple(collections), searched=searched, missing=missing), allowed

    def _collections(self, scope: Scope) -> list[str]:
        for name in scope.collections:
            self.catalog.require(name)
        return list(scope.collections) or self.catalog.directory.names()


def _scoped(scope: Scope | None, collection: str | None) -> Scope:
    scope = scope or Scope()
    return scope if collection is None else replace(scope, collections=(collection,))


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
