"""HTML pages: the article without menus, banners and share buttons, by trafilatura; its particulars from the page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from corpus.article import Dated, Description, SourceArticle
from corpus.dates import date_in_dateline, date_in_url
from corpus.errors import NothingToRead
from corpus.readers.markup import without_markup
from corpus.readers.page import date_shown, describe
from corpus.readers.source import Skipped, Source, decode, identified
from corpus.readers.text import title_from

_SENTENCE_WORDS = 5  # a page whose every line is shorter is a menu or a banner
# What white space parts, or two characters of the scripts that have none: Thai, Lao, Burmese, Khmer, kana, Han.
_UNPARTED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNPARTED}]{{2}}|[^\s{_UNPARTED}]+")
_SHORT = 250  # characters; a shorter article is looked for again, less strictly
_MOST_ELEMENTS = 20_000  # a long article has 5,000; beyond this the careful search would take more than some seconds
# Lines that lead away from the article: alone, or before a colon and a headline.
_SIGNPOSTS = (
    *(r"(?:read|see|watch|listen) (?:more|also)", "also read", r"related(?: \w+)?", "recommended", "advertisement"),
    *(
        "don['’]t miss",
        r"more (?:on this|from \w+)",
        "filed under",
        "tags?",
        "topics",
        "categories",
        r"share this(?: \w+)?",
    ),
    *("lesen sie auch", "mehr zum thema", "anzeige", "(?:à )?lire aussi", "lea también", "leggi anche", "lees ook"),
    *("leia (?:também|mais)", "čtěte také"),
)
_FURNITURE = re.compile(rf"[>»•*-]*\s*(?:{'|'.join(_SIGNPOSTS)})\s*(?:$|:(?=.{{0,150}}$))", re.IGNORECASE)
# What stands below an article's last words.
_CLOSING = re.compile(
    r"(?:copyright\b|©|\(c\) \d|all rights reserved|follow (?:us\b|@|.{1,60} on (?:facebook|twitter|x|instagram)\b)"
    r"|sign up (?:for|to) (?:our|the)\b|subscribe to (?:our|the)\b|share (?:on|this)\b).{0,200}$",
    re.IGNORECASE,
)
# A line that goes on in lower case was broken by the page's source, not by its writer.
_BROKEN_LINE = re.compile(r"(?<=[\w,;–—-])\n\n(?=[a-zà-öø-ÿ])")
_DEEPEST = 2048  # elements in elements that the parser keeps
_BOX = re.compile(r"</?(?:div|span|section|center|font|b|i|em|strong|table|tbody|tr|td)\b[^>]*>", re.IGNORECASE)
_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([a-z0-9_-]+)""", re.IGNORECASE
)


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    data = source.read()
    if data.count(b"\0") < max(4, len(data) / 1000):  # stray ones say nothing; browsers pass over them too
        data = data.replace(b"\0", b"")
    charset = _CHARSET.search(data[:4096])
    page = decode(data, declared=charset[1].decode("ascii") if charset else None)
    tree = _parsed(page)
    about, stated = describe(tree, source.url)
    text = _article_text(tree, stated, about.title)
    if not _has_a_sentence(text) and page.count("<") > _DEEPEST:  # it may lie below what the parser keeps
        tree = _parsed(_BOX.sub("\n", page))
        text = _article_text(tree, stated, about.title)
    if not _has_a_sentence(text):
        raise NothingToRead(
            "No article text was found on the page.",
            hint="Save the page after it has loaded, or paste its text into a .txt file.",
        )
    id, identity = identified(source, about.url)
    yield SourceArticle(
        id=id,
        identity=identity,
        title=about.title or title_from(source.path),
        text=text,
        origin=source.origin,
        file=source.file,
        url=about.url,
        outlet=about.outlet,
        authors=about.authors,
        section=about.section,
        language=about.language,
        language_from=about.language_from,
        published=about.published or _told_elsewhere(tree, about, text),
        updated=about.updated,
    )


def _has_a_sentence(text: str) -> bool:
    return any(len(_WORD.findall(line)) >= _SENTENCE_WORDS for line in text.split("\n"))


def _told_elsewhere(tree: Any, about: Description, text: str) -> Dated | None:
    """The date of a page that does not state it: a day in its address, one that is shown, a month in its address."""
    in_url = date_in_url(about.url)
    if in_url and in_url.precision == "day":
        return in_url
    at_top = date_in_dateline(text)
    if at_top and about.updated and at_top.calendar == about.updated.calendar:
        at_top = None  # it is the day of the update that is shown there
    return date_shown(tree) or at_top or in_url


def _parsed(page: str) -> Any:
    """The page as a tree. Elements deeper than 2,048 are dropped by the parser, so that nobody runs out of stack.

    Raises:
        NothingToRead: there is no element in it.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise NothingToRead("No article text was found on the page.", hint="Save it after it has loaded.") from error


def _article_text(tree: Any, stated: str, title: str) -> str:
    """The article in paragraphs; ``stated`` (from JSON-LD) serves where the page shows less than half of it."""
    text = _paragraphs(_body(tree), {title, *(" ".join(h1.text_content().split()) for h1 in tree.iter("h1"))})
    if len(text) < len(stated) / 2:
        return _paragraphs(without_markup(stated), {title})
    return text


def _body(tree: Any) -> str:
    """Less rather than more, since a menu that is cited as the article's words does harm; but not next to nothing."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its warnings are about the page's grammar
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return str(trafilatura.baseline(tree)[1])
    strict = trafilatura.bare_extraction(tree, include_comments=False, favor_precision=True)
    if strict and len(strict.text) >= _SHORT:
        return str(strict.text)
    loose = trafilatura.bare_extraction(tree, include_comments=False)
    return max((str(found.text) for found in (strict, loose) if found), key=len, default="")


def _paragraphs(text: str, headlines: set[str]) -> str:
    """The paragraphs apart by blank lines, as in other articles, without the headline, which is stored by itself."""
    known = {headline.casefold() for headline in headlines}
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line and not _FURNITURE.match(line)]
    while lines and lines[0].casefold() in known:
        del lines[0]
    while lines and _CLOSING.match(lines[-1]):
        del lines[-1]
    return _BROKEN_LINE.sub(" ", "\n\n".join(lines))
