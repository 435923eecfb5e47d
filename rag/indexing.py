"""Changed articles → passages → both indexes, so that a kill at any instant loses and doubles nothing.

The order makes it safe: note in the catalog that the index may hold a version, write the index (idempotent upserts),
then publish the version. Removal runs the other way round. Whatever was cut short shows up again in the catalog's own
questions (`Catalog.unindexed`, `Catalog.leftover`) and is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from corpus.article import Article, Passage
from corpus.catalog import Catalog, Slot
from corpus.sentences import sentence_spans
from rag.ports import Embedder, Indexes, Sentences, Splitter
from rag.words import language_of, term_hash, terms

if TYPE_CHECKING:
    from rag.ports import Span, Vectors

# What is made of a passage besides its place: changes whenever the same passage would be stored otherwise.
CONTENT = "headline, sentences, stems by language: 1"
Progress = Callable[[str, int, int], None]  # ("Reading" or "Indexing", files or articles done, in all)
_BATCH_PASSAGES = 256


@dataclass(frozen=True, slots=True)
class Indexer:
    """Brings a pair of indexes for each collection in step with the catalog.

    ``fingerprint`` names the indexes that it writes; ``slot`` says whether they answer questions, or are being built
    beside those that do.
    """

    catalog: Catalog
    splitter: Splitter
    embedder: Embedder
    indexes: Indexes
    fingerprint: str
    slot: Slot = "serving"

    def run(self, progress: Progress = lambda stage, done, total: None) -> int:
        """Index what is pending, remove what is retired or deleted; the number of articles indexed."""
        done = self._index_pending(progress)
        self.remove_leftover()
        if self.slot == "serving":
            self._notice_losses()
            done += self._index_pending(progress)
        return done

    def _index_pending(self, progress: Progress) -> int:
        total = self.catalog.count_unindexed(self.fingerprint, self.slot)
        done = 0

        def finished(count: int) -> int:
            progress("Indexing", done + count, max(done + count, total))
            return count

        with ThreadPoolExecutor(1, "indexing") as writer:  # one batch is written while the next one is encoded
            writing: Future[int] | None = None
            for batch in self._batches(self.catalog.unindexed(self.fingerprint, slot=self.slot)):
                embedded, sentences = self._embedded([passage for group in batch.values() for passage in group])
                done += finished(writing.result()) if writing else 0
                writing = writer.submit(self._write, batch, embedded, sentences)
            done += finished(writing.result()) if writing else 0
        return done

    def _notice_losses(self) -> None:
        """An index whose folder was deleted is filled again from the catalog."""
        for info in self.catalog.collections():
            vectors, lexical = self.indexes(info.name)
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

    def _write(self, batch: dict[Article, list[Passage]], embedded: Vectors, sentences: Sequence[Sentences]) -> int:
        """Both indexes, between a note that they may hold the versions and one that they do; how many versions."""
        versions = list(batch)
        vectors, lexical = self.indexes(versions[0].collection)
        passages = [passage for group in batch.values() for passage in group]
        self.catalog.mark_indexing(versions, self.slot)
        vectors.upsert(passages, embedded, sentences)
        lexical.upsert(passages)
        self.catalog.publish(versions, self.fingerprint, self.slot)
        return len(versions)

    def _embedded(self, passages: Sequence[Passage]) -> tuple[Vectors, list[Sentences]]:
        """Each passage under its article's headline, and its sentences from the same pass."""
        headlines = [headline(passage) for passage in passages]
        spans = [sentence_spans(passage.text, passage.article.language) for passage in passages]
        shifted = [
            [(start + len(title), end + len(title)) for start, end in of_one]
            for title, of_one in zip(headlines, spans, strict=True)
        ]
        texts = [title + passage.text for title, passage in zip(headlines, passages, strict=True)]
        vectors, rows = self.embedder.embed_parts(texts, shifted)
        return vectors, [_sentences(*each) for each in zip(passages, spans, rows, strict=True)]

    def remove_leftover(self) -> None:
        """Take what is retired or deleted out of the indexes, and what is deleted off the disk."""
        for deleted in (False, True):
            leftover = sorted(self.catalog.leftover(self.slot, deleted=deleted), key=lambda article: article.collection)
            for collection, group in groupby(leftover, key=lambda article: article.collection):
                versions = list(group)
                keys = [version.version_key for version in versions]
                for index in self.indexes(collection):
                    index.delete(keys)
                if deleted:
                    self._scrub(collection)
                self.catalog.mark_removed(versions, self.slot)
        self.catalog.purge()

    def _scrub(self, collection: str) -> None:
        """Deleted words leave the disk too, before the catalog forgets that they were there."""
        vectors, lexical = self.indexes(collection)
        live = self.catalog.live(collection, lexical.tainted())
        lexical.upsert([passage for article in live.values() for passage in self.splitter.split(article)])
        vectors.scrub()
        lexical.scrub()


def headline(passage: Passage) -> str:
    """What the encoder reads before a passage, which may not say itself whom or what it is about."""
    title = passage.article.title.strip()
    return "" if not title or passage.text.startswith(title) else f"{title}\n"


def _sentences(passage: Passage, spans: Sequence[Span], vectors: Vectors) -> Sentences:
    import numpy as np

    language = language_of(passage.article.language)
    hashes = [sorted({term_hash(term) for term in terms(passage.text[start:end], language)}) for start, end in spans]
    return Sentences(
        spans=np.array(spans, dtype=np.int64).reshape(len(spans), 2),
        vectors=vectors,
        terms=np.array([term for of_one in hashes for term in of_one], dtype=np.int64),
        owners=np.repeat(np.arange(len(spans)), [len(of_one) for of_one in hashes]),
    )
