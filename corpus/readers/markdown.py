"""Markdown with YAML front matter. The text is stored as written, marks and all, so that offsets mean what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import yaml

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.fields import from_fields
from corpus.readers.names import folded
from corpus.readers.source import Skipped, Source, decode
from corpus.readers.text import title_from

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"\A#\s+(?P<title>[^\n]+?)\s*#*\s*(?:\n|\Z)")


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    raw = decode(source.read())
    match = _FRONT_MATTER.match(raw)
    fields = _parse(match["yaml"]) if match else {}
    body = raw[match.end() :].strip() if match else raw.strip()
    heading = _HEADING.match(body)
    if heading:
        body = body[heading.end() :].strip()
        fields = {"title": heading["title"], **fields}
    if not body:
        raise NothingToRead("The file has front matter and no article.", hint="Write the article below the second ---.")
    if not fields.get("title") and not fields.get("headline"):
        fields["title"] = title_from(source.path)
    # The user's names for fields are those of other files, where this one has none of them; its text has no name.
    known = set(map(folded, fields))
    meant = {ours: theirs for ours, theirs in source.mapping.items() if ours != "text" and folded(theirs) in known}
    yield from_fields({**fields, "text": body}, replace(source, mapping=meant))


def _parse(block: str) -> dict[str, object]:
    try:
        fields = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2024-02-30 looks like a date
        raise ReadingError(
            f"The front matter is not YAML ({str(error).splitlines()[0]}).",
            hint="Mend the block between the --- lines.",
        ) from error
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise ReadingError(
            "The front matter is not a list of key: value lines.", hint="Mend the block between the --- lines."
        )
    return {str(key).lower(): value for key, value in fields.items()}
