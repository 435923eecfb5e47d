"""Passages in tantivy: BM25 over the text and the headline, embedded and incremental."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from corpus.article import Passage, parse_passage_id
from rag.backends.failures import explained
from rag.ports import Hit

_ANALYZER = "dossier"
_WRITER_HEAP = 50_000_000  # bytes; tantivy wants at least 15 MB per thread
_TITLE_BOOST = 0.5
_LONGEST_QUESTION = 200  # distinct terms; what comes later adds cost and no meaning


def _analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .filter(Filter.ascii_fold())
        .build()
    )


class TantivyIndex:
    """A `rag.ports.LexicalIndex` in one folder."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index, SchemaBuilder

        self._folder = folder
        builder = SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
        self._analyzer = _analyzer()
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._schema = builder.build()
            self._index = Index(self._schema, path=str(folder))
            self._index.register_tokenizer(_ANALYZER, self._analyzer)
            self._index.config_reader("Manual")
            self._writer: Any = None

    def upsert(self, passages: Sequence[Passage]) -> None:
        from tantivy import Document

        with self._explained():
            writer = self._open_writer()
            for passage in passages:
                writer.delete_documents_by_term("id", passage.id)
                article = passage.article
                writer.add_document(
                    Document(id=passage.id, version=article.version_key, title=article.title, text=passage.text)
                )
            self._commit(writer)

    def delete(self, version_keys: Sequence[str]) -> None:
        if not version_keys:
            return
        with self._explained():
            writer = self._open_writer()
            for key in version_keys:
                writer.delete_documents_by_term("version", key)
            self._commit(writer)

    def search(self, question: str, limit: int) -> list[Hit]:
        from tantivy import Occur, Query

        terms = list(dict.fromkeys(self._analyzer.analyze(question)))[:_LONGEST_QUESTION]
        clauses = [(Occur.Should, Query.term_query(self._schema, "text", term)) for term in terms]
        clauses += [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, "title", term), _TITLE_BOOST))
            for term in terms
        ]
        if not clauses:
            return []
        with self._explained():
            searcher = self._index.searcher()
            found = searcher.search(Query.boolean_query(clauses), limit, count=False).hits
            return [Hit(searcher.doc(address).get_first("id"), score) for score, address in found]

    def ids(self) -> set[str]:
        from tantivy import Query

        with self._explained():
            searcher = self._index.searcher()
            if not searcher.num_docs:
                return set()
            found = searcher.search(Query.all_query(), searcher.num_docs, count=False).hits
            return {searcher.doc(address).get_first("id") for _, address in found}

    def count(self) -> int:
        with self._explained():
            return int(self._index.searcher().num_docs)

    def tainted(self) -> set[str]:
        from tantivy import Query

        with self._explained():
            segments = json.loads((self._folder / "meta.json").read_bytes())["segments"]
            dirty = {number for number, segment in enumerate(segments) if segment["deletes"]}
            if not dirty:
                return set()
            searcher = self._index.searcher()
            found = searcher.search(Query.all_query(), max(1, searcher.num_docs), count=False).hits
            ids = (searcher.doc(place).get_first("id") for _, place in found if place.segment_ord in dirty)
            return {parse_passage_id(id)[0] for id in ids}

    def scrub(self) -> None:
        with self._explained():
            writer = self._open_writer()
            self._commit(writer)
            writer.garbage_collect_files()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _open_writer(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_WRITER_HEAP, num_threads=1)
        return self._writer

    def _commit(self, writer: Any) -> None:
        writer.commit()
        self._index.reload()

    def _explained(self) -> AbstractContextManager[None]:
        return explained(f"lexical index {self._folder}", self._folder, (ValueError, OSError, KeyError))
