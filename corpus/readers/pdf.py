"""PDF, by pypdf: the text layer, with the line breaks of the page set aside."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

from corpus.article import SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source, canonical, identified
from corpus.readers.text import first_words

_MOST_PAGES = 3000
# What pypdf lets through when a file's own structure is broken.
_BROKEN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    zlib.error,
)


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(
        logging.CRITICAL
    )  # its warnings are about the file's grammar, not about its text
    data = source.read()
    try:
        document = PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise ReadingError("The PDF is locked with a password.", hint="Save a copy without one.")
        if len(document.pages) > _MOST_PAGES:
            raise ReadingError(f"The PDF has more than {_MOST_PAGES:,} pages.", hint="Split it.")
        pages = [_text(page) for page in document.pages]
        title, author, created = (_about(document, field) for field in ("title", "author", "creation_date"))
    except (PyPdfError, *_BROKEN) as error:
        raise ReadingError("The PDF is damaged.", hint="Open it in a viewer and save it anew.") from error
    lost = [number for number, page in enumerate(pages, 1) if page is None]
    if len(lost) > len(pages) / 2:
        raise ReadingError("The PDF is damaged: most of its pages.", hint="Open it in a viewer and save it anew.")
    text = _reflowed("\n\n".join(filter(None, pages)))
    if len(text) > MAX_FILE_BYTES:
        raise ReadingError("The PDF holds more text than any article.", hint="Split it.")
    if not text:
        raise NothingToRead("The PDF holds no text.", hint="If its pages are scans, run text recognition (OCR) on it.")
    url = canonical(source.url)
    id, identity = identified(source, url)
    yield SourceArticle(
        id=id,
        identity=identity,
        url=url,
        title=(title or "").strip() or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        authors=(author.strip(),) if author and author.strip() else (),
        published=date_in_dateline(text) or date_in_url(url) or dated(created, "file"),
    )
    if lost:
        yield Skipped(
            source.origin,
            f"Of its {len(pages):,} pages, {len(lost):,} could not be read (the first is page {lost[0]:,}); "
            "the others were. Open it in a viewer and save it anew.",
        )


def _text(page: Any) -> str | None:
    """The text of a page; None if its content is broken, which says nothing about the others."""
    from pypdf.errors import PyPdfError

    try:
        return str(page.extract_text())
    except (PyPdfError, *_BROKEN):
        return None


def _about(document: Any, field: str) -> Any:
    """A field of the document's own description; a field that is garbage is as good as absent."""
    try:
        return getattr(document.metadata, field, None)
    except _BROKEN:
        return None


def _reflowed(text: str) -> str:
    """Paragraphs as one line each: lines are joined, but a line well short of the usual width ends its paragraph."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        width = max(map(len, lines), default=0)
        joined = ""
        for line in lines:
            joined += line
            if re.search(r"\w-$", line):
                joined = joined[:-1]  # a word divided at the end of a line
            elif len(line) < 0.75 * width:
                joined += "\n\n"
            else:
                joined += " "
        paragraphs.append(joined.strip())
    return "\n\n".join(filter(None, paragraphs))
