"""The indexes of a home on disk: Chroma and tantivy side by side, and the lock that gives them to one process."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.backends.chroma import ChromaVectorStore, collection_name, open_client, scrub, sentences_file
from rag.backends.tantivy import TantivyIndex
from rag.errors import HomeInUse, HomeNotWritable
from rag.ports import Indexes, LexicalIndex, VectorStore


class DiskStorage:
    """A `rag.ports.Storage` in the folders ``chroma`` and ``lexical`` of a home.

    Everything is opened once, and the home is locked from the first on: an embedded Chroma folder is for one process.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock: Any = None
        self._client: Any = None
        self._opening = threading.RLock()  # the web app asks from several threads
        self._open: dict[str, tuple[VectorStore, LexicalIndex]] = {}

    def indexes(self, fingerprint: str) -> Indexes:
        return _DiskIndexes(self, fingerprint)

    def take(self) -> None:
        import filelock

        with self._opening:
            if self._lock is not None:
                return
            lock = filelock.FileLock(self._home / "lock")
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout as error:
                raise HomeInUse(
                    f"Another Dossier is using {self._home}{self._holder()}.",
                    hint="Wait for it or stop it, ask there, or set another DOSSIER_HOME.",
                ) from error
            except OSError as error:
                raise HomeNotWritable(
                    f"The home {self._home} cannot be locked ({error.strerror}).",
                    hint="Make it writable and free some space, or set DOSSIER_HOME to another folder.",
                ) from error
            self._lock = lock
            with suppress(OSError):  # who holds it is only a courtesy
                (self._home / "lock.holder").write_text(f"{os.getpid()} {' '.join(sys.argv[1:2])}")

    def _holder(self) -> str:
        with suppress(OSError, ValueError):
            process, _, command = (self._home / "lock.holder").read_text().partition(" ")
            return f" (process {int(process)}{', ' * bool(command)}{command})"
        return ""

    def open(self, collection: str, fingerprint: str) -> tuple[VectorStore, LexicalIndex]:
        name = collection_name(collection, fingerprint)
        with self._opening:
            if name not in self._open:
                self._open[name] = (
                    ChromaVectorStore(self._chroma(), name),
                    TantivyIndex(self._home / "lexical" / name),
                )
            return self._open[name]

    def drop(self, names: Iterable[str]) -> None:
        with self._opening:
            client = self._chroma()
            there = {collection.name for collection in client.list_collections()}
            for name in names:
                for index in self._open.pop(name, ()):
                    index.close()
                if name in there:
                    client.delete_collection(name)
                shutil.rmtree(self._home / "lexical" / name, ignore_errors=True)
                for file in (self._home / "chroma").glob(f"{sentences_file(Path(), name)}*"):
                    file.unlink()
            scrub(self._home / "chroma")

    def names(self) -> set[str]:
        with self._opening:
            lexical = self._home / "lexical"
            folders = {folder.name for folder in lexical.iterdir()} if lexical.is_dir() else set()
            return folders | {collection.name for collection in self._chroma().list_collections()}

    def name(self, collection: str, fingerprint: str) -> str:
        return collection_name(collection, fingerprint)

    def reset(self) -> None:
        self._close_indexes()
        self.take()
        for folder in ("chroma", "lexical"):
            path = self._home / folder
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def compact(self) -> None:
        self.take()
        self._chroma()
        scrub(self._home / "chroma")

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._home.rglob("*") if file.is_file())

    def close(self) -> None:
        with self._opening:
            self._close_indexes()
            if self._lock is not None:
                (self._home / "lock.holder").unlink(missing_ok=True)
                self._lock.release()
                self._lock = None

    def _close_indexes(self) -> None:
        with self._opening:
            for pair in self._open.values():
                for index in pair:
                    index.close()
            self._open.clear()
            if self._client is not None:
                self._client.close()
                self._client = None

    def _chroma(self) -> Any:
        self.take()
        if self._client is None:
            self._client = open_client(self._home / "chroma")
        return self._client


@dataclass(frozen=True, slots=True)
class _DiskIndexes:
    storage: DiskStorage = field(repr=False)
    fingerprint: str

    def __call__(self, collection: str) -> tuple[VectorStore, LexicalIndex]:
        return self.storage.open(collection, self.fingerprint)

    def drop(self, collection: str) -> None:
        self.storage.drop([collection_name(collection, self.fingerprint)])
