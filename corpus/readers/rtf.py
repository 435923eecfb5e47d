"""Rich Text (.rtf), by striprtf; title, author and day of creation from the file's own description."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.article import SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.source import Skipped, Source, canonical, identified
from corpus.readers.text import first_words

_PICTURE = re.compile(r"[0-9a-fA-F\r\n]{256,}")  # written as digits: no words, and most of the bytes
_CODE_PAGE = re.compile(r"\\ansicpg(\d{1,5})\b")
_FIELD = r"\{(?:\\\*)?\\%s\b ?((?:[^{}\\]|\\[^\n]|\{[^{}]{0,200}\})*)\}"
_CREATED = re.compile(r"\{\\creatim((?:\\[a-z]+\d+)+)\s*\}")
_NUMBER = re.compile(r"\\([a-z]+)(\d+)")
_DESCRIPTION = 100_000  # characters at the beginning, where fonts, styles and the description stand


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    # What is no ASCII in here stands as a code (\'e9, \u233?); bytes that do not are in the Windows set.
    raw = source.read().decode("cp1252", "replace").lstrip("\ufeff\r\n\t ")
    if not raw.startswith("{\\rtf"):
        raise ReadingError(
            "The file is not Rich Text.", hint="Give it the ending of its true kind, or save it anew as RTF."
        )
    # With the space striprtf knows no link: it would write the address into the text, and seek each one for long.
    lines = _plain(_PICTURE.sub("", raw).replace("\\fldinst{", "\\fldinst {")).split("\n")
    text = "\n\n".join(filter(None, (" ".join(line.split()) for line in lines)))
    if not text:
        raise NothingToRead("The file holds no text.", hint="If the text is in a picture, type it or use OCR.")
    author = _described(raw, "author")
    url = canonical(source.url)
    id, identity = identified(source, url)
    yield SourceArticle(
        id=id,
        identity=identity,
        url=url,
        title=_described(raw, "title") or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        authors=(author,) if author else (),
        published=date_in_dateline(text) or date_in_url(url) or dated(_created(raw), "file"),
    )


def _plain(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        text = rtf_to_text(rtf, errors="replace")
    except (ValueError, OverflowError, LookupError, TypeError) as error:
        raise ReadingError(
            f"The file is damaged ({error}).", hint="Open it in its own program and save it anew."
        ) from error
    # RTF writes rare characters as two halves. Soft hyphens are no letters, and cells end in bars.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\xad", "")
    return re.sub(r" *\| *", " | ", re.sub(r"\|[ \t]*$", "", whole, flags=re.MULTILINE))


def _described(raw: str, field: str) -> str:
    match = re.search(_FIELD % field, raw[:_DESCRIPTION])
    if not match:
        return ""
    page = _CODE_PAGE.search(raw[:_DESCRIPTION])
    return " ".join(_plain(f"{{\\rtf1{page[0] if page else ''} {match[1]}}}").split())


def _created(raw: str) -> str | None:
    """``{\\creatim\\yr2024\\mo3\\dy15\\hr8\\min5}`` → ``2024-03-15T08:05``."""
    match = _CREATED.search(raw[:_DESCRIPTION])
    parts = {name: int(number) for name, number in _NUMBER.findall(match[1])} if match else {}
    if not {"yr", "mo", "dy"} <= parts.keys():
        return None
    day = f"{parts['yr']:04}-{parts['mo']:02}-{parts['dy']:02}"
    return f"{day}T{parts['hr']:02}:{parts.get('min', 0):02}" if "hr" in parts else day
