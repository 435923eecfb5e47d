"""The catalog's database: opening, tuning, sessions, and its failures in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from corpus.errors import CatalogCorrupt, CatalogError, HomeNotWritable
from corpus.schema import LATER_COLUMNS, Base


class Database:
    """One SQLAlchemy engine with the catalog's tables.

    Args:
        location: a SQLAlchemy URL, or the path of a SQLite file, made if absent.

    Raises:
        HomeNotWritable: the file cannot be made or written.
        CatalogCorrupt: the file is not a catalog.
    """

    def __init__(self, location: str | Path) -> None:
        self.location = str(location)
        url = self.location if "://" in self.location else f"sqlite:///{self.location}"
        self._engine = create_engine(url)
        self._watching: Connection | None = None
        if self.is_sqlite:
            event.listen(self._engine, "connect", _tune_sqlite)
        with self.explained():
            Base.metadata.create_all(self._engine)
            _add_later_columns(self._engine)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        self._engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by an exception."""
        with self.explained(), Session(self._engine) as session, session.begin():
            yield session

    def revision(self) -> object:
        """Changes whenever anything was committed, by whichever process; None where that cannot be told."""
        if not self.is_sqlite:
            return None
        with self.explained():
            if self._watching is None:
                # SQLite tells a connection what the others commit: so this one never writes.
                self._watching = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return self._watching.execute(text("PRAGMA data_version")).scalar()

    def damage(self) -> list[str]:
        """What the database's own check finds wrong; empty if all is well."""
        if not self.is_sqlite:
            return []
        with self.explained(), self._engine.connect() as connection:
            found = connection.execute(text("PRAGMA integrity_check(5)")).scalars().all()
        return [line for line in found if line != "ok"]

    def forget_deleted(self) -> None:
        """Take deleted text off the disk: out of the write-ahead log too, not only out of the tables."""
        if self.is_sqlite:  # deleted cells are overwritten at once (secure_delete)
            with self.explained(), self._engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def compact(self) -> None:
        """Give the disk back what deleted rows took."""
        if self.is_sqlite:
            with self.explained(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
            self.forget_deleted()

    # Errors in words

    @contextmanager
    def explained(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise self._operational(str(error.orig)) from error
        except DatabaseError as error:
            raise CatalogCorrupt(
                f"The catalog {self.location} cannot be read ({error.orig}).",
                hint="Restore it from a backup, or move it away and add your articles again.",
            ) from error

    def _operational(self, reason: str) -> CatalogError:
        if "locked" in reason:
            return CatalogError(
                f"The catalog {self.location} is busy in another program.",
                hint="Wait for it, or stop it, and try again.",
            )
        if any(word in reason for word in ("readonly", "unable to open", "disk", "full")):
            return HomeNotWritable(
                f"The catalog {self.location} cannot be written ({reason}).",
                hint="Make its folder writable and free some space, or set DOSSIER_HOME to another folder.",
            )
        return CatalogCorrupt(
            f"The catalog {self.location} is not usable ({reason}).",
            hint="Restore it from a backup, or move it away and add your articles again.",
        )


def _tune_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _add_later_columns(engine: Engine) -> None:
    """A catalog made by an earlier Dossier gets the columns that have come since, nullable or with defaults."""
    with engine.begin() as connection:
        for name, later in LATER_COLUMNS.items():
            table = Base.metadata.tables[name]
            known = {column["name"] for column in inspect(connection).get_columns(name)}
            if known >= {column.name for column in table.columns} - later:
                for column in (table.columns[missing] for missing in sorted(later - known)):
                    connection.execute(AddColumn(name, column))


class AddColumn(ExecutableDDLElement):
    """``ALTER TABLE … ADD COLUMN``, which SQLAlchemy itself leaves to migration tools."""

    def __init__(self, table: str, column: Column[Any]) -> None:
        self.table = table
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: DDLCompiler, **_: Any) -> str:
    table = compiler.preparer.quote(element.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(element.column)}"


def writable_folder(path: Path) -> Path:
    """The folder, made if absent.

    Raises:
        HomeNotWritable: it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HomeNotWritable(
            f"The folder {path} cannot be made ({error.strerror}).", hint="Set DOSSIER_HOME to a folder you can write."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise HomeNotWritable(
            f"The folder {path} cannot be written.",
            hint="Change its permissions, or set DOSSIER_HOME to another folder.",
        )
    return path
