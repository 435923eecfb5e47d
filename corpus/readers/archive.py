"""Archives (.zip, .tar, .gz): each member is read as if it lay in a folder; nothing is ever written to disk."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from corpus import readers  # whose table names this module, so it is used only when something is read
from corpus.article import SourceArticle
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.kinds import is_left_out, kind
from corpus.readers.members import MOST_MEMBERS, MOST_UNPACKED, Allowance, Member, Metered, inside, is_bomb, readable
from corpus.readers.packages import DAMAGE
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source

_LOCKED = 0x1  # flags of a zip member
_UTF8 = 0x800
_UNIX, _LINK, _FILE_TYPE = 3, 0o120000, 0o170000
_ONE_ARCHIVE = (".tar", ".warc")  # with .gz it is one archive, as people see it
_OVER = "Unpack the archive, and give Dossier the folder."


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an archive says of a member. ``problem``: why it cannot be read, if so."""

    name: str
    size: int
    packed: int
    open: Callable[[], Any]
    problem: str = ""


def read_zip(source: Source) -> Iterator[SourceArticle | Skipped]:
    archive = inside(source)
    with source.open() as file:
        # A zip file is read from its end; what is itself unpacked as it is read has none yet.
        whole = io.BytesIO(file.read()) if isinstance(source, Member) else file
        try:
            package = zipfile.ZipFile(whole)
        except DAMAGE as error:
            raise ReadingError(f"The archive is damaged ({error}).", hint="Download it again.") from error
        with package:
            yield from _members(archive, _in_zip(package))


def _in_zip(package: zipfile.ZipFile) -> Iterator[_Entry]:
    infos = [info for info in package.infolist() if not info.is_dir()]
    legacy = [info for info in infos if not info.flag_bits & _UTF8 and not info.filename.isascii()]
    names = readable([info.filename.encode("cp437", "replace") for info in legacy], "cp437")
    names_of = {id(info): name for info, name in zip(legacy, names, strict=True)}
    for info in infos:
        name = names_of.get(id(info), info.filename)
        yield _Entry(
            name if "/" in name else name.replace("\\", "/"),  # some programs for Windows write them so
            info.file_size,
            info.compress_size,
            partial(package.open, info),
            _zip_problem(info),
        )


def _zip_problem(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _LOCKED:
        return "The file is locked with a password. Unpack the archive with it, and give Dossier the folder."
    if info.create_system == _UNIX and info.external_attr >> 16 & _FILE_TYPE == _LINK:
        return "This is a link. Give the file that it points to."
    return ""


def read_tar(source: Source) -> Iterator[SourceArticle | Skipped]:
    archive = inside(source)
    with source.open() as file:
        try:
            with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
                yield from _members(archive, _in_tar(tar))
                file.seek(tar.offset)  # tarfile takes a header that it cannot read for the end
                if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
                    raise ReadingError("The archive is damaged, and its end is lost.", hint="Download it again.")
        except tarfile.TarError as error:
            raise ReadingError(f"The archive is damaged ({error}).", hint="Download it again.") from error


def _in_tar(tar: tarfile.TarFile) -> Iterator[_Entry]:
    while info := tar.next():
        (name,) = readable([info.name.encode("utf-8", "surrogateescape")], "cp1252")
        problem = "" if info.isfile() else "This is a device or pipe, and no file. Remove it from the archive."
        if info.issym() or info.islnk():
            problem = "This is a link. Give the file that it points to."
        if not info.isdir():
            yield _Entry(name, info.size, info.size, partial(tar.extractfile, info), problem)


def read_gz(source: Source) -> Iterator[SourceArticle | Skipped]:
    """One file, unpacked as it is read; a tar or web archive in it is read as such, under its own name."""
    archive = inside(source)
    ending = {".gz": "", ".gzip": "", ".tgz": ".tar"}.get(source.path.suffix.lower())
    name = source.path.name if ending is None else source.path.stem + ending
    inner = replace(archive, origin=f"{source.origin}/{name}", unpack=partial(_unpacked, source))
    if (told := kind(inner)) in _ONE_ARCHIVE:
        yield from readers.READERS[told](replace(inner, origin=source.origin, depth=inner.depth - 1))
    else:
        yield from readers.read(inner)


def _unpacked(source: Source) -> BinaryIO:
    packed = source.open()
    file = gzip.GzipFile(fileobj=packed)

    def check(size: int) -> None:
        if is_bomb(file.tell(), packed.tell()):
            raise ReadingError("The archive unpacks to hundreds of times its size: no text does.", hint=_OVER)
        if isinstance(source, Member) and source.allowance:
            source.allowance.spend(size)

    return Metered.opened(file, check, packed)


def _members(archive: Member, entries: Iterator[_Entry]) -> Iterator[SourceArticle | Skipped]:
    """What the members hold, one after the other; what must not be read is reported."""
    allowance, empty = archive.allowance or Allowance(), True
    for entry in entries:
        empty = False
        allowance.members -= 1
        if allowance.members < 0:
            raise ReadingError(f"The archive holds more than {MOST_MEMBERS:,} files.", hint=_OVER)
        parts = [part for part in entry.name.split("/") if part != "."]
        origin = f"{archive.origin}/{'/'.join(parts)}"
        if problem := _problem(entry, parts):
            yield Skipped(origin, problem)
        elif not (any(map(is_left_out, parts)) or "__MACOSX" in parts):
            allowance.require(entry.size)
            try:
                member = _member(replace(archive, origin=origin, url=None), entry, allowance)
            except (*DAMAGE, RuntimeError, OSError):  # a tar file that breaks here goes on nowhere
                yield Skipped(origin, "The file is damaged in the archive. Get the archive again.")
            else:
                yield from readers.read(member)
    if empty:
        raise NothingToRead("The archive is empty.", hint="Download it again.")


def _problem(entry: _Entry, parts: list[str]) -> str:
    if not all(parts) or ".." in parts or PurePosixPath(parts[0]).drive or parts[0].endswith(":"):
        return "Its name leads out of the archive, which is no honest name. Pack the archive anew."
    if is_bomb(entry.size, entry.packed):
        return f"The file unpacks to hundreds of times its size: no text does. {_OVER}"
    if entry.size > MOST_UNPACKED:
        return f"The file unpacks to {entry.size / 1e9:.0f} GB. {_OVER}"
    return entry.problem


def _member(place: Member, entry: _Entry, allowance: Allowance) -> Member:
    """The member, in memory; if it is larger than an article, as something to be unpacked while it is read."""

    def unpack() -> BinaryIO:
        try:
            return Metered.opened(entry.open(), allowance.spend)
        except (*DAMAGE, RuntimeError, OSError) as error:
            raise ReadingError("The file is damaged in the archive.", hint="Get the archive again.") from error

    if entry.size > MAX_FILE_BYTES:
        return replace(place, unpack=unpack)
    with closing(entry.open()) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    allowance.spend(len(data))
    return replace(place, data=data)
