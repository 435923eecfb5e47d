"""One home, several processes: whoever holds the home does the work of the others too.

An embedded Chroma folder is for one process. So the process that holds a home for long (the web chat, say) listens on
loopback, and the others hand it their questions and their articles. A file in the home, which only its owner can read,
says where, and holds the secret without which nobody is listened to. Messages are pickles: both ends are this program,
run by the same user.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from inspect import isgenerator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any, cast

from rag.assistant import Assistant
from rag.errors import DossierError, HomeInUse
from rag.indexing import Progress
from rag.library import AddReport
from rag.settings import Settings, load_settings
from rag.wiring import open_assistant

_ADDRESS = "listening"  # the file in the home
_PATIENCE = 30.0  # seconds to wait for a home that somebody holds and does not share
# What a guest may ask for. Those that write are refused by a host that is itself a short-lived writer.
_ATTRIBUTES = frozenset({"writer", "outdated"})
_READING = _ATTRIBUTES | frozenset({"search", "ask", "stream", "warm_up", "examine"})
_WRITING = frozenset({"add", "add_sources", "add_articles", "index", "delete", "reindex", "repair", "compact"})


@contextmanager
def opened(settings: Settings | None = None, *, host: bool = False, writers: bool = False) -> Iterator[Assistant]:
    """An assistant that works even while another process holds the home: then that one does the work.

    Args:
        host: whether other processes may use the home through this one meanwhile; for what holds it for long.
        writers: whether they may also write.

    Raises:
        HomeInUse: another process holds the home and does not share it.
    """
    settings = settings or load_settings()
    assistant = open_assistant(settings)
    try:
        guest = _take_or_visit(assistant, settings.home)
        if guest is not None:
            yield cast(Assistant, guest)
        elif host:
            with Host(assistant, settings.home, writers=writers):
                yield assistant
        else:
            yield assistant
    finally:
        assistant.close()


def _take_or_visit(assistant: Assistant, home: Path) -> Guest | None:
    """Hold the home, or find the process that does; wait a little for one that does not share it."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            assistant.storage.take()
            return None
        except HomeInUse:
            with suppress(OSError, EOFError, ValueError, KeyError, AuthenticationError):
                return Guest(assistant, home)
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Host:
    """Lets other processes use an assistant. A context manager; at the end it waits for what is being done."""

    def __init__(self, assistant: Assistant, home: Path, *, writers: bool) -> None:
        self._assistant = assistant
        self._file = home / _ADDRESS
        self._allowed = _READING | _WRITING if writers else _READING
        self._secret = secrets.token_bytes(32)
        self._listener = Listener(("127.0.0.1", 0))
        self._guests: set[threading.Thread] = set()

    def __enter__(self) -> Host:
        port = self._listener.address[1]
        new = self._file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"port": port, "secret": self._secret.hex()}, file)
        new.replace(self._file)
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)
        with suppress(OSError):  # wakes the listener up, so that it sees the end
            Client(self._listener.address).close()
        self._listener.close()
        for guest in list(self._guests):
            guest.join()

    def _listen(self) -> None:
        while self._file.exists():
            try:
                connection = self._listener.accept()
            except OSError:
                return  # closed
            # Who it is, is asked in a thread: a stranger that says nothing keeps nobody waiting.
            threading.Thread(target=self._receive, args=(connection,), daemon=True).start()

    def _receive(self, connection: Connection) -> None:
        with connection, suppress(OSError, EOFError, AuthenticationError):
            deliver_challenge(connection, self._secret)
            answer_challenge(connection, self._secret)
            self._guests.add(threading.current_thread())
            try:
                self._serve(connection)
            finally:
                self._guests.discard(threading.current_thread())

    def _serve(self, connection: Connection) -> None:
        """One request; the answer is any number of ("progress" or "event", …) and one ("result" or "error", …)."""
        name, arguments, options = connection.recv()
        try:
            connection.send(("result", self._call(name, arguments, options, connection)))
        except DossierError as error:
            connection.send(("error", error))

    def _call(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any], connection: Connection) -> Any:
        if name not in self._allowed:
            raise HomeInUse(
                "Another Dossier is writing to this home.",
                hint="Wait until it is done; a running web chat (dossier web) takes articles from other terminals.",
            )
        if options.pop("shows_progress", False):
            options["progress"] = lambda *step: connection.send(("progress", step))
        result = getattr(self._assistant, name)
        if name not in _ATTRIBUTES:
            result = result(*arguments, **options)
        if not isgenerator(result):
            return result
        for event in result:
            connection.send(("event", event))
        return None


class Guest:
    """Stands for an assistant whose indexes another process holds: what needs them is done there, the rest here.

    Raises, when made: OSError, EOFError, ValueError, KeyError, AuthenticationError if nobody listens.
    """

    def __init__(self, local: Assistant, home: Path) -> None:
        self._local = local
        self._home = home
        self._connect().close()

    def __getattr__(self, name: str) -> Any:
        if name in _ATTRIBUTES:
            return self._ask(name)
        if name == "stream":
            return partial(self._events, name)
        return partial(self._ask, name) if name in _READING | _WRITING else getattr(self._local, name)

    def add(self, *paths: str | Path, **options: Any) -> AddReport:
        report: AddReport = self._ask("add", *(Path(path).absolute() for path in paths), **options)
        return report

    def _ask(self, name: str, *arguments: Any, progress: Progress | None = None, **options: Any) -> Any:
        for kind, value in self._exchange(name, arguments, options | {"shows_progress": progress is not None}):
            if kind == "result":
                return value
            if progress is not None:
                progress(*value)
        return None

    def _events(self, name: str, *arguments: Any, **options: Any) -> Iterator[Any]:
        yield from (value for kind, value in self._exchange(name, arguments, options) if kind == "event")

    def _exchange(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        try:
            with self._connect() as connection:
                connection.send((name, arguments, options))
                kind = ""
                while kind not in {"result", "error"}:
                    kind, value = connection.recv()
                    if kind == "error":
                        raise value
                    yield kind, value
        except (OSError, EOFError, ValueError, KeyError, AuthenticationError) as error:
            raise HomeInUse(
                f"The Dossier that uses {self._home} broke off.", hint="Try again; see what it says in its terminal."
            ) from error

    def _connect(self) -> Connection:
        found = json.loads((self._home / _ADDRESS).read_text())
        return Client(("127.0.0.1", int(found["port"])), authkey=bytes.fromhex(found["secret"]))
