"""JSON files: records in a list, an answer of a service that holds such a list, a feed, a news item, one record."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers import json_stream, jsonlines, ninjs
from corpus.readers.fields import Numbering
from corpus.readers.names import has_text
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source, decode

# Where services put their lists of records, and what they wrap around a record; one may stand in the other.
_LISTS = (
    *("articles", "items", "results", "data", "docs", "documents", "records", "entries", "posts", "stories", "news"),
    *("hits", "rows", "response", "value", "values", "content"),
)
_WRAPPERS = ("_source", "fields", "attributes")
_DEEPEST = 4


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    if _is_lines(source):  # many exports of JSON Lines are called .json
        yield from jsonlines.read(source)
        return
    numbering, found, number = Numbering(source, markup=True), False, 0
    try:
        for number, record in enumerate(_all(source), 1):
            found = True
            try:
                yield numbering.article(_fields(record), number)
            except ReadingError as error:
                yield Skipped(f"{source.origin}:{number}", str(error))
    except ReadingError as error:
        if not found:
            raise
        yield Skipped(f"{source.origin}:{number + 1}", str(error))  # what came before was read
    yield from numbering.unmatched()
    if not found:
        raise NothingToRead("The file holds no records.", hint="Write a list of them: [{…}, {…}].")


def _all(source: Source) -> Iterator[Any]:
    """The records; those of a file that is larger than any article come as they are read."""
    with source.open() as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if not data.strip():
        raise NothingToRead("The file is empty.", hint="Remove it, or export the articles into it again.")
    if len(data) > MAX_FILE_BYTES:
        del data
        try:
            with io.TextIOWrapper(source.open(), "utf-8-sig") as text:
                yield from json_stream.records(text, _LISTS)
        except UnicodeDecodeError as error:
            raise ReadingError("The file is not UTF-8.", hint="Save it as UTF-8.") from error
        return
    try:
        value = json.loads(decode(data))
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        raise ReadingError(f"The file is not JSON ({error}).", hint="Export it anew.") from error
    yield from _records(value, source.mapping)


def _is_lines(source: Source) -> bool:
    with source.open() as file:
        try:
            first = json.loads(file.readline(MAX_FILE_BYTES).decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return False
        return isinstance(first, dict) and bool(file.read(100).strip())


def _records(value: Any, mapping: Mapping[str, str], depth: int = 0) -> list[Any]:
    """The records in a file, or in a part of it; none if it holds none."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise ReadingError("The file is JSON and holds no records.", hint="Write a list of them: [{…}, {…}].")
    if str(value.get("version", "")).startswith("https://jsonfeed.org/"):
        items = value.get("items")
        return [_entry(item, value) for item in items] if isinstance(items, list) else []
    spoken = [name for name, content in value.items() if isinstance(content, str)]
    if has_text(spoken, mapping, whole=True) or ninjs.is_item(value):
        return [value]
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, list) and all(isinstance(item, dict) for item in inner):
            return inner
        if isinstance(inner, dict) and depth < _DEEPEST and (found := _records(inner, mapping, depth + 1)):
            return found
    return [value] if depth == 0 or has_text(spoken, mapping) else []


def _entry(item: Any, feed: Mapping[str, Any]) -> Any:
    """An entry of a JSON Feed, with what the feed says of all. An id that is an address is the entry's own address."""
    if not isinstance(item, dict):
        return item
    known = {
        "outlet": feed.get("title"),
        "language": feed.get("language"),
        "authors": feed.get("authors") or feed.get("author"),
    }
    if isinstance(item.get("author"), dict):  # as in version 1.0
        known["authors"] = item["author"]
    entry = {**known, **item, "published_from": "metadata", "updated_from": "metadata"}
    if str(entry.get("id", "")).startswith(("http://", "https://")):
        address = entry.pop("id")
        entry.setdefault("url", address)
    return entry


def _fields(record: Any) -> dict[str, Any]:
    """A record's fields, also those that a service wraps up in it."""
    if not isinstance(record, dict):
        raise ReadingError("The record is not an object.", hint="Write {…} for each.")
    if ninjs.is_item(record):
        return ninjs.fields(record)
    wrapped = [record[name] for name in _WRAPPERS if isinstance(record.get(name), dict)]
    return {name: value for fields in (*wrapped, record) for name, value in fields.items()}
