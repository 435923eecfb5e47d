"""The sample collection as a question set: ``python -m evals.samples`` writes it anew from the sample files.

``articles.jsonl`` holds the sample articles as the readers read them, under the names that the cases use; the spans in
``cases.jsonl`` are found from the quotes that stand beside them. A test keeps both in step with the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus import readers
from corpus.article import SourceArticle

ARTICLES = Path(__file__).parent.parent / "corpus" / "samples" / "articles"
SET = Path(__file__).parent / "datasets" / "samples"


def articles() -> Iterator[dict[str, Any]]:
    """One record per sample article that has a reader. A record of a JSON Lines file keeps its own id."""
    for file in readers.find(ARTICLES):
        for article in readers.read(file):
            if isinstance(article, SourceArticle):
                yield _record(article, _name(article, file))


def cases() -> Iterator[dict[str, Any]]:
    """The cases with every span taken from its quote.

    Raises:
        ValueError: a quote is not in its article exactly once.
    """
    texts = {record["id"]: record["text"] for record in articles()}
    for line in (SET / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for gold in case.get("evidence", ()):
            if texts[gold["article"]].count(gold["quote"]) != 1:
                raise ValueError(f"{case['id']}: the quote does not stand once in {gold['article']}: {gold['quote']}")
            gold["start"] = texts[gold["article"]].index(gold["quote"])
            gold["end"] = gold["start"] + len(gold["quote"])
        yield case


def _name(article: SourceArticle, file: Path) -> str:
    """How the cases name an article: a record by its id, a feed's entry by its address, any other by its file."""
    if file.suffix == ".jsonl":
        return article.id
    if file.suffix == ".xml":
        return article.url or article.id
    return file.relative_to(ARTICLES).with_suffix("").as_posix()


def _record(article: SourceArticle, name: str) -> dict[str, Any]:
    record = {
        "id": name,
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "language": article.language,
        "published": article.published.value if article.published else None,
    }
    return {key: value for key, value in record.items() if value}


def as_lines(records: Iterator[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


if __name__ == "__main__":
    written = {"articles.jsonl": as_lines(articles()), "cases.jsonl": as_lines(cases())}
    for name, lines in written.items():
        (SET / name).write_text(lines, encoding="utf-8")
