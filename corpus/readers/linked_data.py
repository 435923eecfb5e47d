"""JSON-LD: what a page says about its article in schema.org's words, in scripts that no reader sees.

Pages write it badly: comments around it, commas too many, raw line ends in strings, several things in lists and graphs
that point at each other. What can be understood is taken; what cannot is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Node = dict[str, Any]

_DEEPEST = 5  # lists and graphs in each other
_WRAPPING = re.compile(
    r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*;?\s*$"
)
_COMMA_TOO_MANY = re.compile(r",(?=\s*[}\]])")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report)$|^Report")
_SAYS_ARTICLE = re.compile(r'"@type"\s*:\s*\[?\s*"\w*(?:Article|Posting)"')
_PLAIN_FIELD = re.compile(
    r'"(?P<key>datePublished|dateModified|headline|articleSection|inLanguage|url)"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)"'
)


@dataclass(frozen=True)
class LinkedData:
    """The thing that a page is about, and the other things that it refers to.

    ``article`` is empty where a page has no JSON-LD that describes an article or a page.
    """

    article: Node = field(default_factory=dict)
    by_id: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def read(cls, scripts: Iterable[str], url: str | None = None) -> LinkedData:
        """From the contents of a page's ``application/ld+json`` scripts; ``url`` tells one article from several."""
        nodes = [node for script in scripts for node in _nodes(_parsed(script))]
        by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
        best = max(nodes, key=lambda node: _fitness(node, url), default={})  # the first of the best
        return cls(best if best and _fitness(best, url)[0] else {}, by_id)

    def text(self, key: str) -> str | None:
        """A field in words: of a thing its name, of a list its first."""
        return next(iter(self.texts(key)), None)

    def texts(self, key: str) -> tuple[str, ...]:
        """A field that may have several values, each in words."""
        return tuple(self._words(self.article.get(key)))

    def _words(self, value: Any, depth: int = 0) -> Iterator[str]:
        if isinstance(value, str):
            if words := " ".join(html.unescape(value).split()):
                yield words
        elif isinstance(value, list) and depth < _DEEPEST:
            for item in value:
                yield from self._words(item, depth + 1)
        elif isinstance(value, dict) and depth < _DEEPEST:
            known = self.by_id.get(str(value.get("@id")), {})
            for key in ("name", "@value", "alternateName"):
                if found := value.get(key) or known.get(key):
                    yield from self._words(found, depth + 1)
                    return


def _parsed(script: str) -> Any:
    script = _WRAPPING.sub("", script)
    for attempt in (script, _COMMA_TOO_MANY.sub("", script)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    if not _SAYS_ARTICLE.search(script):
        return None
    # Beyond repair: the first of each field that stands by itself.
    fields = {match["key"]: match["value"] for match in reversed(list(_PLAIN_FIELD.finditer(script)))}
    return {"@type": "Article", **fields}


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """The things at the top, in lists, in graphs, and those that a page says it is about."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(value.get(key), depth + 1)


def _fitness(node: Node, url: str | None) -> tuple[int, bool, bool]:
    """How likely a thing is what the page is about; the first number is 0 if it is neither an article nor a page."""
    types = node.get("@type")
    names = [
        name.rsplit("/", 1)[-1] for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)
    ]
    kind = 2 if any(map(_ARTICLE_TYPE.search, names)) else int(any(name.endswith("WebPage") for name in names))
    page = node.get("mainEntityOfPage")
    addresses = (node.get("url"), page, page.get("@id") if isinstance(page, dict) else None, node.get("@id"))
    return kind, bool(url) and url in addresses, bool(node.get("datePublished"))
