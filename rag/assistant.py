"""The one service that front ends, evals and library users call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus import readers
from corpus.article import Article, SourceArticle
from corpus.catalog import Catalog, CollectionInfo
from corpus.readers import Skipped
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
from rag.errors import CatalogError, ModelUnavailable
from rag.indexing import Indexer, Progress
from rag.ports import Judge, Writer
from rag.question import checked, standalone
from rag.retrieval import Retriever
from rag.selection import Selection, Selector
from rag.writing import ExtractiveWriter

DEFAULT_COLLECTION = "articles"


@dataclass(slots=True)
class AddReport:
    """What became of the sources given to `Assistant.add`."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def articles(self) -> int:
        return self.added + self.changed + self.unchanged


@dataclass(slots=True)
class Assistant:
    """Questions in, checked answers out. Stateless: the caller holds the conversation.

    Built by `rag.open_assistant`.
    """

    catalog: Catalog
    indexer: Indexer
    retriever: Retriever
    selector: Selector
    extractive: ExtractiveWriter
    judge: Judge
    model_writer: Writer | None
    close: Callable[[], None]

    @property
    def writer(self) -> str:
        """The name of the writer in use: "extractive", or the model's spec."""
        return (self.model_writer or self.extractive).name

    # The collection

    def add(
        self,
        *paths: str | Path,
        collection: str = DEFAULT_COLLECTION,
        progress: Progress = lambda done, total: None,
    ) -> AddReport:
        """Read files and folders into a collection and index them. What cannot be read is reported, and stops nothing.

        Raises:
            NothingToRead: a path does not exist, or is a folder without files; nothing was added.
            CatalogError, IndexDamaged, HomeInUse: storing failed; what was stored before stays.
        """
        _check_name(collection)
        files = [file for path in paths for file in readers.find(Path(path))]
        self.indexer.open_legs(collection)  # takes the home: nothing is stored that could not be indexed
        report = AddReport()
        sources = (item for file in files for item in readers.read(file))
        for outcome in self.catalog.put(collection, _without_skipped(sources, report.skipped)):
            setattr(report, outcome, getattr(report, outcome) + 1)
        self.index(progress)
        return report

    def index(self, progress: Progress = lambda done, total: None) -> int:
        """Finish whatever is still to be indexed; the number of articles that were."""
        return self.indexer.run(progress)

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        self.selector.select("ready?", ())

    def delete(self, collection: str, *article_ids: str) -> int:
        """Remove articles from a collection and from both indexes; how many there were.

        Without ids, the whole collection goes. Citations of what is deleted no longer resolve.

        Raises:
            UnknownCollection, CatalogError: there is no such collection or article; nothing is deleted.
            HomeInUse, IndexDamaged: the indexes cannot be changed.
        """
        self.catalog.require(collection)
        self.indexer.open_legs(collection)  # takes the home first
        count = self.catalog.delete(collection, article_ids or None)
        self.index()
        if not article_ids:
            self.catalog.drop(collection)
        return count

    def articles(self, collection: str) -> list[Article]:
        """The articles of a collection, in the order in which they came."""
        return list(self.catalog.articles(collection))

    def collections(self) -> list[CollectionInfo]:
        return self.catalog.collections()

    def article(self, collection: str, article_id: str, version: str) -> Article:
        """The version that a citation points into, whether or not it still answers."""
        return self.catalog.version(collection, article_id, version)

    # Questions

    def search(self, question: str, *, collection: str | None = None, limit: int | None = None) -> list[Evidence]:
        """The passages that bear on a question, best first.

        Args:
            collection: its name, or None for all collections.
            limit: passages at most; None for the setting.
        """
        return self.retriever.retrieve(checked(question), self._scope(collection), limit)

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
            evidence = tuple(self.retriever.retrieve(alone, scope))
        yield Retrieved(evidence)
        with clock("select"):
            selection = self.selector.select(alone, evidence)
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


def _check_name(collection: str) -> None:
    """Raises CatalogError for a name that could not be told or typed."""
    if not collection.strip() or collection == "*" or not collection.isprintable() or len(collection) > 200:
        raise CatalogError(
            f"“{collection[:200]}” cannot name a collection.", hint="Use 1 to 200 printable characters, and not *."
        )


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


def _without_skipped(sources: Iterator[SourceArticle | Skipped], skipped: list[Skipped]) -> Iterator[SourceArticle]:
    for source in sources:
        if isinstance(source, Skipped):
            skipped.append(source)
        else:
            yield source


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
