"""Documents that llama-index's own readers loaded, as articles: what their metadata calls things, in our names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath
from typing import Any, Protocol

from corpus.article import Identity, SourceArticle
from corpus.dates import dated
from corpus.errors import ReadingError
from corpus.readers.fields import from_fields
from corpus.readers.names import NAMES, folded
from corpus.readers.source import Skipped, Source
from corpus.readers.text import title_from

_PLACES = ("file_path", "file_name", "filename", "source")  # where a loader says that a document came from
_FILE_DATES = ("creation_date", "last_modified_date")  # what a file system knows is of the file, not of the article
_ADDRESSES = frozenset(map(folded, NAMES["url"]))


class Document(Protocol):
    """What we need of a ``llama_index.core.Document``, which is not imported here."""

    @property
    def text(self) -> str: ...
    @property
    def metadata(self) -> dict[str, Any]: ...
    @property
    def id_(self) -> str: ...


def from_documents(documents: Iterable[Document]) -> Iterator[SourceArticle | Skipped]:
    """An article for each document; the pages of one file that follow each other are one.

    An article is known by its address, else by its file, else by its document's id. What has no text, or stands twice,
    comes as `Skipped`.
    """
    seen: set[str] = set()
    for _, pages in groupby(enumerate(documents), _one_file):
        item = _article([page for _, page in pages])
        if isinstance(item, SourceArticle):
            if item.id in seen:
                item = Skipped(item.origin, f"The id {item.id} stands in these documents before. Give each its own.")
            else:
                seen.add(item.id)
        yield item


def _one_file(numbered: tuple[int, Document]) -> object:
    """What the pages of one file have in common, and no other document has."""
    number, document = numbered
    place = _place(document.metadata)
    return place if place and "page_label" in document.metadata else number


def _place(metadata: Mapping[str, Any]) -> str:
    return next((str(metadata[name]) for name in _PLACES if metadata.get(name)), "")


def _article(pages: list[Document]) -> SourceArticle | Skipped:
    first = pages[0]
    metadata = {name: value for name, value in first.metadata.items() if value is not None}
    place, url = _place(metadata), _address(metadata)  # one of many loaders' "source" may be both
    source = Source(place or url or first.id_, place or url or first.id_, data=b"")
    default: tuple[str, Identity] | None = None if place or url else (first.id_, "given")
    text = "\n\n".join(filter(None, (page.text.strip() for page in pages))) if len(pages) > 1 else first.text
    described = {name: value for name, value in metadata.items() if folded(name) not in map(folded, NAMES["text"])}
    if described.get("source") in (place, url):  # to many loaders a source is a file or an address, and no outlet
        described.pop("source", None)
    if place and not any(described.get(name) for name in NAMES["title"]):
        described["title"] = title_from(PurePath(place))
    try:
        article = from_fields({**described, "url": url, "text": text}, source, default=default)
    except ReadingError as error:
        return Skipped(source.origin, str(error))
    created, modified = (dated(metadata.get(name), "file") for name in _FILE_DATES)
    return replace(article, published=article.published or created, updated=article.updated or modified)


def _address(metadata: Mapping[str, Any]) -> str | None:
    stated = (value for name, value in metadata.items() if folded(name) in _ADDRESSES or name == "source")
    return next((value for value in stated if isinstance(value, str) and "://" in value), None)
