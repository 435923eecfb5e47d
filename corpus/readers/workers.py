"""Reading in processes of their own: both cores work, and no file can hang, crash or fill the memory of the rest.

Every worker goes through its share of the sources and sends what it finds through a pipe. A pipe holds little, so a
worker that is ahead waits: memory does not grow with the collection. What a worker finds is taken in the order of the
sources, so that the same sources give the same result.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from corpus.article import SourceArticle
from corpus.readers import read
from corpus.readers.kinds import kind
from corpus.readers.source import Skipped, Source

PATIENCE = 60.0  # seconds in which a source must give its first, or its next, article
MEMORY = 4_000_000_000  # bytes of address space for a worker, where the system can limit it
_WORKERS = min(4, os.cpu_count() or 1)
# Kinds that cannot hang; a few small files of them are not worth a process.
_PLAIN = frozenset({".txt", ".text", ".md", ".markdown", ".jsonl", ".ndjson"})
_SMALL = 1_000_000  # bytes
_FORMAT = b"1"  # goes into digests: to be raised when readers find more, or other words, in the same bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """A source came to its end. ``digest`` is None if something in it was skipped, so that it is read again."""

    file: str
    digest: bytes | None
    articles: int
    known: bool = False  # read before, and not again


Item = SourceArticle | Skipped | Finished


def read_all(
    sources: Sequence[Source], known: Mapping[str, tuple[bytes, int]] | None = None, patience: float = PATIENCE
) -> Iterator[Item]:
    """What all sources hold, each source ended by its `Finished`.

    ``known`` gives the digests of files read before, and how many articles they held: a file with the same bytes is
    not read again, and its `Finished` comes alone.
    """
    known = known or {}
    if _harmless(sources):
        for source in sources:
            yield from _read_one(source, known)
        return
    count = min(_WORKERS, len(sources))
    workers = [_Worker(sources[number::count], known, patience) for number in range(count)]
    try:
        for number in range(len(sources)):
            yield from workers[number % count].next_source()
    finally:
        for worker in workers:
            worker.stop()


def _harmless(sources: Sequence[Source]) -> bool:
    size = 0
    for source in sources:
        with suppress(OSError):  # what cannot be read harms nobody
            size += len(source.data) if source.data is not None else source.path.stat().st_size
            if size > _SMALL or (source.data is None and not source.path.is_file()) or kind(source) not in _PLAIN:
                return False
    return True


def _read_one(source: Source, known: Mapping[str, tuple[bytes, int]]) -> Iterator[Item]:
    digest = _digest(source)
    if digest is not None and source.file in known and known[source.file][0] == digest:
        yield Finished(source.file, digest, known[source.file][1], known=True)
        return
    articles, skipped = 0, False
    for item in read(source):
        articles += isinstance(item, SourceArticle)
        skipped |= isinstance(item, Skipped)
        yield item
    yield Finished(source.file, None if skipped else digest, articles)


def _digest(source: Source) -> bytes | None:
    """Of the bytes, and of how they are read; None for what is no file, or cannot be read or told by its name."""
    if source.data is not None or not source.path.is_file() or not source.file.isprintable():
        return None
    try:
        with source.open() as file:
            digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    except OSError:
        return None
    digest.update(_FORMAT + repr(sorted(source.mapping.items())).encode())
    return digest.digest()


# What the process runs. It is no `multiprocessing` one: those import the main module anew, which runs a script twice.
_CHILD = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from corpus.readers import workers
workers.work()
"""
_AHEAD = 16  # items that a worker may be ahead


@dataclass
class _Worker:
    """One process, and its share of the sources, in order."""

    sources: Sequence[Source]
    known: Mapping[str, tuple[bytes, int]]
    patience: float
    _done: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _inbox: queue.Queue[Item | None] = field(default_factory=queue.Queue)

    def next_source(self) -> Iterator[Item]:
        """What the next source holds; if reading it fails for good it is skipped, and a new process goes on."""
        source = self.sources[self._done]
        self._done += 1
        while True:
            try:
                item = self._receive()
            except _Lost as error:
                self.stop()
                yield Skipped(source.origin, f"{error} Open it in its own program and save it anew, or split it.")
                yield Finished(source.file, None, 0)
                return
            yield item
            if isinstance(item, Finished):
                return

    def _receive(self) -> Item:
        if self._process is None:
            self._start(self.sources[self._done - 1 :])
        try:
            item = self._inbox.get(timeout=self.patience)
        except queue.Empty as error:
            raise _Lost(f"Reading the file took longer than {self.patience:.0f} seconds.") from error
        if item is None:
            raise _Lost("The file made its reader crash.")
        return item

    def _start(self, share: Sequence[Source]) -> None:
        files = {source.file: self.known[source.file] for source in share if source.file in self.known}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._inbox = queue.Queue(maxsize=_AHEAD)
        threading.Thread(target=_listen, args=(self._process, self._inbox), daemon=True).start()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as pipe:  # it died at once: `_receive` will say so
            for message in (sys.path, (share, files)):
                pickle.dump(message, pipe)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class _Lost(Exception):
    """The process gave no answer, or died."""


def _listen(process: subprocess.Popen[bytes], inbox: queue.Queue[Item | None]) -> None:
    """Put what the process sends into the inbox, and None when it ends. A full inbox makes the process wait."""
    assert process.stdout is not None
    with process.stdout as pipe:
        while True:
            try:
                item = pickle.load(pipe)
            except (EOFError, pickle.UnpicklingError):
                item = None
            while process.returncode is None:  # set once it was stopped: nobody takes from the inbox any more
                with suppress(queue.Full):
                    inbox.put(item, timeout=1)
                    break
            if item is None or process.returncode is not None:
                return


def work() -> None:
    """What the process does: read its share of the sources and send what it finds, until nobody listens any more."""
    _limit_memory()
    sources, known = pickle.load(sys.stdin.buffer)
    with suppress(BrokenPipeError, KeyboardInterrupt), os.fdopen(os.dup(1), "wb") as pipe:
        os.dup2(2, 1)  # what a library prints must not come between
        for source in sources:
            for item in _read_one(source, known):
                pickle.dump(item, pipe)
                pipe.flush()


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
