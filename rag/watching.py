"""A collection that follows its sources: folders as they change, feeds as they are polled.

What happens in a folder only wakes us up; what to do is told by comparing two looks at it (`plan`). So nothing depends
on the order, the number or the kind of the system's messages, and what happened while nobody watched is found the same
way. Feeds are polled by `rag.polling`. All work is done in the calling thread, one thing after another.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, Unpack

import watchfiles

from corpus import readers
from corpus.fetching import Limits
from corpus.readers import Source
from rag.assistant import AddReport, Assistant
from rag.errors import NothingToRead, ReadingError, UnknownCollection
from rag.polling import Poller

_TICK = 1.0  # seconds between two looks at the clock
_SETTLED = 1.0  # seconds since the last write after which a file counts as whole
# What editors, browsers and office programs write beside a file, or before it is whole.
_UNFINISHED = re.compile(r"^[.~]|~$|\.(part|partial|crdownload|download|tmp|temp|lock|sw[opx])$", re.IGNORECASE)

# Names that the catalog cannot hold as they are: what it holds in their place may stand for several files.
_ALTERED = re.compile(r"[\ud800-\udfff\ufffd]")

Stamp = tuple[int, int]  # when a file was last written, in nanoseconds, and how many bytes it has


@dataclass(slots=True)
class WatchReport(AddReport):
    """What a change of the sources did to the collection; ``deleted`` counts articles whose file is gone."""

    deleted: int = 0

    @classmethod
    def of(cls, report: AddReport) -> WatchReport:
        return cls(report.added, report.changed, report.unchanged, report.skipped)

    def __bool__(self) -> bool:
        return bool(self.articles or self.deleted or self.skipped)


class Options(TypedDict, total=False):
    """How `watch` goes about it.

    Attributes:
        poll_seconds: between two polls of an address, at least 60 (by default, 15 minutes); a feed may ask for longer
            (``ttl``, Retry-After).
        full_text: whether to fetch the linked pages of entries that are summaries: 20 in a poll at most, one a second
            from a host, each once; where that fails the summary stays. By default, no.
        limits: of each fetch.
        mapping: as for `Library.add`.
    """

    poll_seconds: float
    full_text: bool
    limits: Limits
    mapping: Mapping[str, str]


def watch(
    assistant: Assistant,
    sources: Sequence[str],
    collection: str,
    *,
    stop: threading.Event,
    report: Callable[[WatchReport], None],
    **options: Unpack[Options],
) -> None:
    """Add the sources, and keep the collection as they are until ``stop`` is set.

    Articles of a file that is gone are deleted, also if it went while nobody watched; a renamed file's are kept. If a
    folder is missing, or is empty at the start, nothing is deleted: its disk may be away. A feed's articles stay when
    the feed drops them. A failing feed is tried again, ever more rarely.

    Args:
        sources: folders, and addresses (http, https) of feeds or pages.
        report: is told what was done whenever something was, and what could not be done.

    Raises:
        ReadingError: a source is no folder and no address, or a folder went away or cannot be watched.
        CatalogError, IndexDamaged, HomeInUse: storing failed.
    """
    if not sources:
        raise NothingToRead("There is nothing to watch.", hint="Name a folder, or the address of a feed.")
    poller = Poller(assistant, collection, stop, **options)
    watcher = _Watcher(assistant, collection, poller, options.get("mapping", {}))
    for source in sources:
        watcher.take_up(source)
    for stirred in _ticks([folder.root for folder in watcher.folders], stop):
        for done in watcher.go_round(stirred):
            if done:
                report(done)


def _ticks(folders: Sequence[Path], stop: threading.Event) -> Iterator[bool]:
    """About once a second, and soon after something changed in a folder: then True."""
    if not folders:
        while not stop.is_set():
            yield False
            stop.wait(_TICK)
        return
    try:
        for changes in watchfiles.watch(
            *folders,
            watch_filter=lambda _, path: not _UNFINISHED.search(Path(path).name),
            stop_event=stop,
            rust_timeout=int(_TICK * 1000),
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            yield bool(changes)
    except (OSError, RuntimeError) as error:
        raise ReadingError(
            f"The folders cannot be watched ({error}).",
            hint="Watch fewer or smaller folders, or raise the system's limit of watched files.",
        ) from error


# Folders


def look(root: Path) -> dict[str, Stamp]:
    """The files of a folder that may hold articles, each with its stamp; what is still being downloaded is left out."""
    found: dict[str, Stamp] = {}
    with suppress(NothingToRead):  # an empty folder
        for file in readers.find(root):
            if not _UNFINISHED.search(file.name):
                with suppress(OSError):  # gone since
                    status = file.stat()
                    found[str(file)] = (status.st_mtime_ns, status.st_size)
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What a look at a folder says is to be done: files to read, files that are gone, files to look at again."""

    read: tuple[str, ...]
    gone: tuple[str, ...]
    waiting: tuple[str, ...]


def plan(done: Mapping[str, Stamp | None], now: Mapping[str, Stamp], clock: float) -> Plan:
    """What to do, given the files whose articles the collection holds and those that are there now.

    A file that was just written is left until it has settled. What is gone is left too while a new file is arriving,
    since that may be the same article under another name.

    Args:
        clock: seconds since 1970.
    """
    changed = [file for file, stamp in now.items() if done.get(file) != stamp]
    # A time in the future is a wrong clock's, and tells nothing.
    waiting = {file: None for file in changed if 0 <= clock - now[file][0] / 1e9 < _SETTLED}
    arriving = any(file not in done for file in waiting)
    return Plan(
        read=tuple(file for file in changed if file not in waiting),
        gone=() if arriving else tuple(file for file in done if file not in now),
        waiting=tuple(waiting),
    )


def vanished(file: str) -> bool:
    """Whether a file is truly gone: not merely hidden from us by a permission or a failing disk."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return not _ALTERED.search(file)
    except OSError:
        return False
    return False


@dataclass(slots=True)
class _Folder:
    root: Path
    identity: tuple[int, int]
    done: dict[str, Stamp | None] = field(default_factory=dict)  # None: in the collection, not looked at yet
    again: bool = True  # whether to look again even if nothing stirs

    @classmethod
    def of(cls, source: str) -> _Folder:
        root = Path(source).absolute()
        if not root.is_dir():
            what = "is a file" if root.exists() else "is not there"
            raise ReadingError(f"{root} {what}.", hint="Name a folder to watch, or the address of a feed.")
        return cls(root, _identity(root))

    def check(self) -> None:
        """Raises ReadingError if the folder is not the one that it was: moved, deleted, its disk taken away."""
        try:
            same = _identity(self.root) == self.identity
        except OSError:
            same = False
        if not same:
            raise ReadingError(
                f"The watched folder {self.root} is gone; its articles were kept.",
                hint="See that its disk is connected, and start watching again.",
            )


def _identity(root: Path) -> tuple[int, int]:
    status = root.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError
    return status.st_dev, status.st_ino


# Folders and addresses


@dataclass(slots=True)
class _Watcher:
    assistant: Assistant
    collection: str
    poller: Poller
    mapping: Mapping[str, str]
    folders: list[_Folder] = field(default_factory=list)

    def take_up(self, source: str) -> None:
        if source.lower().startswith(("http://", "https://")):
            self.poller.take_up(source)
        else:
            folder = _Folder.of(source)
            folder.done = self.known(folder) if look(folder.root) else {}  # empty: its disk may be away
            self.folders.append(folder)

    def go_round(self, stirred: bool) -> Iterator[WatchReport]:
        """Do what is due; ``stirred`` says that something changed in a folder."""
        for folder in self.folders:
            folder.check()
            if stirred or folder.again:
                yield self.follow(folder)
        yield from map(WatchReport.of, self.poller.go_round())

    def known(self, folder: _Folder) -> dict[str, Stamp | None]:
        """The files under a folder of which the collection holds articles."""
        with suppress(UnknownCollection):
            self.assistant.catalog.require(self.collection)
            files = self.assistant.catalog.article_files(self.collection)
            return {file: None for file in sorted(files) if Path(file).is_relative_to(folder.root)}
        return {}

    def follow(self, folder: _Folder) -> WatchReport:
        """Look at a folder and do what is to be done. Reading comes first: then a renamed file keeps its articles."""
        now = look(folder.root)
        step = plan(folder.done, now, time.time())
        folder.again = bool(step.waiting)
        report = WatchReport()
        if step.read:
            sources = [Source.of(Path(file), self.mapping) for file in step.read]
            report = WatchReport.of(self.assistant.add_sources(sources, collection=self.collection))
            folder.done |= {file: now[file] for file in step.read}
        if step.gone:
            folder.check()
            report.deleted = self._delete(step.gone)
            for file in step.gone:
                del folder.done[file]
        return report

    def _delete(self, files: Iterable[str]) -> int:
        ids: dict[str, None] = {}
        for file in filter(vanished, files):
            ids |= dict.fromkeys(self.assistant.catalog.in_file(self.collection, file))
        return self.assistant.delete(self.collection, *ids) if ids else 0
