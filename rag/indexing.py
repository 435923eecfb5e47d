"""Changed articles → passages → both indexes, so that a kill at any instant loses and doubles nothing.

The order makes it safe: note in the catalog that the index may hold a version, write the index (idempotent upserts),
then publish the version. Removal runs the other way round. Whatever was cut short shows up again in the catalog's own
questions (`Catalog.unindexed`, `Catalog.leftover`) and is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from corpus.article import Article, Passage
from corpus.catalog import Catalog
from rag.ports import Embedder, Splitter
from rag.retrieval import OpenLegs

Progress = Callable[[int, int], None]  # (articles done, articles in all)
_BATCH_PASSAGES = 256


@dataclass(frozen=True, slots=True)
class Indexer:
    """Brings the indexes in step with the catalog. ``fingerprint`` names the pair of indexes it writes to."""

    catalog: Catalog
    splitter: Splitter
    embedder: Embedder
    open_legs: OpenLegs
    fingerprint: str

    def run(self, progress: Progress = lambda done, total: None) -> int:
        """Index what is pending, remove what is retired; the number of articles indexed."""
        done = self._index_pending(progress)
        self._remove_leftover()
        self.catalog.purge()
        self._notice_losses()
        return done + self._index_pending(progress)

    def _index_pending(self, progress: Progress) -> int:
        pending = list(self.catalog.unindexed(self.fingerprint))
        done = 0
        for batch in self._batches(pending):
            self._index(batch)
            done += len(batch)
            progress(done, len(pending))
        return done

    def _notice_losses(self) -> None:
        """An index whose folder was deleted is filled again from the catalog."""
        for info in self.catalog.collections():
            vectors, lexical = self.open_legs(info.name)
            held = vectors.count()
            if held != lexical.count() or (info.articles and not held):
                self.catalog.mark_outdated(info.name)

    def _batches(self, articles: Iterable[Article]) -> Iterator[dict[Article, list[Passage]]]:
        """Articles of one collection with their passages, about `_BATCH_PASSAGES` at a time."""
        for _, group in groupby(articles, key=lambda article: article.collection):
            batch: dict[Article, list[Passage]] = {}
            size = 0
            for article in group:
                batch[article] = self.splitter.split(article)
                size += len(batch[article])
                if size >= _BATCH_PASSAGES:
                    yield batch
                    batch, size = {}, 0
            if batch:
                yield batch

    def _index(self, batch: dict[Article, list[Passage]]) -> None:
        versions = list(batch)
        vectors, lexical = self.open_legs(versions[0].collection)
        passages = [passage for group in batch.values() for passage in group]
        embedded = self.embedder.embed([passage.text for passage in passages])
        self.catalog.mark_indexing(versions)
        vectors.upsert(passages, embedded)
        lexical.upsert(passages)
        self.catalog.publish(versions, self.fingerprint)

    def _remove_leftover(self) -> None:
        leftover = sorted(self.catalog.leftover(), key=lambda article: article.collection)
        for collection, group in groupby(leftover, key=lambda article: article.collection):
            versions = list(group)
            keys = [version.version_key for version in versions]
            for index in self.open_legs(collection):
                index.delete(keys)
            self.catalog.mark_removed(versions)
