"""What a page says about its article: in JSON-LD, in meta tags, in marked elements, in this order.

Only statements count. A date that merely stands somewhere on the page, in a copyright line or above a comment, says
nothing about the article: libraries that look for any date at all (htmldate) were seen to take those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from corpus.article import Dated, Description
from corpus.dates import dated
from corpus.language import normal
from corpus.readers.linked_data import LinkedData
from corpus.readers.source import canonical

Meta = dict[str, list[str]]


def _has_class(*names: str) -> str:
    """The XPath condition for an element of one of some classes."""
    return " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in names)


# The names of meta tags, best first; compared without case.
_TITLES = ("og:title", "twitter:title", "dc.title")
_PUBLISHED = """article:published_time og:article:published_time og:published_time article:published datepublished
    parsely-pub-date sailthru.date cxenseparse:recs:publishtime bt:pubdate rnews:datepublished citation_publication_date
    publication_date publishdate publish-date publish_date pubdate originalpublicationdate article.published
    dcterms.issued dc.date.issued dcterms.created dc.date.created dcterms.date dc.date date""".split()
_UPDATED = """article:modified_time og:article:modified_time og:updated_time article:modified datemodified
    article:updated_time article.updated dcterms.modified dc.date.modified last-modified lastmod revised""".split()
_AUTHORS = "author article:author parsely-author sailthru.author dc.creator dcterms.creator citation_author".split()
_OUTLETS = ("application-name", "dc.publisher", "publisher")
_SECTIONS = ("article:section", "parsely-section", "sailthru.section", "section")
_LANGUAGES = ("content-language", "language", "dc.language", "dcterms.language", "og:locale")

_JSON_LD = "//script[contains(@type, 'ld+json')]"
_OWN = """[not(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::*[not(self::html or self::body)]
    [@itemprop='comment' or contains(@class, 'comment') or contains(@id, 'comment') or contains(@class, 'related')])]"""
_PUBLISHED_MARKS = (
    f"""//*[@itemprop='datePublished' or self::time[@pubdate or {_has_class("published", "entry-date")}]]{_OWN}"""
)
_UPDATED_MARKS = f"""//*[@itemprop='dateModified' or ((self::time or contains(@class, 'date'))
    and (contains(@class, 'updated') or contains(@class, 'modified')))]{_OWN}"""
_AUTHOR_MARKS = f"""//*[@itemprop='author' or @rel='author'
    or {_has_class("author", "author-name", "byline-name", "byline__name")}]{_OWN}"""
_DATE_SHOWN = f"""//*[self::time[@datetime] or ((contains(@class, 'date') or contains(@class, 'publi'))
    and string-length(normalize-space(.)) < 60)]
    [not(contains(@class, 'updat') or contains(@class, 'modif') or contains(@class, 'event'))]{_OWN}"""

_LONGEST_SECTION = 60  # characters; longer is a list of all the sections and tags that the article is in
_LONGEST_NAME = 100  # characters; longer is a sentence about the author
_NOBODY = frozenset({"admin", "administrator", "webmaster", "author", "editor", "staff"})
_MOST_AUTHORS = 30
_MOST_IN_BYLINE = 4
_BETWEEN_NAMES = re.compile(r"\s*(?:[;|&]|\band\b)\s*")
_BEFORE_OUTLET = re.compile(r"\s+[-–—|:·»•]+\s+(?=[^-–—|:·»•]+$)")


def describe(tree: Any, fetched: str | None) -> tuple[Description, str]:
    """The particulars of a parsed page, fetched from ``fetched``, and the article's text if JSON-LD has it, else "".

    The title is "" if the page states none.
    """
    meta = _meta(tree)
    url = _address(tree, meta, fetched)
    linked = LinkedData.read((script.text_content() for script in tree.xpath(_JSON_LD)), url)
    outlet = _outlet([*_all(meta, ["og:site_name"]), *linked.texts("publisher"), *_all(meta, _OUTLETS)])
    section = linked.text("articleSection") or _first(meta, _SECTIONS) or ""
    language = next(
        filter(
            None,
            map(normal, [linked.text("inLanguage"), tree.get("lang"), tree.get("xml:lang"), *_all(meta, _LANGUAGES)]),
        ),
        None,
    )
    particulars = Description(
        title=_without_outlet(linked.text("headline") or _first(meta, _TITLES) or _heading(tree), outlet),
        url=url or _own(linked.text("url"), fetched) or canonical(fetched),
        outlet=outlet,
        authors=_people(linked.texts("author")) or _people(_all(meta, _AUTHORS)) or _byline(tree),
        section=(section if len(section) <= _LONGEST_SECTION else section.split(",")[0][:_LONGEST_SECTION]) or None,
        language=language,
        language_from="metadata" if language else None,
        published=_date([*linked.texts("datePublished"), *_all(meta, _PUBLISHED), *_marked(tree, _PUBLISHED_MARKS)]),
        updated=_date([*linked.texts("dateModified"), *_all(meta, _UPDATED), *_marked(tree, _UPDATED_MARKS)]),
    )
    body = linked.article.get("articleBody")
    return particulars, body if isinstance(body, str) else ""


def _meta(tree: Any) -> Meta:
    meta: Meta = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := element.get(attribute)):
                meta.setdefault(name.strip().casefold(), []).append(content)
    return meta


def _all(meta: Meta, names: Iterable[str]) -> list[str]:
    return [content for name in names for content in meta.get(name, ())]


def _first(meta: Meta, names: Iterable[str]) -> str | None:
    return next(iter(_all(meta, names)), None)


def _marked(tree: Any, path: str) -> Iterator[str]:
    """What ``<time pubdate>``, ``itemprop="datePublished"`` and their like say, for machines if possible."""
    for element in tree.xpath(path):
        yield element.get("datetime") or element.get("content") or element.text_content()


def _date(statements: Iterable[str]) -> Dated | None:
    return next(filter(None, (dated(words, "metadata") for words in statements)), None)


def date_shown(tree: Any) -> Dated | None:
    """The date in elements that are called one and hold nothing else, if all of them on the page agree."""
    found = {day.calendar: day for words in _marked(tree, _DATE_SHOWN) if (day := dated(words, "text"))}
    return found.popitem()[1] if len(found) == 1 else None


def _byline(tree: Any) -> tuple[str, ...]:
    """The names in elements that are called the author's; many are a page's list of its writers."""
    names = _people(" ".join(words.split()) for words in _marked(tree, _AUTHOR_MARKS))
    return names if len(names) <= _MOST_IN_BYLINE else ()


def _outlet(names: list[str]) -> str | None:
    """The first that is a name; else the first that is at least a handle, such as ``usatoday`` or ``spokesman.com``."""
    names = [name for name in names if "://" not in name]
    proper = (name for name in names if " " in name or ("." not in name and name != name.lower()))
    return next(proper, None) or next(iter(names), None)


def _address(tree: Any, meta: Meta, fetched: str | None) -> str | None:
    """The page's canonical address, unless it is only its site's home page: many sites give that for every page."""
    links = tree.xpath(
        "//link[@href and contains(concat(' ', translate(@rel, 'CANOIL', 'canoil'), ' '), ' canonical ')]"
    )
    stated = [link.get("href") for link in links] + _all(meta, ("og:url",))
    return next(filter(None, (_own(address, fetched) for address in stated)), None)


def _own(address: str | None, fetched: str | None) -> str | None:
    try:
        whole = urljoin(fetched or "", (address or "").strip())
        parts = urlsplit(whole)
    except ValueError:  # an address that is none
        return None
    names_an_article = bool(parts.path.strip("/") or parts.query)
    return canonical(whole) if parts.scheme in ("http", "https") and parts.netloc and names_an_article else None


def _heading(tree: Any) -> str:
    """The only ``<h1>``, else the ``<title>``."""
    headings = tree.xpath("//h1")
    element = headings[0] if len(headings) == 1 else tree.find(".//title")
    return " ".join(element.text_content().split()) if element is not None else ""


def _without_outlet(title: str, outlet: str | None) -> str:
    """``Bridge opens - The Courier`` → ``Bridge opens``, if the outlet is the Courier."""
    match = _BEFORE_OUTLET.search(title)
    if match and outlet and _same_name(title[match.end() :], outlet):
        return title[: match.start()]
    return title


def _same_name(one: str, other: str) -> bool:
    return one.strip().casefold().removeprefix("the ") == other.strip().casefold().removeprefix("the ")


def _is_name(words: str) -> bool:
    return len(words) <= _LONGEST_NAME and "://" not in words and words.casefold() not in _NOBODY


def _people(statements: Iterable[str]) -> tuple[str, ...]:
    """Names of authors, each once. Commas part them only in ``A, B and C``: elsewhere a role may stand after one."""
    found: dict[str, None] = {}
    for statement in statements:
        words = re.sub(r"^by:?\s+", "", statement.strip(), flags=re.IGNORECASE)
        parts = [part for part in _BETWEEN_NAMES.split(words) if part]
        if len(parts) > 1:
            parts = [name for part in parts for name in re.split(r"\s*,\s*", part) if name]
        names = parts if all(" " in part for part in parts) else [words]
        found |= dict.fromkeys(name for name in names if name and _is_name(name))
    return tuple(found)[:_MOST_AUTHORS]
