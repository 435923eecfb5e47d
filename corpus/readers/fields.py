"""From named fields (front matter, a JSON record, a row of a table) to an article.

One table says which names sources use for what; the user's own names (``mapping``, ours → theirs) come first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan
from typing import Any, get_args

from corpus.article import Dated, Extent, Identity, Provenance, SourceArticle
from corpus.dates import date_in_dateline, date_in_url, dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.markup import without_markup
from corpus.readers.names import NAMES, SUMMARIES, folded, people
from corpus.readers.source import Skipped, Source, article_id, canonical, identified
from corpus.readers.text import first_words

# Where a thing that is written as an object keeps its words: {"name": …} for an outlet, {"rendered": …} for a title.
_LABELS = ("name", "rendered", "main", "original", "title", "value", "@value", "#text", "$oid")

_MOST_NAMES = 1000  # of fields that are kept to be listed
_LONGEST_LIST = 500  # characters

_BLOCK = re.compile(r"<(?:p|div|br|li|h[1-6]|article|section|blockquote|table|html|body)\b[^>]*>", re.IGNORECASE)
_MARKED = re.compile(r"</?[a-z][^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Whether a field holds a piece of a page: it begins with a tag, and has tags that part paragraphs."""
    return text.lstrip().startswith("<") and bool(_BLOCK.search(text))


def from_fields(
    fields: Mapping[str, object],
    source: Source,
    *,
    origin: str | None = None,
    default: tuple[str, Identity] | None = None,
    markup: bool = False,
) -> SourceArticle:
    """Build an article from a record. ``default`` is its id if it states none; otherwise its source gives one.

    With ``markup``, a text that is a piece of HTML becomes its words; without, it stays as written, unless its field's
    own name says that it is HTML.

    Raises:
        NothingToRead: the record has no text.
        ReadingError: a field has a value of the wrong kind.
    """
    record = _Record(fields, source.mapping)
    text, extent = record.body(markup)
    if not text.strip() and "text" in source.mapping:
        names = ", ".join(map(str, fields))[:_LONGEST_LIST]
        raise NothingToRead(f'There is no text under "{source.mapping["text"]}".', hint=f"The fields are {names}.")
    if not text.strip():
        raise NothingToRead(
            "There is no text.",
            hint='Name the article\'s text "text", "body" or "content", or say what it is called: --map text=NAME.',
        )
    url = canonical(record.text("url") or source.url)
    given = record.text("id")
    id, identity = (given, "given") if given else default or identified(source, url)
    title, language = record.text("title") or "", record.text("language")
    if markup and _MARKED.search(title):
        title = without_markup(title)
    return SourceArticle(
        id=id,
        identity=identity,  # type: ignore[arg-type]
        title=title or first_words(text),
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
        extent=extent,
    )


@dataclass
class Numbering:
    """Ids for the records of one source that state none: the same wherever a record stands in its file.

    A record is known by its address, else by its headline or text; records that have this in common are numbered in
    their order, so that none overwrites another.
    """

    source: Source
    markup: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=dict)  # of fields that records have, by their folded form

    def article(self, fields: Mapping[str, object], number: int) -> SourceArticle:
        """The article of the ``number``-th record (from 1).

        Raises:
            ReadingError: it is none, or its id stands in this source before.
        """
        if self.source.mapping and len(self._names) < _MOST_NAMES:
            self._names |= {folded(name): name for name in map(str, fields)}
        article = from_fields(
            fields,
            self.source,
            origin=f"{self.source.origin}:{number}",
            default=self._default(fields),
            markup=self.markup,
        )
        self.seen[f"id {article.id}"] += 1
        if self.seen[f"id {article.id}"] > 1:
            raise ReadingError(f"The id {article.id} stands in this file before.", hint="Give each article its own.")
        return article

    def unmatched(self) -> Iterator[Skipped]:
        """What to say, after the last record, of the user's names for fields that no record has."""
        for ours, theirs in self.source.mapping.items():
            if self._names and ours != "text" and folded(theirs) not in self._names:  # a missing text was told
                names = ", ".join(self._names.values())[:_LONGEST_LIST]
                yield Skipped(
                    self.source.origin,
                    f'No record has a field "{theirs}" to take for "{ours}". The fields are {names}.',
                )

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

    def found(self, name: str) -> Iterator[tuple[str, Any]]:
        """What the record has under the names of our field, likeliest first; emptiness is left out."""
        names = (self.mapping[name],) if name in self.mapping else NAMES[name]
        return self._under(names)

    def _under(self, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        exact = [name for name in names if name in self.fields]
        others = [self._alike[fold] for fold in map(folded, names) if fold in self._alike]
        for key in dict.fromkeys(exact + others):
            value = self.fields[key]
            if value not in (None, "", [], {}) and not (isinstance(value, float) and isnan(value)):
                yield key, value

    @cached_property
    def _alike(self) -> dict[str, str]:
        """The record's own names by their folded ones; of names that fold alike the first."""
        return {folded(str(key)): key for key in reversed(list(self.fields))}

    def value(self, name: str) -> Any:
        return next((value for _, value in self.found(name)), None)

    def text(self, name: str) -> str | None:
        value = self.value(name)
        return None if value is None else _words(value, name)

    def body(self, markup: bool) -> tuple[str, Extent]:
        """The text, and how much of the article it is."""
        extent: Extent = "summary" if self.text("extent") == "summary" else "full"
        key, value = next(self.found("text"), ("", None))
        if value is None and "text" not in self.mapping:
            key, value = next(self._under(SUMMARIES), ("", None))
            extent = "summary"
        text = "" if value is None else _words(value, "text", between="\n\n")
        if (markup or "html" in folded(key) or isinstance(value, dict)) and is_markup(text):
            text = without_markup(text)
        return text, extent

    def names(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        if isinstance(value, str):
            return people(value)
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            return ()
        return tuple(filter(None, (_label(item) if isinstance(item, dict) else str(item or "") for item in value)))

    def provenance(self, name: str) -> Provenance:
        """As the record states it (Dossier's own exports do), else "given"."""
        stated = self.fields.get(f"{name}_from")
        return stated if stated in get_args(Provenance) else "given"  # type: ignore[return-value]

    def date(self, name: str) -> Dated | None:
        """The first that can be read as one."""
        found = (dated(value, self.provenance(name)) for _, value in self.found(name))
        return next(filter(None, found), None)


def _words(value: Any, name: str, between: str = "") -> str:
    """A field in words: of a thing its label, of a list its first item, or all ``between`` each other.

    Raises:
        ReadingError: there are no words in it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict) and (label := _label(value)):
        return label
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return between.join(value) if between else str(value[0])
    what = {bool: "true or false", list: "a list", dict: "an object"}.get(type(value), "something else")
    raise ReadingError(f'The field "{name}" is {what}, not text.', hint="Write it as a string.")


def _label(thing: Mapping[str, Any]) -> str:
    return next((thing[key] for key in _LABELS if isinstance(thing.get(key), str) and thing[key]), "")
