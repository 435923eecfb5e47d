"""What kind a source is: by its ending or content type, unless its first bytes surely say otherwise."""

from __future__ import annotations

import codecs
import re
import zipfile

from corpus.readers.packages import DAMAGE
from corpus.readers.source import Source

_LOOK = 4096  # bytes
_TAR_MARK = slice(257, 262)
_MARKS = (
    (b"%PDF-", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"PK\x03\x04", ".zip"),
    (b"\x1f\x8b\x08", ".gz"),
    (b"WARC/1.", ".warc"),
)
# The first element of a document, after a byte-order mark, a declaration, comments and a document type.
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?>(?><\?.*?\?>|<!--.*?-->|<!doctype(?!\s+html\b)[^\[>]*(?:\[.*?\]\s*)?>)\s*)*+"
    rb"<(!doctype\s+html\b|(?:[\w.-]+:)?[\w.-]+)",
    re.IGNORECASE | re.DOTALL,
)
_ROOTS = {"html": ".html", "rss": ".rss", "feed": ".atom", "rdf": ".rss", "nitf": ".nitf"}
# Kinds that are zip files inside, by the part that each must have, or by what its part "mimetype" says.
_PARTS = {"word/document.xml": ".docx", "META-INF/container.xml": ".epub"}
_MIMETYPES = {b"application/epub+zip": ".epub", b"application/vnd.oasis.opendocument.text": ".odt"}
# A sheet, slides, a program: no archive of files, and nothing that we read.
_OTHERS = {
    "[Content_Types].xml": "Office",
    "mimetype": "OpenDocument",
    "Index/Document.iwa": "iWork",
    "META-INF/MANIFEST.MF": "Java",
    "AndroidManifest.xml": "Android",
}
_IN_A_ZIP = frozenset({".docx", ".odt", ".epub"})

_LEFT_OUT = frozenset({"README.md", "LICENSE.txt", "LICENSE.md"})


def is_left_out(name: str) -> bool:
    """Whether a file of a folder or archive is no article whatever it holds, by its name (without folders)."""
    return name.startswith(".") or name in _LEFT_OUT


def kind(source: Source) -> str:
    """Its kind as an ending, ``.html`` say; "" if nothing tells.

    Raises:
        OSError: the file cannot be read.
    """
    stated = source.ending
    with source.open() as file:
        told = _told(file.read(_LOOK))
    if told == ".zip":
        return _packaged(source, stated)
    return told or stated


def _told(head: bytes) -> str:
    """What the first bytes surely say, "" if nothing."""
    for mark, ending in _MARKS:
        if head.startswith(mark):
            return ending
    if head[_TAR_MARK] == b"ustar":
        return ".tar"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode()
    root = _ROOT.match(head)
    if root is None:
        return ""
    name = root[1].decode("ascii", "replace").lower()
    return ".html" if name.startswith("!doctype") else _ROOTS.get(name.rpartition(":")[2], "")


def _packaged(source: Source, stated: str) -> str:
    """The kind of a zip file: a document, by its parts, or an archive."""
    try:
        with source.open() as file, zipfile.ZipFile(file) as package:
            names = set(package.namelist())
            mimetype = package.open("mimetype").read(100).strip() if "mimetype" in names else b""
    except (*DAMAGE, RuntimeError):
        names, mimetype = set(), b""  # its reader will say what is wrong
    if told := _MIMETYPES.get(mimetype) or next((_PARTS[part] for part in _PARTS if part in names), ""):
        return told
    if stated in _IN_A_ZIP:
        return stated
    other = next((_OTHERS[part] for part in _OTHERS if part in names), "")
    return stated if other and stated != ".zip" else other or ".zip"
