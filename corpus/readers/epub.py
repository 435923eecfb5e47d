"""Books and magazines (.epub): each chapter with real text is an article, in the order of reading."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.entities import html5
from typing import Any
from urllib.parse import unquote

from corpus.article import SourceArticle
from corpus.dates import dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers import safe_xml
from corpus.readers.markup import without_markup
from corpus.readers.packages import opened, part
from corpus.readers.source import Skipped, Source, article_id, decode

_CONTAINER = "META-INF/container.xml"
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html"})
_LEAST = 200  # characters; a shorter chapter is a title page, a dedication, a picture
# What stands around the text, by the words with which books mark it (epub:type, the guide, names of files).
_AROUND = frozenset(
    """cover cover-page titlepage title-page halftitlepage copyright copyright-page copyrightpage copyright_page
    toc nav contents loi lot landmarks page-list index colophon imprint""".split()
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")  # known to HTML, unknown to XML
_HEADINGS = ("h1", "h2", "h3")


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    with opened(source) as package:
        at, root = _contents(package)
        book = _described(root, source)
        found = False
        for name in _spine(root, posixpath.dirname(at)):
            try:
                article = _chapter(decode(part(package, name)), name, book, source)
            except ReadingError as error:
                yield Skipped(f"{source.origin}/{name}", str(error))
                continue
            if article:
                found = True
                yield article
    if not found:
        raise NothingToRead("The book holds no text.", hint="If its pages are pictures, use OCR.")


def _contents(package: zipfile.ZipFile) -> tuple[str, Any]:
    """Where the package document is, and its root element.

    Raises:
        ReadingError: there is none, or the book is locked.
    """
    for rootfile in safe_xml.parse(part(package, _CONTAINER), mend=True).iter("{*}rootfile"):
        if path := rootfile.get("full-path"):
            break
    else:
        raise ReadingError("The book is damaged (it has no contents).", hint="Download it again.")
    # Fonts are often scrambled, which locks no text; rights.xml comes with copy protection.
    if {"META-INF/rights.xml", "META-INF/license.lcpl"} & set(package.namelist()):
        raise ReadingError("The book is locked by copy protection.", hint="Get a copy without it.")
    return path, safe_xml.parse(part(package, path), mend=True)


def _described(root: Any, source: Source) -> SourceArticle:
    """What all chapters have in common: an article that still lacks its text."""
    authors = (safe_xml.words(element) for element in root.iter("{http://purl.org/dc/elements/1.1/}creator"))
    return SourceArticle(
        id="",
        identity="path",
        title=_stated(root, "title") or "",
        text="",
        origin=source.origin,
        file=source.file,
        outlet=_stated(root, "publisher"),
        authors=tuple(filter(None, authors)),
        language=_stated(root, "language"),
        published=dated(_stated(root, "date"), "metadata"),
    )


def _stated(root: Any, name: str) -> str | None:
    """The first Dublin Core element of this name that says something."""
    elements = root.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}")
    return next(filter(None, map(safe_xml.words, elements)), None)


def _spine(root: Any, folder: str) -> Iterator[str]:
    """The names of the chapters, in order, each once, without what stands around them."""
    manifest = {item.get("id"): item for item in root.iter("{*}item")}
    around = {_name(folder, item.get("href")) for item in root.iter("{*}reference") if item.get("type") in _AROUND}
    seen: set[str] = set()
    for reference in root.iter("{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS:
            continue
        name = _name(folder, item.get("href"))
        plain = posixpath.splitext(posixpath.basename(name))[0].lower()
        if not (name in seen or name in around or plain in _AROUND or "nav" in (item.get("properties") or "").split()):
            seen.add(name)
            yield name


def _name(folder: str, href: str | None) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote((href or "").partition("#")[0])))


def _chapter(page: str, name: str, book: SourceArticle, source: Source) -> SourceArticle | None:
    """The article of a chapter; None if it is none."""
    page = _ENTITY.sub(lambda match: html5.get(match[1], match[0]), _DECLARATION.sub("", page))
    root = safe_xml.parse(page.encode("utf-8", "replace"), mend=True)
    body = next(root.iter("{*}body"), root)
    kinds = {kind for element in (body, *body) for kind in _type(element)}
    if kinds & _AROUND:
        return None
    heading = next(filter(None, (safe_xml.words(e) for tag in _HEADINGS for e in body.iter(f"{{*}}{tag}"))), "")
    text = _text(body, heading)
    if len(text) < _LEAST:
        return None
    return replace(
        book,
        id=article_id(f"{source.place}/{name}"),
        title=heading or book.title or name,
        text=text,
        origin=f"{source.origin}/{name}",
    )


def _type(element: Any) -> list[str]:
    return (element.get("{http://www.idpf.org/2007/ops}type") or "").split()


def _text(body: Any, heading: str) -> str:
    from lxml import etree

    text = without_markup(etree.tostring(body, encoding="unicode", method="html"))
    return text.removeprefix(heading).lstrip() if text.startswith(f"{heading}\n") else text
