"""HTML pages: the article without menus, banners and share buttons, by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.article import SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead
from corpus.readers.source import Skipped, article_id, decode, file_identity, read_bytes
from corpus.readers.text import title_from

_SENTENCE_WORDS = 5  # a page whose every line is shorter is a menu or a banner
_LANGUAGE = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?(?P<tag>[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]+)*)", re.IGNORECASE)


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    import trafilatura

    page = decode(read_bytes(path))
    found = trafilatura.bare_extraction(page, include_comments=False, include_tables=False, with_metadata=True)
    text = _paragraphs(found.text or "", found.title) if found else ""
    if not found or not any(len(line.split()) >= _SENTENCE_WORDS for line in text.split("\n")):
        raise NothingToRead(
            "No article text was found on the page.",
            hint="Save the page after it has loaded, or paste its text into a .txt file.",
        )
    url = found.url
    yield SourceArticle(
        id=article_id(file_identity(path, url)),
        title=found.title or title_from(path),
        text=text,
        origin=str(path),
        url=url,
        outlet=found.sitename,
        authors=tuple(name.strip() for name in (found.author or "").split(";") if name.strip()),
        language=found.language or _declared_language(page),
        published=dated(found.date, "metadata") or date_in_url(url),
    )


def _paragraphs(text: str, title: str | None) -> str:
    """The paragraphs apart by blank lines, as in other articles; without the headline, which is stored by itself."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if title and lines and lines[0].casefold() == title.strip().casefold():
        lines = lines[1:]
    return "\n\n".join(lines)


def _declared_language(page: str) -> str | None:
    match = _LANGUAGE.search(page[:4096])
    return match["tag"] if match else None
