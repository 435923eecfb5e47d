"""What sources call their fields, and how they write the names of people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from corpus.errors import ReadingError

# Ours first, then what exports call it, likeliest first; compared as written, then without case and punctuation, so
# that one spelling stands for "Publication Date", "publicationDate" and "publication_date". The time at which a record
# was stored ("created_at", "timestamp") is no date of publication, and not among them.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id", "doc_id", "document_id", "guid", "uuid"),
    "title": ("title", "headline", "article_title", "news_title", "web_title", "heading", "hed"),
    "text": (
        *("text", "body", "content", "article_text", "full_text", "main_text", "content_text", "body_text"),
        *("plain_text", "article_body", "article_content", "text_content", "raw_text", "story", "article"),
        *("content_html", "body_html", "body_xhtml", "html", "page_content"),
    ),
    "url": ("url", "link", "web_url", "article_url", "source_url", "canonical_url", "page_url", "permalink", "href"),
    "outlet": (
        *("outlet", "source", "publisher", "source_name", "publication", "publication_name", "newspaper", "media"),
        *("media_name", "media_outlet", "news_source", "site_name", "provider"),
    ),
    "authors": ("authors", "author", "byline", "author_name", "authors_name", "writer", "writers", "creator", "by"),
    "section": ("section", "category", "section_name", "article_section", "news_desk", "desk", "rubric"),
    "language": ("language", "lang", "in_language", "language_code"),
    "published": (
        *("published", "date", "published_at", "date_published", "publication_date", "publish_date", "pub_date"),
        *("published_date", "published_on", "published_time", "date_publish", "web_publication_date"),
        *("first_published", "first_created", "issued", "news_date", "article_date", "release_date"),
    ),
    "updated": ("updated", "modified", "updated_at", "date_modified", "last_modified", "modified_at", "updated_on"),
    "extent": ("extent",),
}
# What stands for the text where a record has none, and carries only the beginning of the article.
# Where a text is only summed up.
SUMMARIES = ("summary", "description", "abstract", "excerpt", "snippet", "lead_paragraph")
_PARTICLES = frozenset("al ap bin da de del den der di dos du el la le ter van von y".split())


def mapping_of(text: str) -> dict[str, str]:
    """``title=headline,text=body_html``: our names for fields, and what a source calls them.

    Raises:
        ReadingError: it is written in another way, or names a field that there is not, or one twice.
    """
    mapping: dict[str, str] = {}
    for pair in text.split(","):
        ours, _, theirs = (part.strip() for part in pair.partition("="))
        if not ours or not theirs:
            raise ReadingError(
                f'"{pair.strip()}" does not say which field is meant.',
                hint="Write our name, =, and the name in the source: --map title=headline,text=body_html.",
            )
        if ours not in NAMES:
            turned = f"Turn it round: {theirs}={ours}." if theirs in NAMES else f"The fields are {', '.join(NAMES)}."
            raise ReadingError(f'There is no field "{ours}".', hint=turned)
        if ours in mapping:
            raise ReadingError(
                f'The field "{ours}" is mapped to {mapping[ours]} and to {theirs}.', hint="Give each field one name."
            )
        mapping[ours] = theirs
    return mapping


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A field's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name).casefold()


def has_text(names: Iterable[str], mapping: Mapping[str, str], *, whole: bool = False) -> bool:
    """Whether one of the names is one that we would look for the text under; ``whole``: no mere summary of it."""
    ours = (mapping["text"],) if "text" in mapping else NAMES["text"] + (() if whole else SUMMARIES)
    return not {folded(name) for name in names}.isdisjoint(map(folded, ours))


def people(words: str) -> tuple[str, ...]:
    """The names in a byline. Commas part them only in ``A, B and C``: elsewhere a role or a first name follows one.

    >>> people("By Ann Quist, Bo Lind and Cy Marr"), people("Quist, Ann"), people("['Ann Quist', 'Bo Lind']")
    (('Ann Quist', 'Bo Lind', 'Cy Marr'), ('Quist, Ann',), ('Ann Quist', 'Bo Lind'))
    """
    words = " ".join(words.split())
    if words.startswith("[") and words.endswith("]"):  # how tables write a list
        try:
            listed = ast.literal_eval(words)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            listed = words[1:-1].split(",")
        return tuple(name.strip() for name in listed if isinstance(name, str) and name.strip())
    words = re.sub(r"^by:?\s+(?=\S)", "", words, flags=re.IGNORECASE)
    names = [name.strip() for name in re.split(r"[;|]", words)]
    if len(names) == 1:
        names = _joined_by_and(words)
    return tuple(filter(None, names))


def _joined_by_and(words: str) -> list[str]:
    parts = re.split(r",?\s+(?:and|&|und|et)\s+", words)
    if len(parts) == 1:
        return [words]
    pieces = [piece.strip() for part in parts for piece in part.split(",")]
    for names in (pieces, parts):
        if all(map(_is_person, names)):
            return names
    return [words]  # "Department of Trade and Industry", "Smith and Wesson"


def _is_person(name: str) -> bool:
    """Whether it looks like a first and a last name, in either order: words in capitals, but for particles."""
    words = name.replace(",", "").split()
    return 2 <= len(words) <= 5 and all(word[0].isupper() or word in _PARTICLES for word in words)
