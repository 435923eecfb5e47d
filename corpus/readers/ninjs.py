"""IPTC's ninjs 1 to 3, news items as agencies send them in JSON: from its names for things to ours.

Version 3 writes the same names with capitals (``versionCreated``), so they are compared without case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corpus.errors import NothingToRead, ReadingError
from corpus.readers.markup import without_markup
from corpus.readers.names import people

# What beside its "uri" tells an item: other records are not likely to call anything so.
_MARKS = frozenset({"versioncreated", "pubstatus", "bodies", "headlines", "body_text", "body_xhtml", "profile"})
_UNUSABLE = {
    "canceled": "was cancelled by its agency",
    "cancelled": "was cancelled by its agency",
    "withheld": "is withheld by its agency for now",
    "withhold": "is withheld by its agency for now",
}
# Ours, and where an item says it, best first. A version is made when it is sent, its content perhaps long before.
_PLACES = {
    "title": ("headline", "headlines", "title", "titles"),
    "outlet": ("infosources", "infosource", "provider", "source", "copyrightholder"),
    "section": ("section", "sections", "subject", "subjects", "genre", "genres"),
    "language": ("language",),
    "published": ("published", "firstcreated", "versioncreated", "contentcreated"),
    "updated": ("versioncreated",),
}
_BYLINES = ("bylines", "byline", "by")
_BODIES = ("body_text", "bodies", "body_xhtml", "body_html")
_SUMMARIES = ("description_text", "descriptions", "description_html")


def is_item(record: Mapping[str, Any]) -> bool:
    return "text" not in record and isinstance(record.get("uri"), str) and not _MARKS.isdisjoint(_lower(record))


def _lower(record: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in record.items()}


def fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """An item's fields by our names; its own stay, so that the user's names for them still count.

    Raises:
        ReadingError: the item is not to be used.
        NothingToRead: it has no text.
    """
    item = _lower(record)
    status = str(item.get("pubstatus", "")).lower()
    if status in _UNUSABLE:
        raise ReadingError(f'The item {_UNUSABLE[status]} (its "pubstatus" is {status}).', hint="Leave it out.")
    ours = {name: next(_all(item, places), None) for name, places in _PLACES.items()}
    text, summary = next(_all(item, _BODIES), None), next(_all(item, _SUMMARIES), None)
    kind = item.get("type", "text")
    if text is None and (summary is None or kind != "text"):
        what = "holds no text" if kind == "text" else f"is of the type {kind} and holds no text"
        raise NothingToRead(f"The item {what}.", hint="Add the items of the type text that go with it.")
    if ours["updated"] == ours["published"]:
        ours["updated"] = None
    return {
        **{name: value for name, value in record.items() if name not in ("id", "updated", "extent")},
        **ours,
        "id": record["uri"],
        "text": text or summary,
        "extent": "full" if text else "summary",
        "authors": [name for byline in _all(item, _BYLINES) for name in people(byline)],
        **dict.fromkeys(("published_from", "updated_from", "language_from"), "metadata"),
    }


def _all(item: Mapping[str, Any], places: tuple[str, ...]) -> Iterator[str]:
    """What an item says in the first of some places that says anything: each value in words, the main one first."""
    for place in places:
        value = item.get(place)
        values = sorted(value, key=_rank) if isinstance(value, list) else [value]
        said = [words for each in values if (words := _words(each, "html" in place))]
        if said:
            yield from said
            return


def _rank(item: Any) -> tuple[bool, bool]:
    """Of several headlines or bodies the main one comes first, and of its forms the one without markup."""
    if not isinstance(item, dict):
        return False, False
    role = str(item.get("role") or "main").rpartition(":")[2]
    return role not in ("main", "body"), _is_markup(item)


def _words(item: Any, markup: bool) -> str:
    if isinstance(item, dict):
        markup = _is_markup(item)
        item = item.get("value") or item.get("name") or item.get("literal")
    if not isinstance(item, str):
        return ""
    return without_markup(item) if markup else item.strip()


def _is_markup(item: Mapping[str, Any]) -> bool:
    return "html" in str(_lower(item).get("contenttype"))
