"""Word documents (.docx), by python-docx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from corpus.article import SourceArticle
from corpus.dates import dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.source import Skipped, article_id, file_identity, read_bytes
from corpus.readers.text import first_words

_MOST_UNPACKED = 200_000_000  # bytes; beyond this the file is a zip bomb, or no article


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    import io

    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    data = io.BytesIO(read_bytes(path))
    try:
        with zipfile.ZipFile(data) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MOST_UNPACKED:
                raise ReadingError("The document unpacks to more than 200 MB.", hint="Save its text alone.")
        document = docx.Document(data)
        paragraphs = [paragraph.text.strip() for paragraph in document.paragraphs]
        about = document.core_properties
        title, author, created, language = about.title, about.author, about.created, about.language
    except (zipfile.BadZipFile, OpcError, LxmlError, KeyError, ValueError) as error:
        raise ReadingError(f"The document is damaged ({error}).", hint="Open it in Word and save it anew.") from error
    text = "\n\n".join(filter(None, paragraphs))
    if not text:
        raise NothingToRead("The document holds no text.", hint="If the text is in a picture, type it or use OCR.")
    yield SourceArticle(
        id=article_id(file_identity(path, None)),
        title=title.strip() or first_words(text),
        text=text,
        origin=str(path),
        authors=(author.strip(),) if author.strip() else (),
        language=language.strip() or None,
        published=dated(created, "file"),
    )
