"""Web archives (.warc, .warc.gz), by warcio: each page that was answered is read as if it had just been fetched.

The day on which a page was archived is not the day on which it was published, so it is not taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from corpus import readers  # whose table names this module, so it is used only when something is read
from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError, UndecodableText
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source, canonical, decode

# What an article may come as. Feeds, JSON and tables are what pages are made from: their entries would stand beside,
# or in place of, the articles themselves.
_TEXTS = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})
_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/rtf",
        "application/epub+zip",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
_FOR_ROBOTS = frozenset({"/robots.txt", "/ads.txt", "/app-ads.txt", "/humans.txt", "/llms.txt"})
_CHUNK = 1 << 16


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    found = False
    with source.open() as file:
        for item in _records(file):
            found = True
            if isinstance(item, ReadingError):
                yield Skipped(source.origin, str(item))
            else:
                url, data, content_type = item
                yield from readers.read(source.member(url, data, url=url, content_type=content_type))
    if not found:
        raise NothingToRead("The web archive holds no page.", hint="Archive the pages of the articles themselves.")


def _records(file: Any) -> Iterator[tuple[str, bytes, str] | ReadingError]:
    """Address, bytes and kind of every page; where the archive is damaged, the error, and nothing more.

    That a record has the length that it states, and its page is whole, shows when the next one begins.
    """
    from warcio.archiveiterator import WARCIterator

    archive = WARCIterator(file)
    held: _Held | None = None
    newest: dict[str, str] = {}  # by address, when it was last archived
    damage = None
    try:
        for record in archive:
            if held:
                yield held.page if held.is_whole(archive) else held.error()
            held, errors = None, archive.err_count
            if (page := _page(record)) and _is_newer(record, page[0], newest):
                held = _Held(page, record, errors)
    except ReadingError as error:
        damage = error
    except Exception:  # noqa: BLE001 - warcio says so of damage in many ways
        damage = ReadingError(
            "The web archive is damaged from here on.",
            hint="What came before was read; download it again for the rest.",
        )
    if held and held.is_whole(archive):
        yield held.page
    elif held and not damage:
        damage = held.error()
    if damage:
        yield damage


@dataclass(frozen=True)
class _Held:
    """A page, its record, and how many errors the archive had before it."""

    page: tuple[str, bytes, str]
    record: Any
    errors: int

    def is_whole(self, archive: Any) -> bool:
        return archive.err_count == self.errors and getattr(self.record.raw_stream, "limit", 0) <= 0

    def error(self) -> ReadingError:
        return ReadingError(
            f"The archive holds more or less of {self.page[0]} than it states.", hint="Archive the page again."
        )


def _is_newer(record: Any, url: str, newest: dict[str, str]) -> bool:
    """Whether no later state of the page came before it; several that follow each other are its versions."""
    address, archived = canonical(url) or url, record.rec_headers.get_header("WARC-Date") or ""
    if archived < newest.get(address, ""):
        return False
    newest[address] = archived
    return True


def _page(record: Any) -> tuple[str, bytes, str] | None:
    """What a record holds, if that may be an article."""
    if record.rec_type != "response" or record.http_headers is None or record.http_headers.get_statuscode() != "200":
        return None
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    stated = record.http_headers.get_header("Content-Type") or ""
    kind, _, parameters = stated.partition(";")
    kind = kind.strip().lower()
    if kind not in _TEXTS | _DOCUMENTS or _is_no_article(url):
        return None
    data = _content(record)
    charset = parameters.lower().partition("charset=")[2].strip(" \"'")
    if charset and kind in _TEXTS:  # stated by the server alone, so the bytes themselves must say it from now on
        with suppress(UndecodableText):
            data = decode(data, charset).encode("utf-8-sig", "surrogatepass")
    return url, data, kind


def _is_no_article(url: str) -> bool:
    """A site's home page, or what its server tells to robots."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address that is none
        return True
    home = not parts.path.strip("/") and not parts.query
    return parts.scheme not in {"http", "https"} or home or parts.path in _FOR_ROBOTS


def _content(record: Any) -> bytes:
    """The page as it was sent, unpacked; of what is larger than any article, so much that its reader will say so."""
    stream, data = record.content_stream(), bytearray()
    while len(data) <= MAX_FILE_BYTES and (chunk := stream.read(_CHUNK)):
        data += chunk
    return bytes(data)
