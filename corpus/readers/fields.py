"""From named fields (front matter, a JSON record, a row of a table) to an article.

One table says which names sources use for what; the user's own names (``mapping``, ours → theirs) come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from corpus.article import Dated, Identity, Provenance, SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.source import Source, article_id, canonical, identified
from corpus.readers.text import first_words

# Ours first, then what exports call it.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "url": ("url", "link"),
    "outlet": ("outlet", "source", "publisher"),
    "authors": ("authors", "author", "byline"),
    "section": ("section", "category"),
    "language": ("language", "lang"),
    "published": ("published", "date", "published_at"),
    "updated": ("updated", "modified", "updated_at"),
    "extent": ("extent",),
}


def from_fields(
    fields: Mapping[str, object],
    source: Source,
    *,
    origin: str | None = None,
    default: tuple[str, Identity] | None = None,
) -> SourceArticle:
    """Build an article from a record. ``default`` is its id if it states none; otherwise its source gives one.

    Raises:
        NothingToRead: the record has no text.
        ReadingError: a field has a value of the wrong kind.
    """
    record = _Record(fields, source.mapping)
    text = record.text("text")
    if not text or not text.strip():
        raise NothingToRead(
            "There is no text.",
            hint='Name the article\'s text "text", "body" or "content", or say what it is called: --map text=NAME.',
        )
    url = canonical(record.text("url") or source.url)
    given = record.text("id")
    id, identity = (given, "given") if given else default or identified(source, url)
    language = record.text("language")
    return SourceArticle(
        id=id,
        identity=identity,  # type: ignore[arg-type]
        title=record.text("title") or first_words(text),
        text=text,
        origin=origin or source.origin,
        file=source.file,
        url=url,
        outlet=record.text("outlet"),
        authors=record.names("authors"),
        section=record.text("section"),
        language=language,
        language_from=record.provenance("language") if language else None,
        published=record.date("published") or date_in_url(url) or date_in_dateline(text),
        updated=record.date("updated"),
        extent="summary" if record.text("extent") == "summary" else "full",
    )


@dataclass
class Numbering:
    """Ids for the records of one source that state none: the same wherever a record stands in its file.

    A record is known by its address, else by its headline or text; records that have this in common are numbered in
    their order, so that none overwrites another.
    """

    source: Source
    seen: Counter[str] = field(default_factory=Counter)

    def article(self, fields: Mapping[str, object], number: int) -> SourceArticle:
        """The article of the ``number``-th record (from 1).

        Raises:
            ReadingError: it is none, or its id stands in this source before.
        """
        article = from_fields(
            fields, self.source, origin=f"{self.source.origin}:{number}", default=self._default(fields)
        )
        self.seen[f"id {article.id}"] += 1
        if self.seen[f"id {article.id}"] > 1:
            raise ReadingError(f"The id {article.id} stands in this file before.", hint="Give each article its own.")
        return article

    def _default(self, fields: Mapping[str, object]) -> tuple[str, Identity]:
        record = _Record(fields, self.source.mapping)
        if record.value("id") is not None:
            return "", "given"
        url = record.value("url")
        known = canonical(url) if isinstance(url, str) else None
        words = known or str(record.value("title") or record.value("text"))
        self.seen[words] += 1
        number = f":{self.seen[words]}" if self.seen[words] > 1 else ""
        return (
            (article_id(f"{known}{number}"), "url")
            if known
            else (
                article_id(f"{self.source.place}:{words}{number}"),
                "path",
            )
        )


@dataclass(frozen=True)
class _Record:
    fields: Mapping[str, object]
    mapping: Mapping[str, str]

    def value(self, name: str) -> Any:
        """What the record has under one of the names of our field; None if nothing, or nothing but emptiness."""
        names = (self.mapping[name],) if name in self.mapping else NAMES[name]
        return next((self.fields[key] for key in names if self.fields.get(key) not in (None, "", [])), None)

    def text(self, name: str) -> str | None:
        value = self.value(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise ReadingError(f'The field "{name}" is a {type(value).__name__}, not text.', hint="Write it as a string.")

    def names(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        if isinstance(value, str):
            return (value,)
        return tuple(str(item) for item in value if item) if isinstance(value, list) else ()

    def provenance(self, name: str) -> Provenance:
        """As the record states it (Dossier's own exports do), else "given"."""
        stated = self.fields.get(f"{name}_from")
        return stated if stated in get_args(Provenance) else "given"  # type: ignore[return-value]

    def date(self, name: str) -> Dated | None:
        return dated(self.value(name), self.provenance(name))
