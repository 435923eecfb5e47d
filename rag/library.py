"""The collections: what goes in, what comes out, and that the indexes follow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus import readers
from corpus.article import Article, SourceArticle
from corpus.catalog import RECIPE, Catalog, CollectionInfo
from corpus.directory import Particulars
from corpus.fetching import Limits, fetch
from corpus.readers import Skipped, Source
from corpus.readers.workers import Finished, Item, read_all
from corpus.stories import Story
from rag.doctor import Doctor, Finding
from rag.engine import Engine, Recipe
from rag.errors import CatalogError, ReadingError
from rag.indexing import Progress
from rag.ports import Storage

DEFAULT_COLLECTION = "articles"
_BATCH = 100  # articles that are stored in one transaction


@dataclass(slots=True)
class AddReport:
    """What became of the sources given to `Library.add`."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # ids of articles whose files are gone from the folders
    pruned: int = 0  # how many of those were deleted

    @property
    def articles(self) -> int:
        return self.added + self.changed + self.unchanged


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


@dataclass(slots=True, kw_only=True)
class Library:
    """Collections of articles over one home. One writer at a time; readers are never kept waiting.

    ``wanted`` is the recipe that the settings ask for. If it is not the one of ``engine``, whose indexes answer, then
    `reindex` builds the wanted ones beside them.
    """

    catalog: Catalog
    storage: Storage
    engine: Engine
    build: Callable[[Recipe], Engine]
    wanted: Recipe
    limits: Limits
    _writing: Any = field(default_factory=threading.RLock, repr=False)

    # What goes in

    def add(
        self,
        *paths: str | Path,
        urls: Sequence[str] = (),
        collection: str = DEFAULT_COLLECTION,
        mapping: Mapping[str, str] | None = None,
        prune: bool = False,
        progress: Progress = _silent,
    ) -> AddReport:
        """Read files and folders into a collection and index them. What cannot be read is reported, and stops nothing.

        Args:
            urls: pages and feeds on the web, fetched now.
            prune: whether to delete the articles of files that are gone from the folders; they are reported anyway.
            mapping: the names that the sources' records give to our fields, such as ``{"title": "headline"}``.

        Raises:
            NothingToRead: a path does not exist, or is a folder without files; nothing was added.
            CatalogError, IndexDamaged, HomeInUse: storing failed; what was stored before stays.
        """
        sources = [Source.of(file, mapping) for path in paths for file in readers.find(Path(path))]
        unreachable = []
        for url in urls:
            try:
                sources += [page.source(mapping)] if (page := fetch(url, self.limits)) else []
            except ReadingError as error:
                unreachable.append(Skipped(url, str(error)))
        report = self.add_sources(sources, collection=collection, progress=progress)
        report.skipped[:0] = unreachable
        report.gone = self._gone(collection, [Path(path).absolute() for path in paths])
        if prune and report.gone:
            report.pruned = self.delete(collection, *report.gone)
            report.gone = []
        return report

    def _gone(self, collection: str, folders: Sequence[Path]) -> list[str]:
        """The ids of articles whose files were in one of the folders, and are there no more."""
        files = (Path(file) for file in sorted(self.catalog.article_files(collection)))
        gone = (file for file in files if any(folder in file.parents for folder in folders) and not file.exists())
        return [id for file in gone for id in self.catalog.in_file(collection, str(file))]

    def add_sources(
        self, sources: Sequence[Source], *, collection: str = DEFAULT_COLLECTION, progress: Progress = _silent
    ) -> AddReport:
        """As `add`, from sources that need not be files: pages that were fetched, say."""
        _check_name(collection)
        known = self.catalog.files(collection)
        return self._store(read_all(sources, known), collection, len(sources), progress)

    def add_articles(
        self,
        articles: Iterable[SourceArticle | Skipped],
        *,
        collection: str = DEFAULT_COLLECTION,
        progress: Progress = _silent,
    ) -> AddReport:
        """As `add`, from articles that somebody else has read; see `corpus.readers.documents` for llama-index."""
        _check_name(collection)
        return self._store(iter(articles), collection, 0, progress)

    def _store(self, items: Iterator[Item], collection: str, sources: int, progress: Progress) -> AddReport:
        report = AddReport()
        with self._writing:
            self.engine.indexes(collection)  # takes the home: nothing is stored that could not be indexed
            done = 0
            for batch in _batches(items):
                self._store_batch(batch, collection, report)
                done += sum(isinstance(item, Finished) for item in batch)
                if sources:
                    progress("Reading", done, sources)
            self.index(progress)
        return report

    def _store_batch(self, batch: Sequence[Item], collection: str, report: AddReport) -> None:
        articles = [item for item in batch if isinstance(item, SourceArticle)]
        for outcome in self.catalog.put(collection, articles) if articles else ():
            setattr(report, outcome, getattr(report, outcome) + 1)
        report.skipped += [item for item in batch if isinstance(item, Skipped)]
        finished = [item for item in batch if isinstance(item, Finished)]
        report.unchanged += sum(item.articles for item in finished if item.known)
        read = {item.file: (item.digest, item.articles) for item in finished if item.digest and not item.known}
        if read:
            self.catalog.remember_files(collection, read)

    def index(self, progress: Progress = _silent) -> int:
        """Finish whatever is still to be indexed or removed; the number of articles indexed."""
        with self._writing:
            self._note_recipe()
            return self.engine.indexer.run(progress)

    # What goes out

    def delete(self, collection: str, *article_ids: str) -> int:
        """Remove articles from a collection, from both indexes and from the disk; how many there were.

        Without ids, the whole collection goes. Citations of what is deleted no longer resolve.

        Raises:
            UnknownCollection, CatalogError: there is no such collection or article; nothing is deleted.
            HomeInUse, IndexDamaged: the indexes cannot be changed.
        """
        self.catalog.require(collection)
        with self._writing:
            self.engine.indexes(collection)  # takes the home first
            count = self.catalog.delete(collection, article_ids or None)
            self.index()
            self._abandon_build()
            if not article_ids:
                self.catalog.drop(collection)
                self.engine.indexes.drop(collection)
            return count

    def _abandon_build(self) -> None:
        """An index that is half built may hold what was deleted; its leftovers go as those of the serving one do."""
        if self.wanted != self.engine.recipe and any(self.catalog.leftover("building", deleted=True)):
            self._builder().indexer.remove_leftover()

    # Another embedder, other passages

    @property
    def outdated(self) -> bool:
        """Whether the settings ask for another index than the one that answers."""
        return self.wanted != self.engine.recipe

    def reindex(self, recipe: Recipe | None = None, *, progress: Progress = _silent) -> int:
        """Build the index that the settings ask for beside the one that answers, and swap them when it is whole.

        Cut short, it goes on where it was when it is called again. Questions are answered all the while, by the old
        index. Returns the number of articles indexed; 0 if the settings ask for nothing else.

        Args:
            recipe: what to build, if it is not what the settings ask for.
        """
        self.wanted = recipe or self.wanted
        if not self.outdated:
            return 0
        builder = self._builder()
        done = 0
        while True:
            done += builder.indexer.run(progress)
            with self._writing:
                self.engine.indexer.run()
                done += builder.indexer.run(progress)
                if self.catalog.swap(builder.fingerprint, self.wanted.model_dump_json()):
                    former, self.engine = self.engine, self.build(self.wanted)
                    self.storage.drop(
                        self.storage.name(info.name, former.fingerprint) for info in self.catalog.collections()
                    )
                    return done

    def _builder(self) -> Engine:
        new = self.build(self.wanted)
        return replace(new, indexer=replace(new.indexer, slot="building"))

    def _note_recipe(self) -> None:
        """What the first articles are indexed with is what serves, until `reindex` says otherwise."""
        noted = self.catalog.noted(RECIPE)
        if noted is None or (self.outdated and not any(info.articles for info in self.catalog.collections())):
            self.engine = self.build(self.wanted) if self.outdated else self.engine
            self.catalog.note(RECIPE, self.wanted.model_dump_json())

    # In good order?

    def examine(self, progress: Progress = _silent) -> list[Finding]:
        """What is wrong with the home, in words; nothing is changed. See `rag.doctor`."""
        with self._writing:
            self.storage.take()
            return self._doctor().examine(progress)

    def repair(self, progress: Progress = _silent) -> list[Finding]:
        """Mend what `examine` finds; what is left."""
        with self._writing:
            self.storage.take()
            findings = self._doctor().examine(progress)
            if any(finding.wrong and finding.mending != "none" for finding in findings):
                self._doctor().repair(findings, progress)
                findings = self._doctor().examine(progress)
            return findings

    def compact(self) -> tuple[int, int]:
        """Give the disk back what was deleted, retired or replaced; bytes before and after."""
        with self._writing:
            self.storage.take()
            before = self.storage.size()
            self.index()
            self._doctor().repair(finding for finding in self.examine() if finding.mending == "drop")
            self.storage.compact()
            self.catalog.database.compact()
            return before, self.storage.size()

    def _doctor(self) -> Doctor:
        wanted = self.build(self.wanted) if self.outdated else self.engine
        return Doctor(self.catalog, self.storage, self.engine, wanted)

    # What is there

    def articles(self, collection: str) -> Iterator[Article]:
        """The articles of a collection, in the order in which they came, a few in memory at a time."""
        return self.catalog.articles(collection)

    def story(self, collection: str, article_id: str) -> Story:
        """An article's story: the original and its reprints, as far as they are in the collection and answer."""
        self.catalog.versions(collection, article_id)  # says so if there is no such article
        return Story.of(self.catalog.copies(collection, article_id))

    def collections(self) -> list[CollectionInfo]:
        return self.catalog.collections()

    def particulars(self, collection: str | None = None) -> Particulars:
        """The outlets, authors, languages and days that filters can name, in one collection or in all."""
        names = [collection] if collection is not None else [info.name for info in self.collections()]
        return Particulars.of([self.catalog.directory.shelf(name) for name in names])

    def article(self, collection: str, article_id: str, version: str) -> Article:
        """The version that a citation points into, whether or not it still answers."""
        return self.catalog.version(collection, article_id, version)


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _check_name(collection: str) -> None:
    """Raises CatalogError for a name that could not be told or typed."""
    if not collection.strip() or collection == "*" or not collection.isprintable() or len(collection) > 200:
        raise CatalogError(
            f"“{collection[:200]}” cannot name a collection.", hint="Use 1 to 200 printable characters, and not *."
        )
