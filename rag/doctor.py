"""Does everything on the disk agree? The catalog is the truth; what differs from it is named, and can be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Literal

from corpus.article import parse_passage_id
from corpus.catalog import Catalog
from rag.engine import Engine
from rag.errors import IndexDamaged
from rag.indexing import Progress
from rag.ports import Storage

Mending = Literal["none", "index", "rebuild", "remove", "drop", "reset", "reindex"]
# What `repair` does about a finding, in words; "none" and "reindex" are left to the user.
REMEDIES: dict[Mending, str] = {
    "none": "Restore the home from a backup, or move it away and add your articles again.",
    "index": "--repair finishes the work.",
    "rebuild": "--repair writes these articles into the indexes again, from the catalog.",
    "remove": "--repair takes them out of the indexes.",
    "drop": "--repair or --compact removes it.",
    "reset": "--repair removes all indexes and builds them again, from the catalog.",
    "reindex": "dossier reindex builds the index that the settings ask for; until then the old one answers.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    ``articles`` are version keys of ``collection``, or the name of an index, that the mending is about.
    """

    what: str
    mending: Mending
    collection: str = ""
    articles: tuple[str, ...] = field(default=(), repr=False)

    @property
    def remedy(self) -> str:
        return REMEDIES[self.mending]

    @property
    def wrong(self) -> bool:
        """Whether something is broken, and not only different from what the settings ask for."""
        return self.mending != "reindex"

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Doctor:
    """Compares the catalog, both indexes and the settings."""

    catalog: Catalog
    storage: Storage
    engine: Engine
    wanted: Engine  # what the settings ask for; its index may be half built

    def examine(self, progress: Progress = lambda stage, done, total: None) -> list[Finding]:
        """Everything that is wrong, worst first; nothing is changed."""
        damage = self.catalog.database.damage()
        if damage:
            return [Finding(f"The catalog is damaged: {'; '.join(damage)}.", "none")]
        try:
            return list(self._examine(progress))
        except IndexDamaged as error:
            return [Finding(f"{error.args[0]}", "reset")]

    def _examine(self, progress: Progress) -> Iterator[Finding]:
        yield from self._catalog()
        collections = self.catalog.collections()
        for number, info in enumerate(collections):
            progress("Checking", number, len(collections))
            yield from self._collection(info.name)
        progress("Checking", len(collections), len(collections))
        used = {
            self.storage.name(info.name, fingerprint)
            for info in collections
            for fingerprint in (self.engine.fingerprint, self.wanted.fingerprint, *self.catalog.fingerprints())
        }
        for name in sorted(self.storage.names() - used):
            yield Finding(f"Nothing uses the index {name}.", "drop", articles=(name,))
        if self.wanted.recipe != self.engine.recipe:
            yield Finding(
                f"The settings ask for an index made with {self.wanted.recipe}; the one that answers was made with "
                f"{self.engine.recipe}.",
                "reindex",
            )

    def _catalog(self) -> Iterator[Finding]:
        twice = self.catalog.live_twice()
        if twice:
            yield Finding(f"{_articles(len(twice))} would answer in several versions: {_some(twice)}.", "none")
        waiting = self.catalog.count_unindexed(self.engine.fingerprint)
        if waiting:
            yield Finding(f"{_articles(waiting)} in the catalog are not indexed yet.", "index")
        left = sum(1 for deleted in (False, True) for _ in self.catalog.leftover(deleted=deleted))
        if left:
            yield Finding(f"{_articles(left)} of the past may still be in the indexes.", "index")

    def _collection(self, collection: str) -> Iterator[Finding]:
        expected = self._expected(collection)
        unsettled = self.catalog.unsettled(collection, self.engine.fingerprint)  # what is wrong with them was said
        vectors, lexical = self.engine.indexes(collection)
        for kind, held in (("vector", vectors.ids()), ("lexical", lexical.ids())):
            index = f"The {kind} index of “{collection}”"
            missing = _versions(expected - held, unsettled)
            if missing:
                words = f"{index} lacks passages of {_articles(len(missing))}: {_some(missing)}."
                yield Finding(words, "rebuild", collection, tuple(missing))
            strange = _versions(held - expected, unsettled)
            if strange:
                words = f"{index} holds passages that are in no live article: {_some(strange)}."
                yield Finding(words, "remove", collection, tuple(strange))

    def _expected(self, collection: str) -> set[str]:
        """The ids of all passages that both indexes of a collection should hold, and no others."""
        live = self.catalog.live_articles(collection)
        split = self.engine.indexer.splitter.split
        return {passage.id for article in live for passage in split(article)}

    def repair(self, findings: Iterable[Finding], progress: Progress = lambda stage, done, total: None) -> None:
        """Mend what can be mended; `examine` again shows what is left."""
        for finding in findings:
            if finding.mending == "reset":
                self.storage.reset()
                for info in self.catalog.collections():
                    self.catalog.mark_outdated(info.name)
            elif finding.mending == "drop":
                self.storage.drop(finding.articles)
            elif finding.mending in {"rebuild", "remove"}:
                for index in self.engine.indexes(finding.collection):
                    index.delete(finding.articles)
                # A version of which passages were strange may be live: what it should have is written again.
                self.catalog.mark_outdated(finding.collection, finding.articles)
        self.engine.indexer.run(progress)


def _versions(passages: Iterable[str], without: Set[str]) -> list[str]:
    return sorted({parse_passage_id(id)[0] for id in passages} - without)


def _articles(count: int) -> str:
    return f"{count} article{'s' * (count != 1)}"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
