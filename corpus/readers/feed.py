"""RSS and Atom, by feedparser: one article per entry, from its full content if the feed carries it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from corpus.article import Dated, SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead, UnsupportedFormat
from corpus.language import normal
from corpus.readers.markup import without_markup
from corpus.readers.safe_xml import refuse_entities
from corpus.readers.source import Skipped, Source, article_id, broken_utf8, canonical
from corpus.readers.text import first_words

# Elements that are called like what feedparser makes of others take the place of that.
_BROKEN = (AttributeError, LookupError, TypeError, ValueError)


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    import feedparser

    # As a stream: given bytes, feedparser would take them for a path or an address and open it.
    data = source.read()
    refuse_entities(data)
    whole = broken_utf8(data)  # one byte that is none, and feedparser would take all for another encoding
    feed = feedparser.parse(io.BytesIO(whole.encode() if whole else data), sanitize_html=True)
    if not feed.version:
        raise UnsupportedFormat(
            "The file is XML and not an RSS or Atom feed.", hint="Save its articles as HTML or text."
        )
    if not feed.entries:
        raise NothingToRead("The feed has no entries.", hint="Download it again.")
    seen: Counter[str] = Counter()
    for number, entry in enumerate(feed.entries, 1):
        origin = f"{source.origin}:{number}"
        try:
            item = _article(entry, feed.feed, source, origin)
        except _BROKEN:
            item = Skipped(origin, "The entry is damaged. Save the page that it links to.")
        if isinstance(item, SourceArticle):
            seen[item.id] += 1
            if seen[item.id] > 1:  # some feeds give every entry the same link
                item = replace(item, id=f"{item.id}-{seen[item.id]}")
        yield item


def _article(entry: Any, feed: Any, source: Source, origin: str) -> SourceArticle | Skipped:
    contents = [content for content in entry.get("content", ()) if content.get("value")]
    best: Any = max(contents, key=lambda content: len(content.value), default={})
    text = without_markup(best.get("value") or entry.get("summary") or "")
    if not text:
        what = "is a recording or a picture" if entry.get("enclosures") else "holds no text"
        return Skipped(origin, f"The entry {what}. Save the page that it links to.")
    url = canonical(entry.get("link"))
    language = normal(best.get("language") or entry.get("language") or feed.get("language"))
    stated = _date(entry, "published")
    return SourceArticle(
        id=article_id(url or f"{source.place}:{entry.get('id') or entry.get('title') or text}"),
        identity="url" if url else "path",
        title=without_markup(entry.get("title") or "") or first_words(text),
        text=text,
        origin=origin,
        file=source.file,
        extent="full" if contents else "summary",
        url=url,
        outlet=without_markup(entry.get("source", {}).get("title") or feed.get("title", "")) or None,
        authors=tuple(author.name for author in entry.get("authors", ()) if author.get("name")),
        section=next(filter(None, (_label(tag) for tag in entry.get("tags", ()))), None),
        language=language,
        language_from="metadata" if language else None,
        published=stated or date_in_url(url),
        updated=_date(entry, "updated"),
    )


def _date(entry: Any, field: str) -> Dated | None:
    """As the feed wrote it, with its zone. Taken past feedparser's own ``get``, which offers one date for the other."""
    return dated(dict.get(entry, field), "metadata")


def _label(tag: Any) -> str:
    """A category's name for people; its term may be an address or a number."""
    words = " ".join((tag.get("label") or tag.get("term") or "").split())
    return "" if "://" in words or words.isdigit() else words
