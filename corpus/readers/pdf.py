"""PDF, by pypdf: the text layer, with the line breaks of the page set aside."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.article import SourceArticle
from corpus.dates import dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.source import MAX_FILE_BYTES, Skipped, article_id, file_identity, read_bytes
from corpus.readers.text import first_words

_MOST_PAGES = 3000
# What pypdf lets through when a file's own structure is broken.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, NotImplementedError)


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its warnings are about the file's grammar, not about its text
    data = read_bytes(path)
    try:
        document = PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise ReadingError("The PDF is locked with a password.", hint="Save a copy without one.")
        if len(document.pages) > _MOST_PAGES:
            raise ReadingError(f"The PDF has more than {_MOST_PAGES:,} pages.", hint="Split it.")
        text = _reflowed("\n\n".join(page.extract_text() for page in document.pages))
        title, author, created = (_about(document, field) for field in ("title", "author", "creation_date"))
    except (PyPdfError, *_BROKEN) as error:
        raise ReadingError(f"The PDF is damaged ({error}).", hint="Open it in a viewer and save it anew.") from error
    if len(text) > MAX_FILE_BYTES:
        raise ReadingError("The PDF holds more text than any article.", hint="Split it.")
    if not text:
        raise NothingToRead("The PDF holds no text.", hint="If its pages are scans, run text recognition (OCR) on it.")
    yield SourceArticle(
        id=article_id(file_identity(path, None)),
        title=(title or "").strip() or first_words(text),
        text=text,
        origin=str(path),
        authors=(author.strip(),) if author and author.strip() else (),
        published=dated(created, "file"),
    )


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
