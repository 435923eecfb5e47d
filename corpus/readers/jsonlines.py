"""JSON Lines: one article a line, streamed, so that a file may be larger than memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.fields import from_fields
from corpus.readers.source import MAX_FILE_BYTES, Skipped, article_id


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    empty = True
    seen: Counter[str] = Counter()
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_FILE_BYTES + 1):
            number += 1
            origin = f"{path}:{number}"
            if len(line) > MAX_FILE_BYTES:
                empty = False
                _skip_rest_of_line(file, line)
                yield Skipped(
                    origin, f"The line is longer than {MAX_FILE_BYTES / 1e6:.0f} MB. Put one article on each line."
                )
            elif line.strip():
                empty = False
                yield _read_line(line, path, origin, seen)
    if empty:
        raise NothingToRead("The file is empty.", hint="Remove it, or export the articles into it again.")


def _skip_rest_of_line(file: object, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(MAX_FILE_BYTES)  # type: ignore[attr-defined]


def _read_line(line: bytes, path: Path, origin: str, seen: Counter[str]) -> SourceArticle | Skipped:
    try:
        record = json.loads(line.decode("utf-8-sig"))
        if not isinstance(record, dict):
            raise ReadingError(
                "The line is JSON and not an object.", hint='Write {"title": …, "text": …} on each line.'
            )
        article = from_fields(record, origin=origin, default_id=_default_id(record, path, seen))
        seen[f"id {article.id}"] += 1
        if seen[f"id {article.id}"] > 1:
            raise ReadingError(f"The id {article.id} stands in this file before.", hint="Give each article its own.")
        return article
    except UnicodeDecodeError:
        return Skipped(origin, "The line is not UTF-8. Save the file as UTF-8.")
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        return Skipped(origin, f"The line is not JSON ({error}). Write one JSON object on each line.")
    except ReadingError as error:
        return Skipped(origin, str(error))


def _default_id(record: dict[str, object], path: Path, seen: Counter[str]) -> str:
    """An id for a record that states none, the same wherever the record stands in the file.

    Known by its address, its headline or its text; records that have this in common are numbered in their order, so
    that none overwrites another.
    """
    identity = str(record.get("url") or record.get("title") or record.get("text"))
    if not record.get("id"):
        seen[identity] += 1
    number = f":{seen[identity]}" if seen[identity] > 1 else ""
    return article_id(f"{path.resolve()}:{identity}{number}")
