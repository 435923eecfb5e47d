"""Pieces of HTML that stand inside other things (a feed's entry, a field of a record) as text."""

from __future__ import annotations

import re

_BLOCKS = ("p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "figcaption", "pre")
_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "svg")


def without_markup(markup: str) -> str:
    """HTML as text, a blank line between blocks; what is no markup stays as it is, its white space made regular."""
    from lxml import etree, html

    if not markup.strip():
        return ""
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.fragment_fromstring(markup.replace("\0", ""), create_parent="div", parser=parser)
    except (etree.LxmlError, ValueError):
        return " ".join(markup.split())
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in re.split(r"\n+", root.text_content()))
    return "\n\n".join(filter(None, lines))
