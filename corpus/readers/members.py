"""What lies in archives: members that are unpacked in memory as they are read, within limits that bombs run into."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from corpus.errors import NothingToRead, ReadingError, UndecodableText
from corpus.readers.packages import DAMAGE
from corpus.readers.source import MAX_FILE_BYTES, Source, decode

MOST_UNPACKED = 1_000_000_000  # bytes, of one archive and all the archives in it
MOST_MEMBERS = 100_000  # likewise
DEEPEST = 3  # archives in archives
_MOST_RATIO = 200  # unpacked to packed; repetitive texts reach 50
_SMALL = 10_000_000  # bytes; below this any ratio is harmless
_CHUNK = 1 << 20


def is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > _SMALL and unpacked > _MOST_RATIO * packed


@dataclass
class Allowance:
    """What an archive, and all that lies in it, may still unpack."""

    left: int = MOST_UNPACKED
    members: int = MOST_MEMBERS

    def require(self, size: int) -> None:
        """Raises ReadingError if that much may not be unpacked any more."""
        if size > self.left:
            raise ReadingError(
                f"The archive unpacks to more than {MOST_UNPACKED / 1e9:.0f} GB.",
                hint="Unpack it, and give Dossier the folder.",
            )

    def spend(self, size: int) -> None:
        self.require(size)
        self.left -= size


@dataclass(frozen=True, slots=True)
class Member(Source):
    """A member of an archive.

    Attributes:
        unpack: opens one that is too large to be held in memory.
        depth: how many archives it lies in.
        allowance: what its archive may still unpack.
    """

    unpack: Callable[[], BinaryIO] | None = None
    depth: int = 1
    allowance: Allowance | None = None

    def open(self) -> BinaryIO:
        return self.unpack() if self.unpack else io.BytesIO(self.data or b"")

    def read(self) -> bytes:
        with self.open() as file:
            data = file.read(MAX_FILE_BYTES + 1)
            file.read(1)  # brings the error, if the archive is damaged here
        if len(data) > MAX_FILE_BYTES:
            raise ReadingError(
                f"The file is larger than {MAX_FILE_BYTES / 1e6:.0f} MB, the most that an article may have.",
                hint="Split it into one file per article, or into JSON Lines with one article a line.",
            )
        if not data.strip():
            raise NothingToRead("The file is empty.", hint="Remove it, or save the article into it again.")
        return data

    def member(self, name: str, data: bytes, url: str | None = None, content_type: str | None = None) -> Source:
        return replace(self, origin=f"{self.origin}/{name}", data=data, url=url, content_type=content_type, unpack=None)


def inside(source: Source) -> Member:
    """The source as an archive: what will lie in its members, one level deeper, shares its allowance.

    Raises:
        ReadingError: it lies too deep itself.
    """
    depth = source.depth if isinstance(source, Member) else 0
    if depth >= DEEPEST:
        raise ReadingError(f"It lies in {depth} archives.", hint="Unpack the outer ones.")
    allowance = (source.allowance if isinstance(source, Member) else None) or Allowance()
    return Member(
        source.origin, source.file, url=source.url, mapping=source.mapping, depth=depth + 1, allowance=allowance
    )


class _Buffered(io.BufferedReader):
    """Gives all that there is before an error; the error comes when more is read."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return super().read(size)
        data = bytearray()
        try:
            while len(data) < size and (chunk := self.read1(size - len(data))):
                data += chunk
        except ReadingError:
            if not data:
                raise
        return bytes(data)


class Metered(io.RawIOBase):
    """A stream whose every byte is counted as it is unpacked; ``check`` raises ReadingError to stop it.

    With it closes ``packed``, the file that it unpacks, if given.
    """

    def __init__(self, file: Any, check: Callable[[int], None], packed: BinaryIO | None = None) -> None:
        self._file, self._check, self._packed = file, check, packed
        self._error: ReadingError | None = None  # once damaged, always damaged

    @classmethod
    def opened(cls, file: Any, check: Callable[[int], None], packed: BinaryIO | None = None) -> BinaryIO:
        return _Buffered(cls(file, check, packed))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def readinto(self, buffer: Any) -> int:
        if self._error:
            raise self._error
        try:
            data = self._file.read1(len(buffer))
        except EOFError:
            self._error = ReadingError("The archive is cut short.", hint="Download it again.")
            raise self._error from None
        except (*DAMAGE, tarfile.TarError, OSError) as error:  # OSError: gzip says so of a wrong checksum
            self._error = ReadingError(f"The archive is damaged ({error}).", hint="Download it again.")
            raise self._error from error
        self._check(len(data))
        buffer[: len(data)] = data
        return len(data)

    def tell(self) -> int:
        return int(self._file.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Forward by reading, so that what is passed over is counted too."""
        if whence == io.SEEK_CUR:
            offset += self.tell()
        elif whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of what is unpacked is not known")
        if offset < self.tell():
            return int(self._file.seek(offset))
        while (missing := offset - self.tell()) > 0 and self.read(min(missing, _CHUNK)):
            pass
        return self.tell()

    def close(self) -> None:
        self._file.close()
        if self._packed:
            self._packed.close()
        super().close()


def readable(names: list[bytes], usual: str) -> list[str]:
    """Names as text: in UTF-8, else in the encoding ``usual`` if that gives letters, else in the one told from all."""
    try:
        return [name.decode("utf-8") for name in names]
    except UnicodeDecodeError:
        pass
    written = [name.decode(usual, "replace") for name in names]
    if all(char.isalpha() for char in "".join(written) if char > "\x7f"):
        return written
    try:
        told = decode(b"\n".join(names)).split("\n")
    except UndecodableText:
        return written
    return told if len(told) == len(names) else written
