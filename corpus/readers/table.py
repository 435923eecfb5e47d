"""Tables (CSV, TSV): an article a row, streamed. The first row names the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TextIO

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.fields import Numbering
from corpus.readers.names import has_text
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source, decode

_SEPARATORS = ",;\t|"
_NOTHING = frozenset({"", "nan", "null", "none", "n/a", "#n/a", "<na>"})  # what programs write for an empty cell
_SAMPLE = 100_000  # characters


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    with _text(source) as text:
        csv.field_size_limit(MAX_FILE_BYTES)
        try:
            yield from _articles(text, source)
        except UnicodeDecodeError as error:
            raise ReadingError("The table is not UTF-8.", hint="Save it as UTF-8 (CSV UTF-8 in Excel).") from error


def _text(source: Source) -> TextIO:
    """In the encoding that it is in, which only a file that fits in memory can tell; a larger one has to be UTF-8."""
    with source.open() as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) <= MAX_FILE_BYTES:
        return io.StringIO(decode(data), newline="")
    return io.TextIOWrapper(source.open(), "utf-8-sig", newline="")


class _Lines(Iterator[str]):
    """The lines of a table; ``ended`` once there was none left to give.

    A row is complete without that, so one that asks for another line at the end has a quotation mark left open.
    """

    def __init__(self, text: TextIO) -> None:
        self._text, self.ended = text, False

    def __next__(self) -> str:
        line = self._text.readline(MAX_FILE_BYTES)
        if not line:
            self.ended = True
            raise StopIteration
        return line


def _articles(text: TextIO, source: Source) -> Iterator[SourceArticle | Skipped]:
    sample = text.read(_SAMPLE)
    text.seek(0)
    if sample.lower().startswith("sep="):  # a line for Excel alone
        sample = sample[len(text.readline()) :]
    lines = _Lines(text)
    rows = csv.reader(lines, _dialect(sample, source.ending))
    header = _header(next((row for row in rows if any(map(str.strip, row))), []), source)
    numbering = Numbering(source, markup=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
            if not any(map(str.strip, row)):
                number -= 1
                continue
            yield numbering.article(_fields(header, row, lines.ended), number)
        except StopIteration:
            break
        except (ReadingError, csv.Error) as error:
            remedy = (
                "" if isinstance(error, ReadingError) else ". Put quotation marks around the cell, and two for one."
            )
            yield Skipped(f"{source.origin}:{number}", f"{error}{remedy}")
    yield from numbering.unmatched()
    if number == 1:
        raise NothingToRead("The table has a header and no rows.", hint="Export the articles into it again.")


def _dialect(sample: str, ending: str) -> type[csv.Dialect]:
    """Told from the header, whose names hold no commas: in articles there are more commas than between them."""
    header = sample.lstrip().split("\n", 1)[0]

    class Dialect(csv.excel):
        delimiter = "\t" if ending == ".tsv" else max(_SEPARATORS, key=header.count)
        if '\\"' in sample and '""' not in sample:
            doublequote, escapechar = False, "\\"

    return Dialect


def _header(row: list[str], source: Source) -> list[str]:
    names = [name.strip() or f"column {number}" for number, name in enumerate(row, 1)]
    if not names:
        raise NothingToRead("The table is empty.", hint="Remove it, or export the articles into it again.")
    if has_text(names, source.mapping):
        return names
    columns = ", ".join(names)[:500]
    if "text" in source.mapping:
        raise ReadingError(f'There is no column "{source.mapping["text"]}".', hint=f"The columns are {columns}.")
    raise ReadingError(
        f"None of the columns ({columns}) is called like the text of an article.",
        hint="The first row has to name the columns; say which is the text: --map text=COLUMN.",
    )


def _fields(header: list[str], row: list[str], cut: bool) -> dict[str, str]:
    if cut:
        raise ReadingError(
            "The row opens a quotation mark that is never closed, so that all after it was left out.",
            hint="Close it, or write it twice.",
        )
    if any(map(str.strip, row[len(header) :])):
        raise ReadingError(
            f"The row has {len(row)} cells, and the header {len(header)}.",
            hint="Put quotation marks around a cell that holds the separator.",
        )
    cells = reversed(list(zip(header, map(str.strip, row), strict=False)))  # of columns with one name, the first
    return {name: cell for name, cell in cells if cell.casefold() not in _NOTHING}
