"""The records of a JSON file that is too large to be held in memory: one after the other, as they are read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from corpus.errors import ReadingError
from corpus.readers.source import MAX_FILE_BYTES

_CHUNK = 1_000_000  # characters
_BETWEEN = re.compile(r"[\s,]*")


def records(file: TextIO, names: Iterable[str]) -> Iterator[Any]:
    """What stands in the list that the file is, or that it holds under one of the names, near its beginning.

    Raises:
        ReadingError: there is no such list, or it is broken from here on, or a record is larger than any article.
    """
    start = re.compile(rf'\s*(?:\[|\{{.*?"(?:{"|".join(map(re.escape, names))})"\s*:\s*\[(?=\s*\{{))', re.DOTALL)
    head = file.read(_CHUNK)
    match = start.match(head)
    if match is None:
        raise ReadingError(
            "The file is too large to be one record, and does not begin with a list of them.",
            hint="Write the articles as JSON Lines, one on each line.",
        )
    yield from _values(file, head[match.end() :])


def _values(file: TextIO, text: str) -> Iterator[Any]:
    decoder, place, wanted = json.JSONDecoder(), 0, _CHUNK
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr] # it matches nothing at all, too
        if text.startswith("]", place):
            return
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            rest, more = text[place:], file.read(wanted)
            if not more or isinstance(error, RecursionError):
                raise ReadingError("The file is no JSON from here on.", hint="Export it anew.") from error
            if len(rest) > MAX_FILE_BYTES:
                raise ReadingError(
                    f"A record is larger than {MAX_FILE_BYTES / 1e6:.0f} MB, or broken.", hint="Export it anew."
                ) from error
            text, place, wanted = rest + more, 0, 2 * wanted  # a record is looked at few times, however large
        else:
            wanted = _CHUNK
            yield value
