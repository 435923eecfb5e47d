"""Passages in tantivy: BM25 over the text and the headline, embedded and incremental."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from corpus.article import Passage, parse_passage_id
from rag.backends.failures import explained
from rag.backends.filtering import deepened
from rag.ports import Hit
from rag.words import language_of, terms

_ANALYZER = "stems"
_WRITER_HEAP = 50_000_000  # bytes; tantivy wants at least 15 MB per thread
_TITLE_BOOST = 0.5
_LONGEST_QUESTION = 200  # distinct terms; what comes later adds cost and no meaning
_LONGEST_TERM = 100  # characters
_FEW = 500  # versions that are looked up one by one; more are found by going deeper into the order
_DEEPEST = 5000


class TantivyIndex:
    """A `rag.ports.LexicalIndex` in one folder.

    Texts are cut into stems by `rag.words`, in the language of their article; tantivy only splits at the blanks.
    """

    def __init__(self, folder: Path) -> None:
        from tantivy import Index, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

        self._folder = folder
        builder = SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="position")
        builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="position")
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._schema = builder.build()
            self._index = Index(self._schema, path=str(folder))
            self._index.register_tokenizer(_ANALYZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
            self._index.config_reader("Manual")
            self._writer: Any = None

    def upsert(self, passages: Sequence[Passage]) -> None:
        from tantivy import Document

        with self._explained():
            writer = self._open_writer()
            for passage in passages:
                writer.delete_documents_by_term("id", passage.id)
                article = passage.article
                title, text = (_stems(words, article.language) for words in (article.title, passage.text))
                writer.add_document(Document(id=passage.id, version=article.version_key, title=title, text=text))
            self._commit(writer)

    def delete(self, version_keys: Sequence[str]) -> None:
        if not version_keys:
            return
        with self._explained():
            writer = self._open_writer()
            for key in version_keys:
                writer.delete_documents_by_term("version", key)
            self._commit(writer)

    def search(self, terms: Sequence[str], limit: int, within: Collection[str] | None = None) -> list[Hit]:
        from tantivy import Occur, Query

        clauses = []
        for term in list(dict.fromkeys(terms))[:_LONGEST_QUESTION]:
            clauses.append((Occur.Should, Query.term_query(self._schema, "text", term)))
            title = Query.term_query(self._schema, "title", term)
            clauses.append((Occur.Should, Query.boost_query(title, _TITLE_BOOST)))
        if not clauses or not limit or (within is not None and not within):
            return []
        query = Query.boolean_query(clauses)
        with self._explained():
            if within is None:
                return self._found(query, limit)
            if len(within) > _FEW:
                hits = deepened(lambda depth: self._found(query, depth), limit, within, 4 * limit, _DEEPEST)
                if hits is not None:
                    return hits
            allowed = Query.const_score_query(Query.term_set_query(self._schema, "version", list(within)), 0.0)
            return self._found(Query.boolean_query([(Occur.Must, query), (Occur.Must, allowed)]), limit)

    def holding(self, phrase: Sequence[str]) -> set[str]:
        from tantivy import Occur, Query

        if not phrase:
            return set()
        with self._explained():
            queries = [
                Query.phrase_query(self._schema, field, list(phrase))
                if len(phrase) > 1
                else Query.term_query(self._schema, field, phrase[0])
                for field in ("text", "title")
            ]
            hits = self._found(Query.boolean_query([(Occur.Should, query) for query in queries]), max(1, self.count()))
            return {parse_passage_id(hit.id)[0] for hit in hits}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        with self._explained():
            searcher = self._index.searcher()
            return {term: searcher.doc_freq("text", term) for term in dict.fromkeys(terms)}

    def _found(self, query: Any, limit: int) -> list[Hit]:
        searcher = self._index.searcher()
        found = searcher.search(query, limit, count=False).hits
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


def _stems(text: str, language: str | None) -> str:
    return " ".join(term for term in terms(text, language_of(language)) if len(term) <= _LONGEST_TERM)
