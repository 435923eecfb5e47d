"""From a path to articles: one module per kind of source, chosen from one table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError, UnsupportedFormat
from corpus.readers import html, jsonlines, markdown, text
from corpus.readers.source import Skipped

Reader = Callable[[Path], Iterator[SourceArticle | Skipped]]

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
}
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
    files = []
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        files += [Path(folder, name) for name in sorted(names) if not name.startswith(".") and name not in _IGNORED_NAMES]
    if not files:
        raise NothingToRead(f"The folder {path} holds no articles.", hint=f"Dossier reads {', '.join(READERS)} files.")
    return files


def read(path: Path) -> Iterator[SourceArticle | Skipped]:
    """Every article of one file; what cannot be read comes as `Skipped`, and never stops the rest."""
    try:
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            kind = path.suffix or "files without an ending"
            raise UnsupportedFormat(f"No reader for {kind}.", hint=f"Dossier reads {', '.join(READERS)} files.")
        yield from reader(path)
    except ReadingError as error:
        yield Skipped(str(path), str(error))
    except OSError as error:
        yield Skipped(str(path), f"The file could not be read: {error.strerror or error}.")


__all__ = ["READERS", "Skipped", "find", "read"]
