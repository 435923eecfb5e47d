"""Plain text: the first line is the headline if it stands alone and is short, else the first words serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from corpus.article import SourceArticle
from corpus.dates import date_in_dateline, date_in_url
from corpus.errors import NothingToRead
from corpus.readers.source import Skipped, Source, canonical, decode, identified

_LONGEST_HEADLINE = 160  # characters


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    text = decode(source.read()).strip()
    if not text:
        raise NothingToRead(
            "The file holds nothing but white space.", hint="Remove it, or save the article into it again."
        )
    headline = _headline(text)
    url = canonical(source.url)
    id, identity = identified(source, url)
    yield SourceArticle(
        id=id,
        identity=identity,
        url=url,
        title=headline or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        published=date_in_dateline(text[len(headline or "") :]) or date_in_url(url),
    )


def _headline(text: str) -> str | None:
    first, _, rest = text.partition("\n")
    first = first.strip()
    stands_alone = rest.startswith("\n") or not rest.strip()
    return first if stands_alone and rest.strip() and 0 < len(first) <= _LONGEST_HEADLINE else None


def first_words(text: str, limit: int = 80) -> str:
    """The beginning of a text, cut between words: a stand-in for a headline that is not there."""
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " …"


def title_from(path: PurePath) -> str:
    """A headline made from a file name: ``bridge-opens.txt`` → ``Bridge opens``."""
    words = path.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or path.name
