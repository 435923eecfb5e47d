"""OpenDocument texts (.odt): the words as they would be printed, without notes, comments and deleted passages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from corpus.article import SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers import safe_xml
from corpus.readers.packages import opened, part
from corpus.readers.source import Skipped, Source, canonical, identified
from corpus.readers.text import first_words

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"

_CELL = f"{_TABLE}table-cell"
_BLOCKS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_UNSEEN = frozenset(
    {f"{_TEXT}tracked-changes", f"{_TEXT}note", f"{_TEXT}table-of-content", f"{_OFFICE}annotation", f"{_OFFICE}forms"}
)


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    with opened(source) as package:
        if "META-INF/manifest.xml" in package.namelist() and b"encryption-data" in part(
            package, "META-INF/manifest.xml"
        ):
            raise ReadingError("The document is locked with a password.", hint="Save it without one.")
        body = safe_xml.parse(part(package, "content.xml")).find(f"{_OFFICE}body/{_OFFICE}text")
        about = _About(package)
    if body is None:
        raise NothingToRead("This is an OpenDocument file and no text.", hint="Save its words as a text document.")
    text = "\n\n".join(filter(None, _blocks(body)))
    if not text:
        raise NothingToRead("The document holds no text.", hint="If the text is in a picture, type it or use OCR.")
    url = canonical(source.url)
    id, identity = identified(source, url)
    author = about.words(f"{_META}initial-creator") or about.words(f"{_DC}creator")
    yield SourceArticle(
        id=id,
        identity=identity,
        url=url,
        title=about.words(f"{_DC}title") or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        authors=(author,) if author else (),
        language=about.words(f"{_DC}language") or None,
        published=date_in_dateline(text)
        or date_in_url(url)
        or dated(_whole_seconds(about.words(f"{_META}creation-date")), "file"),
    )


class _About:
    """What the document says of itself; nothing, where that part is broken or not there."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        try:
            self.root = safe_xml.parse(part(package, "meta.xml"), mend=True)
        except ReadingError:
            self.root = None

    def words(self, tag: str) -> str:
        return "" if self.root is None else safe_xml.words(next(self.root.iter(tag), None))


def _whole_seconds(instant: str) -> str:
    """``2024-03-15T08:00:00.123456789`` → ``2024-03-15T08:00:00``: nobody dates an article by the nanosecond."""
    return instant.partition(".")[0] if "T" in instant else instant


def _blocks(element: Any) -> Iterator[str]:
    """Paragraphs, headings and tables, in order; whatever holds them (sections, lists, frames) is passed through."""
    for child in element:
        if child.tag in _BLOCKS:
            yield _line(child)
        elif child.tag == f"{_TABLE}table":
            rows = (row for row in child.iter(f"{_TABLE}table-row") if _table_of(row) is child)
            yield "\n".join(" | ".join(" ".join(_blocks(cell)) for cell in row.iterchildren(_CELL)) for row in rows)
        elif child.tag not in _UNSEEN:
            yield from _blocks(child)


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(f"{_TABLE}table"))


def _line(paragraph: Any) -> str:
    return "\n".join(" ".join(line.split()) for line in "".join(_pieces(paragraph)).split("\n")).strip()


def _pieces(element: Any) -> Iterator[str]:
    """The words of a paragraph; line ends in the file are white space, and line breaks are elements."""
    yield (element.text or "").replace("\n", " ")
    for child in element:
        if child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag in {f"{_TEXT}s", f"{_TEXT}tab"}:
            yield " "
        elif child.tag not in _UNSEEN:
            yield from _pieces(child)
        yield (child.tail or "").replace("\n", " ")
