"""From named fields (front matter, a JSON record) to an article: one table of the names that sources use."""

from __future__ import annotations

from collections.abc import Mapping

from corpus.article import SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.text import first_words

# Ours first, then what exports call it.
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "url": ("url", "link"),
    "outlet": ("outlet", "source", "publisher"),
    "authors": ("authors", "author", "byline"),
    "language": ("language", "lang"),
    "published": ("published", "date", "published_at"),
    "updated": ("updated", "modified", "updated_at"),
}


def from_fields(fields: Mapping[str, object], *, origin: str, default_id: str) -> SourceArticle:
    """Build an article from a record.

    Raises:
        NothingToRead: the record has no text.
        ReadingError: a field has a value of the wrong kind.
    """
    text = _text(fields, "text")
    if not text or not text.strip():
        raise NothingToRead("There is no text.", hint='Name the article\'s text "text", "body" or "content".')
    url = _text(fields, "url")
    return SourceArticle(
        id=_text(fields, "id") or default_id,
        title=_text(fields, "title") or first_words(text),
        text=text,
        origin=origin,
        url=url,
        outlet=_text(fields, "outlet"),
        authors=_authors(_value(fields, "authors")),
        language=_text(fields, "language"),
        published=dated(_value(fields, "published"), "given") or date_in_url(url),
        updated=dated(_value(fields, "updated"), "given"),
    )


def _value(fields: Mapping[str, object], name: str) -> object:
    return next((fields[key] for key in _NAMES[name] if fields.get(key) not in (None, "")), None)


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = _value(fields, name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ReadingError(f'The field "{name}" is a {type(value).__name__}, not text.', hint="Write it as a string.")


def _authors(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(str(item) for item in value if item)
    return ()
