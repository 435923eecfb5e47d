"""Word documents (.docx), by python-docx."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from corpus.article import SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.packages import DAMAGE, opened
from corpus.readers.source import Skipped, Source, canonical, identified
from corpus.readers.text import first_words

_BROKEN = (KeyError, ValueError, AttributeError, TypeError, RuntimeError, EOFError)  # from a broken structure
_TEMPLATE_AUTHOR = "python-docx"
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15)  # and its day, which programs leave in place


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    package: Any = opened(source)
    try:
        document = docx.Document(package.fp)
        blocks = [_block(item) for item in document.iter_inner_content()]
    except (OpcError, LxmlError, *DAMAGE, *_BROKEN) as error:
        raise ReadingError("The document is damaged.", hint="Open it in Word and save it anew.") from error
    text = "\n\n".join(filter(None, blocks))
    if not text:
        raise NothingToRead("The document holds no text.", hint="If the text is in a picture, type it or use OCR.")
    title, author, created, language = _about(document)
    url = canonical(source.url)
    id, identity = identified(source, url)
    yield SourceArticle(
        id=id,
        identity=identity,
        url=url,
        title=title or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        authors=(author,) if author else (),
        language=language or None,
        published=date_in_dateline(text) or date_in_url(url) or dated(created, "file"),
    )


def _block(item: Any) -> str:
    """A paragraph's text, or a table's: a line for each row, its cells apart by bars."""
    if hasattr(item, "rows"):
        return "\n".join(" | ".join(cell.text.strip() for cell in row.cells) for row in item.rows)
    return str(item.text).strip()


def _about(document: Any) -> tuple[str, str, datetime | None, str]:
    """Title, author, day of creation, language, as far as the document describes itself."""
    from lxml.etree import LxmlError

    try:
        about = document.core_properties
        if about.author == _TEMPLATE_AUTHOR:  # the template's description, not the document's
            return about.title.strip(), "", None, about.language.strip()
        created = about.created if about.created and about.created.replace(tzinfo=None) != _TEMPLATE_CREATED else None
        return about.title.strip(), about.author.strip(), created, about.language.strip()
    except (LxmlError, *_BROKEN):
        return "", "", None, ""
