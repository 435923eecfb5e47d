"""NITF 3, the news industry's XML: a document an article."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from corpus.article import Dated, SourceArticle
from corpus.dates import date_in_url, dated
from corpus.errors import NothingToRead, ReadingError, UnsupportedFormat
from corpus.readers.names import people
from corpus.readers.safe_xml import parse, words
from corpus.readers.source import Skipped, Source, canonical, identified
from corpus.readers.text import first_words

# Where a document says what, best first; an attribute, or the words of an element.
_TITLES = ("body/body.head/hedline/hl1", "head/title", "body/body.head/hedline/hl2")
_BYLINE = "body/body.head/byline"
_OUTLETS = (
    *("head/pubdata/@name", "body/body.head/distributor/org", "body/body.head/distributor"),
    *("head/docdata/doc.copyright/@holder", "body/body.head/rights/rights.owner"),
)
_SECTIONS = (
    *("head/pubdata/@position.section", "head/tobject/tobject.subject/@tobject.subject.type"),
    *("head/tobject/@tobject.type", "head/docdata/fixture/@fix-id"),
)
_PUBLISHED = (
    *("head/docdata/date.issue/@norm", "head/pubdata/@date.publication", "head/docdata/date.release/@norm"),
    *("body/body.head/dateline/story.date/@norm", "body/body.head/dateline/story.date"),
)
_UPDATED = ("head/revision-history/@norm",)
_IDS = ("head/docdata/doc-id/@id-string",)
_ADDRESSES = ("head/pubdata/@ex-ref",)
_STATUS = ("head/docdata/@management-status",)
_BLOCKS = frozenset({"p", "hl2", "li", "dt", "dd", "pre", "tr", "credit"})
_ASIDE = frozenset({"media", "table", "nitf-table", "ednote", "fn"})  # captions and notes are not the article's words
_UNUSABLE = {"canceled": "was cancelled by its sender", "embargoed": "is embargoed by its sender"}


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    root = _bare(parse(source.read(), mend=True))
    if root.tag != "nitf":
        raise UnsupportedFormat("The file is XML and not an NITF document.", hint="Save its article as HTML or text.")
    if status := _UNUSABLE.get(next(_said(root, _STATUS), "")):
        raise ReadingError(f"The document {status}.", hint="Ask its sender for one that is released.")
    content = root.find("body/body.content")
    text = "\n\n".join(_paragraphs(content)) or words(content)
    if not text:
        raise NothingToRead("The document holds no text.", hint="Ask its sender for the whole article.")
    stated = next(_said(root, _IDS), None)
    url = canonical(next((address for address in _said(root, _ADDRESSES) if "://" in address), source.url))
    id, identity = (stated, "given") if stated else identified(source, url)
    language = next((value for name, value in root.attrib.items() if name.endswith("lang")), None)
    yield SourceArticle(
        id=id,
        identity=identity,  # type: ignore[arg-type]
        title=next(_said(root, _TITLES), "") or first_words(text),
        text=text,
        origin=source.origin,
        file=source.file,
        url=url,
        outlet=next(_said(root, _OUTLETS), None),
        authors=_authors(root),
        section=next(_said(root, _SECTIONS), None),
        language=language,
        language_from="metadata" if language else None,
        published=_date(root, _PUBLISHED) or date_in_url(url),
        updated=_date(root, _UPDATED),
    )


def _bare(root: Any) -> Any:
    """The tree with its names as in the standard's own examples, which have no namespace."""
    for element in root.iter():
        if isinstance(element.tag, str):
            with suppress(ValueError):  # a name that is none, which damage has made
                element.tag = element.tag.rpartition("}")[2]
    return root


def _said(root: Any, places: tuple[str, ...]) -> Iterator[str]:
    for place in places:
        path, _, attribute = place.partition("/@")
        for element in root.iterfind(path):
            said = element.get(attribute, "").strip() if attribute else words(element)
            if said:
                yield said


def _date(root: Any, places: tuple[str, ...]) -> Dated | None:
    return next(filter(None, (dated(said, "metadata") for said in _said(root, places))), None)


def _authors(root: Any) -> tuple[str, ...]:
    """The persons in the byline, else its words without the function of who wrote it."""
    if persons := dict.fromkeys(_said(root, (f"{_BYLINE}/person",))):
        return tuple(persons)
    for byline in root.iterfind(_BYLINE):
        title = words(byline.find("byttl"))
        return people(words(byline).removesuffix(title).strip(" ,;"))
    return ()


def _paragraphs(element: Any) -> Iterator[str]:
    """The blocks of the content, in order; a block in a block (a list in a quotation) stands by itself."""
    for child in () if element is None else element:
        if child.tag in _ASIDE or not isinstance(child.tag, str):  # an entity, which nobody expands
            continue
        if child.tag in _BLOCKS or next(child.iter(*_BLOCKS), None) is None:
            if paragraph := words(child):
                yield paragraph
        else:
            yield from _paragraphs(child)
