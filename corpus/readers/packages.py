"""Documents that are zip files inside (DOCX, ODT, EPUB): opened with a guard, read in parts."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib

from corpus.errors import ReadingError
from corpus.readers.source import Source

_MOST_UNPACKED = 200_000_000  # bytes; beyond this the file is a zip bomb, or no article
# What a broken zip file raises; ValueError: places before its beginning.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, KeyError, ValueError)
_LOCKED = 0x1  # the flag of an encrypted part


def opened(source: Source) -> zipfile.ZipFile:
    """The package, to be read in memory.

    Raises:
        ReadingError: it is damaged, or unpacks to more than any document.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(source.read()))
    except DAMAGE as error:
        raise ReadingError(
            f"The document is damaged ({error}).", hint="Open it in its own program and save it anew."
        ) from error
    # No part can give more than its directory entry says: zipfile stops there.
    if sum(item.file_size for item in package.infolist()) > _MOST_UNPACKED:
        raise ReadingError("The document unpacks to more than 200 MB.", hint="Save its text alone.")
    return package


def part(package: zipfile.ZipFile, name: str) -> bytes:
    """One part of it.

    Raises:
        ReadingError: it is not there, damaged or locked.
    """
    try:
        if package.getinfo(name).flag_bits & _LOCKED:
            raise ReadingError("The document is locked with a password.", hint="Save it without one.")
        return package.read(name)
    except KeyError as error:
        raise ReadingError(
            f"The document is damaged (it has no {name}).", hint="Open it in its own program and save it anew."
        ) from error
    except (*DAMAGE, OSError) as error:  # OSError: damage within bzip2
        raise ReadingError(
            f"The document is damaged (in {name}).", hint="Open it in its own program and save it anew."
        ) from error
