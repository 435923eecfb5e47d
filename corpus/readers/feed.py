"""RSS and Atom, by feedparser: one article per entry, from its full content if the feed carries it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.article import SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead, UnsupportedFormat
from corpus.readers.source import Skipped, article_id, read_bytes
from corpus.readers.text import first_words

_BLOCKS = ("p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "br", "tr", "figcaption")


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    import feedparser

    # As a stream: given bytes, feedparser would take them for a path or an address and open it.
    feed = feedparser.parse(io.BytesIO(read_bytes(path)), sanitize_html=True)
    if not feed.version:
        raise UnsupportedFormat(
            "The file is XML and not an RSS or Atom feed.", hint="Save its articles as HTML or text."
        )
    if not feed.entries:
        raise NothingToRead("The feed has no entries.", hint="Download it again.")
    seen: Counter[str] = Counter()
    for number, entry in enumerate(feed.entries, 1):
        item = _article(entry, feed.feed, path, f"{path}:{number}")
        if isinstance(item, SourceArticle):
            seen[item.id] += 1
            if seen[item.id] > 1:  # some feeds give every entry the same link
                item = replace(item, id=f"{item.id}-{seen[item.id]}")
        yield item


def _article(entry: Any, feed: Any, path: Path, origin: str) -> SourceArticle | Skipped:
    contents = [content.value for content in entry.get("content", ()) if content.get("value")]
    text = _plain(max(contents, key=len) if contents else entry.get("summary", ""))
    if not text:
        return Skipped(origin, "The entry holds no text. Save the page that it links to.")
    url = entry.get("link") or None
    return SourceArticle(
        id=article_id(url or f"{path.resolve()}:{entry.get('id') or entry.get('title') or text}"),
        title=_plain(entry.get("title", "")) or first_words(text),
        text=text,
        origin=origin,
        url=url,
        outlet=_plain(feed.get("title", "")) or None,
        authors=tuple(author.name for author in entry.get("authors", ()) if author.get("name")),
        language=feed.get("language") or None,
        published=_instant(entry.get("published")) or date_in_url(url),
        updated=_instant(dict.get(entry, "updated")),  # entry.get() would offer the date of publication,
    )


def _instant(value: str | None) -> Any:
    """A date as feeds write it: RFC 822 (RSS) or ISO 8601 (Atom), with its own zone."""
    from email.utils import parsedate_to_datetime

    if not value:
        return None
    try:
        return dated(parsedate_to_datetime(value), "metadata")
    except (ValueError, OverflowError, TypeError):
        return dated(value, "metadata")


def _plain(markup: str) -> str:
    """HTML as text, a blank line between blocks."""
    from lxml import etree, html

    if not markup.strip():
        return ""
    try:
        root = html.fragment_fromstring(markup, create_parent="div")
    except (etree.LxmlError, ValueError):
        return " ".join(markup.split())
    for element in root.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in re.split(r"\n+", root.text_content()))
    return "\n\n".join(filter(None, lines)).replace("\0", "")
