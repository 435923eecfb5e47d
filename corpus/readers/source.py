"""What all readers share: bytes to text, identities, limits."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urldefrag, urlsplit

from corpus.article import Identity
from corpus.errors import NothingToRead, ReadingError, UndecodableText

MAX_FILE_BYTES = 20_000_000  # a book is about 1 MB; beyond this a file is a dump, not an article
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What newsrooms' archives hold; a short list keeps the detector from exotic guesses.
_LEGACY_ENCODINGS = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]
_MAX_MESS = 0.15  # charset-normalizer's "chaos", 0 (clean) … 1


# The kinds of content that servers name, and the ending that each has as a file.
ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "application/feed+json": ".json",
    "text/csv": ".csv",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/rtf": ".rtf",
    "message/rfc822": ".eml",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that did not become an article, and why, in words with the remedy."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes with a name: a file, a member of an archive, a page that was fetched.

    Attributes:
        origin: what a report calls it: a path, ``archive.zip/member``, or an address.
        file: the file or address that holds it; the same as ``origin`` unless it is a member of something.
        data: its bytes, where they are not (or not alone) in a file of that name.
        url: the address that it was fetched from, if it was.
        mapping: the user's names for fields, ours → theirs.
        content_type: what a server said it is, ``text/html`` say; it counts more than an ending in the address.
    """

    origin: str
    file: str
    data: bytes | None = None
    url: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None

    @property
    def ending(self) -> str:
        """What tells its kind: ``.html``, by the content type, else by the name; "" if neither does."""
        return ENDINGS.get(self.content_type or "") or self.path.suffix.lower()

    @classmethod
    def of(cls, path: Path, mapping: Mapping[str, str] | None = None) -> Source:
        whole = str(path.absolute())  # what is stored means the same wherever the next command is given
        return cls(whole, whole, mapping=mapping or {})

    def member(self, name: str, data: bytes, url: str | None = None, content_type: str | None = None) -> Source:
        """Something that lies in this source."""
        return Source(f"{self.origin}/{name}", self.file, data, url, self.mapping, content_type)

    @property
    def path(self) -> Path:
        """Where it lies, for its name and ending; a path that can be opened only if ``data`` is None."""
        return Path(urlsplit(self.url).path if self.url and self.data is not None else self.origin)

    @property
    def place(self) -> str:
        """What it is known by if nothing in it says so: its address, or the whole path."""
        return self.url or str(Path(self.origin).resolve())

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data) if self.data is not None else Path(self.origin).open("rb")

    def read(self) -> bytes:
        """The bytes.

        Raises:
            NothingToRead: there are none.
            ReadingError: there are more than `MAX_FILE_BYTES`.
            OSError: the file cannot be read.
        """
        size = len(self.data) if self.data is not None else Path(self.origin).stat().st_size
        if size > MAX_FILE_BYTES:
            raise ReadingError(
                f"The file has {size / 1e6:.0f} MB; the largest article may have {MAX_FILE_BYTES / 1e6:.0f} MB.",
                hint="Split it into one file per article, or into JSON Lines with one article a line.",
            )
        data = self.data if self.data is not None else Path(self.origin).read_bytes()
        if not data.strip():
            raise NothingToRead("The file is empty.", hint="Remove it, or save the article into it again.")
        return data


def decode(data: bytes, declared: str | None = None) -> str:
    """Bytes to text: by byte-order mark, as UTF-8, or in a legacy encoding that can be told with confidence.

    ``declared`` is what a page says of itself; it is believed if the bytes bear it out. Line ends become ``\\n``;
    nothing else is changed.

    Raises:
        UndecodableText: binary data, or an encoding that cannot be told.
    """
    text = _decode_marked(data)
    if text is None and declared and declared.lower().startswith("iso-2022-"):  # looks like ASCII, so before UTF-8
        text = _decode_declared(data, declared)
    if text is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = _decode_declared(data, declared) or broken_utf8(data) or _decode_legacy(data)
    if _looks_binary(text):
        raise UndecodableText("The file is not text.", hint="Give it the ending of its true kind, or save it as UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode_marked(data: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise UndecodableText(
                    f"The file says it is {encoding} and is not ({error.reason}).", hint="Save it as UTF-8."
                ) from error
    return None


def _decode_declared(data: bytes, declared: str | None) -> str | None:
    try:
        codec = codecs.lookup(declared or "").name
        if codec == "utf-8":  # one broken character in a long page, say: it alone becomes �
            text = data.decode(codec, "replace")
            return text if 10 * text.count("\ufffd") <= sum(char > "\x7f" for char in text) else None
        # As in browsers: the declared set stands for the one of Windows that includes it.
        return data.decode({"iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932"}.get(codec, codec))
    except (LookupError, ValueError):
        return None


def broken_utf8(data: bytes) -> str | None:
    """UTF-8 in which few bytes are broken, which become �: no other encoding has so much that is valid in it."""
    text = data.decode("utf-8", "replace")
    return text if 5 * text.count("\ufffd") <= sum(char > "\x7f" for char in text) else None


def _decode_legacy(data: bytes) -> str:
    from charset_normalizer import from_bytes

    hint = "Save it as UTF-8."
    if b"\0" in data:
        raise UndecodableText("The file is not text.", hint="Give it the ending of its true kind, or save it as UTF-8.")
    best = from_bytes(data, cp_isolation=_LEGACY_ENCODINGS).best()
    if best is None or best.chaos > _MAX_MESS:
        raise UndecodableText("The file's encoding could not be told.", hint=hint)
    # Single-byte Western encodings agree on most texts; the most common one is the likeliest.
    encoding = "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding
    return data.decode(encoding, errors="strict")


def _looks_binary(text: str) -> bool:
    sample = text[:4096]
    control = sum(unicodedata.category(char) == "Cc" and char not in "\n\r\t\f" for char in sample)
    return "\0" in text or control > 0.02 * len(sample)


def article_id(identity: str) -> str:
    """A readable, stable id for a source known by its URL or path: its last part and 10 hex digits of its sha256.

    >>> article_id("https://courier.example/2024/bridge-opens")
    'bridge-opens-d5fb38b3ab'
    """
    try:
        path = urlsplit(identity).path
    except ValueError:  # an address that is none, such as http://[oops
        path = identity
    last = Path(path).stem or "article"
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "article"
    return f"{slug}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def canonical(url: str | None) -> str | None:
    """An address without what changes from visit to visit: fragment, tracking parameters, port, upper-case host.

    What is no http(s) address comes back as it is.
    """
    from courlan import normalize_url

    if not url or not url.lower().startswith(("http://", "https://")):
        return url or None
    try:
        page = url if "#!" in url else urldefrag(url).url  # "#!" names a page, "#" a place in it
        return str(normalize_url(page)) or url
    except ValueError:  # an address that is none, such as http://[oops
        return url


def identified(source: Source, url: str | None) -> tuple[str, Identity]:
    """The id of a source's one article: made of its own address if it states one, else of where it lies.

    The address of a whole site (saved pages often give the home page) names no article.
    """
    try:
        names_an_article = bool(url) and (urlsplit(url or "").path.strip("/") != "" or bool(urlsplit(url or "").query))
    except ValueError:  # an address that is none
        names_an_article = False
    if url and names_an_article:
        return article_id(url), "url"
    return article_id(source.place), "url" if source.url else "path"
