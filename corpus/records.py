"""Articles as JSON Lines records: what an export writes, and `dossier add` reads back identically."""

from __future__ import annotations

from typing import Any

from corpus.article import Article


def record(article: Article) -> dict[str, Any]:
    """All that was known of the article when it was read; what is unknown is left out.

    What belongs to one home (when it was stored, from which file) is not part of it.
    """
    values: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "outlet": article.outlet,
        "authors": list(article.authors) or None,
        "section": article.section,
        "language": article.language,
        "language_from": article.language_from,
        "published": article.published and article.published.value,
        "published_from": article.published and article.published.provenance,
        "updated": article.updated and article.updated.value,
        "updated_from": article.updated and article.updated.provenance,
        "extent": article.extent if article.extent != "full" else None,
    }
    return {name: value for name, value in values.items() if value is not None}
