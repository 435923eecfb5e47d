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
from corpus.readers import (
    archive,
    docx,
    epub,
    feed,
    html,
    json_file,
    jsonlines,
    mail,
    markdown,
    nitf,
    odt,
    pdf,
    rtf,
    table,
    text,
    warc,
)
from corpus.readers.kinds import is_left_out, kind
from corpus.readers.members import Member
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
    ".json": json_file.read,
    ".csv": table.read,
    ".tsv": table.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".odt": odt.read,
    ".rtf": rtf.read,
    ".epub": epub.read,
    ".rss": feed.read,
    ".atom": feed.read,
    ".xml": feed.read,
    ".nitf": nitf.read,
    ".eml": mail.read,
    ".mbox": mail.read_mailbox,
    ".warc": warc.read,
    ".zip": archive.read_zip,
    ".tar": archive.read_tar,
    ".tgz": archive.read_gz,
    ".gz": archive.read_gz,
}
MAX_TEXT = 2_000_000  # characters; two thick books, and minutes of indexing
_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")


def find(path: Path) -> list[Path]:
    """The files to read under ``path``, sorted; hidden files and folders are left out, as are README files in folders.

    Links to folders are not followed, since they may lead anywhere, and round in circles: they stand among the files,
    and reading them says so.

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
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        files += [Path(folder, name) for name in sorted([*names, *links]) if not is_left_out(name)]
    if not files:
        raise NothingToRead(f"The folder {path} holds no articles.", hint=f"Dossier reads {', '.join(READERS)} files.")
    return files


def read(source: Source | Path) -> Iterator[SourceArticle | Skipped]:
    """Every article of one source; what cannot be read comes as `Skipped`, and never stops the rest."""
    yield from map(_finished, _read(source if isinstance(source, Source) else Source.of(source)))


def _read(source: Source) -> Iterator[SourceArticle | Skipped]:
    try:
        if source.data is None and not isinstance(source, Member):
            _refuse_what_is_no_file(source.path)
        told = kind(source)
        reader = READERS.get(told)
        if reader is None:
            raise UnsupportedFormat(
                f"No reader for {told or 'files without an ending'}.", hint=f"Dossier reads {', '.join(READERS)} files."
            )
        yield from reader(source)
    except ReadingError as error:
        yield Skipped(source.origin, str(error))
    except OSError as error:
        remedy = "Give it read permission." if isinstance(error, PermissionError) else "Copy it to another disk."
        yield Skipped(source.origin, f"The file could not be read: {error.strerror or error}. {remedy}")
    except Exception as error:
        logging.getLogger(__name__).info("reading %s", source.origin, exc_info=error)
        yield Skipped(source.origin, "The file is damaged. Open it in its own program and save it anew.")


def _refuse_what_is_no_file(path: Path) -> None:
    """Before it is opened: a pipe would be waited for, and a device has no end."""
    if path.is_dir() and path.is_symlink():
        raise ReadingError("This is a link to a folder.", hint="Give the folder itself.")
    if path.is_symlink() and not path.exists():
        raise ReadingError("This is a link to nothing, or to itself.", hint="Remove it, or mend it.")
    if path.is_dir():
        raise ReadingError("This is a folder that cannot be listed.", hint="Give it read permission.")
    if path.exists() and not path.is_file():
        raise ReadingError("This is no file but a pipe, a socket or a device.", hint="Copy what it gives into a file.")


def _finished(item: SourceArticle | Skipped) -> SourceArticle | Skipped:
    whole = _storable(item)
    if isinstance(whole, SourceArticle) and len(whole.text) > MAX_TEXT:
        length = f"{len(whole.text) / 1e6:.1f} million characters"
        return Skipped(whole.origin, f"The article has {length}; the longest may have 2 million. Split it.")
    return _in_its_language(whole) if isinstance(whole, SourceArticle) else whole


def _in_its_language(article: SourceArticle) -> SourceArticle:
    """The stated language as a regular tag; where none is stated, or nonsense, the one that the text tells."""
    if tag := normal(article.language):
        return replace(article, language=tag, language_from=article.language_from or "metadata")
    told = detect(article.text)
    return replace(article, language=told, language_from="text" if told else None)


def _storable(item: SourceArticle | Skipped) -> SourceArticle | Skipped:
    """Halves of characters (an emoji cut in two by an export, a file name in a legacy encoding) and zeros become �.

    UTF-8 has no way to write the former, and PostgreSQL refuses the latter. A reason becomes one line, whatever
    it quotes.
    """
    if isinstance(item, Skipped):
        return replace(item, origin=_whole(item.origin), reason=" ".join(_whole(item.reason).split()))
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
    return _UNSTORABLE.sub("\ufffd", text)


__all__ = ["READERS", "Skipped", "Source", "find", "read"]
