"""What all readers share: bytes to text, identities, limits."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

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


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that did not become an article, and why, in words with the remedy."""

    origin: str
    reason: str


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        NothingToRead: it is empty.
        ReadingError: it is larger than `MAX_FILE_BYTES`.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ReadingError(
            f"The file has {size / 1e6:.0f} MB, more than the {MAX_FILE_BYTES / 1e6:.0f} MB of the largest article.",
            hint="Split it into one file per article, or into JSON Lines with one article a line.",
        )
    data = path.read_bytes()
    if not data.strip():
        raise NothingToRead("The file is empty.", hint="Remove it, or save the article into it again.")
    return data


def decode(data: bytes) -> str:
    """Bytes to text: by byte-order mark, as UTF-8, or in a legacy encoding that can be told with confidence.

    Line ends become ``\\n``; nothing else is changed.

    Raises:
        UndecodableText: binary data, or an encoding that cannot be told.
    """
    text = _decode_marked(data)
    if text is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = _decode_legacy(data)
    if _looks_binary(text):
        raise UndecodableText(
            "The file is not text.", hint="Give it the ending of its true kind, or export it as text."
        )
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


def _decode_legacy(data: bytes) -> str:
    from charset_normalizer import from_bytes

    hint = "Save it as UTF-8."
    if b"\0" in data:
        raise UndecodableText(
            "The file is not text.", hint="Give it the ending of its true kind, or export it as text."
        )
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


def file_identity(path: Path, url: str | None) -> str:
    """What a file's article is known by: its own address if it states one, else where it lies.

    The address of a whole site (saved pages often give the home page) names no article.
    """
    try:
        names_an_article = bool(url) and (urlsplit(url or "").path.strip("/") != "" or bool(urlsplit(url or "").query))
    except ValueError:  # an address that is none
        names_an_article = False
    return url if url and names_an_article else str(path.resolve())
