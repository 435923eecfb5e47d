"""Documents of llama-index become articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from corpus.article import SourceArticle
from corpus.readers import Skipped
from corpus.readers.documents import from_documents

TEXT = "The ferry of Orrin sails again, its captain said on Friday."


@dataclass
class Plain:
    """The least that a document may be."""

    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id_: str = "d1"


def real(text: str, metadata: dict[str, Any] | None = None, id_: str = "d1") -> Any:
    from llama_index.core import Document

    return Document(text=text, metadata=metadata or {}, id_=id_)


def articles(*documents: Any) -> list[SourceArticle]:
    found = list(from_documents(documents))
    assert all(isinstance(item, SourceArticle) for item in found), found
    return [item for item in found if isinstance(item, SourceArticle)]


@pytest.fixture(params=[Plain, real], ids=["plain", "real"])
def document(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_document_is_an_article(document: Any) -> None:
    metadata = {
        "Title": "Ferry sails",
        "author": "Ann Quist and Bo Lind",
        "publisher": "The Orrin Post",
        "url": "https://orrin.example/ferry?utm_source=x",
        "date": "2024-03-15",
        "creation_date": "2024-05-01",
    }
    (found,) = articles(document(TEXT, metadata))
    assert (found.title, found.text, found.outlet) == ("Ferry sails", TEXT, "The Orrin Post")
    assert (found.authors, found.url) == (("Ann Quist", "Bo Lind"), "https://orrin.example/ferry")
    assert found.identity == "url"
    assert found.published is not None
    assert (found.published.value, found.published.provenance) == ("2024-03-15", "given")


def test_the_day_of_the_file_is_called_that(document: Any) -> None:
    metadata = {"file_path": "/news/ferry-sails.txt", "file_name": "ferry-sails.txt", "creation_date": "2024-05-01"}
    (found,) = articles(document(TEXT, metadata))
    assert (found.title, found.identity, found.file) == ("Ferry sails", "path", "/news/ferry-sails.txt")
    assert found.published is not None
    assert (found.published.value, found.published.provenance) == ("2024-05-01", "file")


def test_the_pages_of_a_file_are_one_article_in_order(document: Any) -> None:
    pages = [
        document(f"Page {number}.", {"file_path": path, "page_label": str(number)}, f"{path}{number}")
        for path in ("/news/a.pdf", "/news/b.pdf")
        for number in (1, 2)
    ]
    one, other = articles(*pages)
    assert (one.text, other.text) == ("Page 1.\n\nPage 2.",) * 2
    assert one.id != other.id


def test_documents_are_known_by_their_ids_if_nothing_else_is_known(document: Any) -> None:
    one, other = articles(document(TEXT), document(TEXT, None or {}, "d2"))
    assert ((one.id, one.identity), other.id) == (("d1", "given"), "d2")


def test_what_is_empty_or_stands_twice_is_reported(document: Any) -> None:
    kept, empty, twice = from_documents([document(TEXT), document(" ", {}, "d2"), document(TEXT)])
    assert isinstance(kept, SourceArticle)
    assert isinstance(empty, Skipped)
    assert isinstance(twice, Skipped)
    assert "no text" in empty.reason
    assert "before" in twice.reason


def test_what_a_real_loader_reads_is_an_article(tmp_path: Path) -> None:
    from llama_index.core import SimpleDirectoryReader

    path = tmp_path / "ferry-sails.txt"
    path.write_text(TEXT, encoding="utf-8")
    (found,) = articles(*SimpleDirectoryReader(input_files=[path]).load_data())
    assert (found.title, found.text, found.file) == ("Ferry sails", TEXT, str(path))
    assert found.published is not None
    assert found.published.provenance == "file"
