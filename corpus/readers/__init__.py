"""From a path to articles: one module per kind of source, chosen from one table."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError, UnsupportedFormat
from corpus.language import detect, normal
from corpus.readers import docx, feed, html, jsonlines, markdown, pdf, text
from corpus.readers.source import Skipped, Source

Reader = Callable[[Source], Iterator[SourceArticle | Skipped]]

READERS: dict[str, Reader] = {
    ".txt": text.read,
    ".text": text.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".jsonl": jsonlines.read,
    ".ndjson": jsonlines.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".rss": feed.read,
    ".atom": feed.read,
    ".xml": feed.read,
}
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_IGNORED_NAMES = frozenset({"README.md", "LICENSE.txt", "LICENSE.md"})


def find(path: Path) -> list[Path]:
    """The files to read under ``path``, sorted; hidden files and folders are left out, as are README files in folders.

    Raises:
        NothingToRead: the path does not exist, or is a folder without files.
    """
    if not path.exists():
        raise NothingToRead(f"There is nothing at {path}.", hint="Check the path; quote it if it has spaces.")
    if not path.is_dir():
        return [path]
    files: list[Path] = []

    def keep_unreadable(error: OSError) -> None:
        files.append(Path(error.filename))  # reading it will say why

    for folder, subfolders, names in os.walk(path, onerror=keep_unreadable):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        files += [
            Path(folder, name) for name in sorted(names) if not name.startswith(".") and name not in _IGNORED_NAMES
        ]
    if not files:
        raise NothingToRead(f"The folder {path} holds no articles.", hint=f"Dossier reads {', '.join(READERS)} files.")
    return files


def read(source: Source | Path) -> Iterator[SourceArticle | Skipped]:
    """Every article of one source; what cannot be read comes as `Skipped`, and never stops the rest."""
    yield from map(_finished, _read(source if isinstance(source, Source) else Source.of(source)))


def _read(source: Source) -> Iterator[SourceArticle | Skipped]:
    try:
        if source.data is None and source.path.exists() and not source.path.is_file():
            raise ReadingError("This is no file, or a folder that cannot be listed.", hint="Give it read permission.")
        kind = source.ending
        reader = READERS.get(kind)
        if reader is None:
            raise UnsupportedFormat(
                f"No reader for {kind or 'files without an ending'}.", hint=f"Dossier reads {', '.join(READERS)} files."
            )
        yield from reader(source)
    except ReadingError as error:
        yield Skipped(source.origin, str(error))
    except OSError as error:
        yield Skipped(source.origin, f"The file could not be read: {error.strerror or error}.")
    except Exception as error:
        logging.getLogger(__name__).info("reading %s", source.origin, exc_info=error)
        kind = type(error).__name__
        yield Skipped(source.origin, f"The file is damaged ({kind}). Open it in its own program and save it anew.")


def _finished(item: SourceArticle | Skipped) -> SourceArticle | Skipped:
    whole = _storable(item)
    return _in_its_language(whole) if isinstance(whole, SourceArticle) else whole


def _in_its_language(article: SourceArticle) -> SourceArticle:
    """The stated language as a regular tag; where none is stated, or nonsense, the one that the text tells."""
    if tag := normal(article.language):
        return replace(article, language=tag, language_from=article.language_from or "metadata")
    told = detect(article.text)
    return replace(article, language=told, language_from="text" if told else None)


def _storable(item: SourceArticle | Skipped) -> SourceArticle | Skipped:
    """Halves of characters (an emoji cut in two by an export, a file name in a legacy encoding) become �.

    UTF-8 has no way to write them, so no database, index or screen would take them.
    """
    if isinstance(item, Skipped):
        return replace(item, origin=_whole(item.origin), reason=_whole(item.reason))
    return replace(
        item,
        id=_whole(item.id),
        title=_whole(item.title),
        text=_whole(item.text),
        origin=_whole(item.origin),
        file=_whole(item.file),
        section=item.section and _whole(item.section),
        url=item.url and _whole(item.url),
        outlet=item.outlet and _whole(item.outlet),
        authors=tuple(map(_whole, item.authors)),
        language=item.language and _whole(item.language),
    )


def _whole(text: str) -> str:
    return _HALF_CHARACTER.sub("\ufffd", text)


__all__ = ["READERS", "Skipped", "Source", "find", "read"]
