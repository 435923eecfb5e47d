"""HTML pages: the article without menus, banners and share buttons, by trafilatura."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.article import SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead
from corpus.readers.source import Skipped, article_id, decode, file_identity, read_bytes
from corpus.readers.text import title_from


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    import trafilatura

    page = decode(read_bytes(path))
    found = trafilatura.bare_extraction(page, include_comments=False, include_tables=False, with_metadata=True)
    text = (found.text or "").strip() if found else ""
    if not found or not text:
        raise NothingToRead("No article text was found on the page.", hint="Save the page after it has loaded, or paste its text into a .txt file.")
    url = found.url
    yield SourceArticle(
        id=article_id(file_identity(path, url)),
        title=found.title or title_from(path),
        text=text,
        origin=str(path),
        url=url,
        outlet=found.sitename,
        authors=tuple(name.strip() for name in (found.author or "").split(";") if name.strip()),
        language=found.language,
        published=dated(found.date, "metadata") or date_in_url(url),
    )
