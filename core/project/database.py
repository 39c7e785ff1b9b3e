"""Connections: one that writes, some that read, and what SQLite needs to be told on each."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.orm import Session

from core.errors import UserError

BUSY_SECONDS = 5.0


def sqlite_uri(file: Path, mode: str) -> str:
    """`file` as SQLite's URI.

    `mode` is ``ro``, ``rw`` (never creates), ``rwc`` or ``immutable`` (reads without locks).
    """
    path = file.absolute().as_posix()
    slash = "" if path.startswith("/") else "/"
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    return f"file://{slash}{quote(os.fsencode(path))}?{query}"


def connect_plainly(file: Path, mode: str = "rw") -> sqlite3.Connection:
    """A bare connection in autocommit, armed against a hostile file: for checks, copies and migrations."""
    connection = sqlite3.connect(
        sqlite_uri(file, mode), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def reading_mode(file: Path) -> str:
    """The `mode` to read with: SQLite cannot make its log's shared memory in a read-only folder."""
    return "ro" if os.access(file.parent, os.W_OK) else "immutable"


class Database:
    """Sessions on one project's database.

    `write` begins with ``BEGIN IMMEDIATE``: under the write-ahead log a read that turns into a write
    fails at once, whatever the busy timeout says. `read` commits each statement by itself, so a
    reader never holds an old snapshot. Any SQLAlchemy URL will do; the pragmas are SQLite's alone.
    """

    def __init__(self, writer: Engine | None, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader

    @classmethod
    def from_url(cls, url: str) -> Database:
        """A database on a server, for a lab that shares one project."""
        return cls(create_engine(url), create_engine(url, isolation_level="AUTOCOMMIT"))

    @classmethod
    def from_file(cls, file: Path, *, journal: str = "wal", read_only: bool = False) -> Database:
        """The SQLite database `file`, which must exist. `journal` is ``wal`` or ``delete``."""
        if read_only:
            return cls(None, _sqlite_engine(file, reading_mode(file), writes=False))
        with closing(connect_plainly(file)) as connection:
            (chosen,) = connection.execute(f"PRAGMA journal_mode={journal}").fetchone()
        if chosen != journal and journal == "delete":
            raise UserError(
                f"{file} is open in another program, and its folder needs another way of saving; "
                "close it there and try again."
            )
        return cls(_sqlite_engine(file, "rw", writes=True), _sqlite_engine(file, "rw", writes=False))

    @property
    def writable(self) -> bool:
        return self._writer is not None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        if self._writer is None:
            raise UserError("This project is open read-only; open it again for writing to change it.")
        with Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reader) as session:
            yield session

    def close(self) -> None:
        """Lets go of every connection; SQLite folds its log into the file when the last one goes."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()


def _sqlite_engine(file: Path, mode: str, *, writes: bool) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(file, mode, writes=writes),
        poolclass=QueuePool,
        pool_size=1 if writes else 5,
    )

    if writes:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _connect(file: Path, mode: str, *, writes: bool) -> sqlite3.Connection:
    connection = connect_plainly(file, mode)
    connection.execute("PRAGMA foreign_keys=ON")
    if writes:
        # FULL also under the write-ahead log: a finished run must outlive a power cut, and writes are few.
        connection.execute("PRAGMA synchronous=FULL")
    else:
        connection.execute("PRAGMA query_only=ON")
    return connection
