"""Pieces of HTML that stand inside other things (a feed's entry, a field of a record) as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_BLOCKS = ("p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "figcaption", "pre")
_CELLS = frozenset({"td", "th"})
_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "svg")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def without_markup(markup: str) -> str:
    """HTML as text, a blank line between blocks; what is no markup stays as it is, its white space made regular.

    Line ends part paragraphs only where no element does: in HTML they are white space.
    """
    from lxml import etree, html

    if not markup.strip():
        return ""
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.fragment_fromstring(markup.replace("\0", ""), create_parent="div", parser=parser)
    except (etree.LxmlError, ValueError):
        return " ".join(_CONTROL.sub("", markup).split())
    except AssertionError:  # lxml's word for a page without a body
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    text = _CONTROL.sub("", "".join(_pieces(root)))
    lines = (" ".join(line.split()) for line in re.split(r"\n+", text))
    return "\n\n".join(filter(None, lines))


def _pieces(root: Any) -> Iterator[str]:
    """The text with line ends around blocks, and nowhere else if there are blocks, but for those in ``<pre>``."""
    from lxml import etree

    marked = any(element is not root for element in root.iter(*_BLOCKS))
    kept = 0  # how many <pre> we are in
    for event, element in etree.iterwalk(root, events=("start", "end")):
        edge = "\n" if element.tag in _BLOCKS else " " if element.tag in _CELLS else ""
        kept += (element.tag == "pre") * (1 if event == "start" else -1)
        words = element.text if event == "start" else element.tail if element is not root else None
        words = words or ""
        yield edge + (words if kept or not marked else words.replace("\n", " "))
