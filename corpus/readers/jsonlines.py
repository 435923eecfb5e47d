"""JSON Lines: one article a line, streamed, so that a file may be larger than memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers import ninjs
from corpus.readers.fields import Numbering
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    empty = True
    numbering = Numbering(source)
    with source.open() as file:
        number = 0
        while line := file.readline(MAX_FILE_BYTES + 1):
            number += 1
            origin = f"{source.origin}:{number}"
            if len(line) > MAX_FILE_BYTES:
                empty = False
                _skip_rest_of_line(file, line)
                yield Skipped(
                    origin, f"The line is longer than {MAX_FILE_BYTES / 1e6:.0f} MB. Put one article on each line."
                )
            elif line.strip():
                empty = False
                yield _read_line(line, numbering, number)
    yield from numbering.unmatched()
    if empty:
        raise NothingToRead("The file is empty.", hint="Remove it, or export the articles into it again.")


def _skip_rest_of_line(file: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(MAX_FILE_BYTES)


def _read_line(line: bytes, numbering: Numbering, number: int) -> SourceArticle | Skipped:
    origin = f"{numbering.source.origin}:{number}"
    try:
        record = json.loads(line.decode("utf-8-sig"))
        if not isinstance(record, dict):
            raise ReadingError(
                "The line is JSON and not an object.", hint='Write {"title": …, "text": …} on each line.'
            )
        return numbering.article(ninjs.fields(record) if ninjs.is_item(record) else record, number)
    except UnicodeDecodeError:
        return Skipped(origin, "The line is not UTF-8. Save the file as UTF-8.")
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        return Skipped(origin, f"The line is not JSON ({error}). Write one JSON object on each line.")
    except ReadingError as error:
        return Skipped(origin, str(error))
