"""From an older schema to this program's: on a copy, checked, then swapped in.

The revisions are numbers with four digits (``0001``), so that two versions can be compared and named.
"""

from __future__ import annotations

import importlib.metadata
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import StaticPool, create_engine, insert, text, update

from core.errors import UserError
from core.project.backups import back_up, snapshot
from core.project.database import connect_plainly
from core.project.publishing import fsync_file, move
from core.project.schema import ProjectRow

SCRIPTS = Path(__file__).parent / "migrations"
"""Alembic's script folder; found beside this file in a source tree, a wheel and a frozen program alike."""

HEAD = 1
"""The schema version of this program; a test holds it equal to the newest revision in `SCRIPTS`."""

_PLAIN_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def examine(connection: sqlite3.Connection, file: Path, *, trusted: bool) -> int:
    """The schema version of `file`, or why it will not be opened, as a `UserError`.

    Lexigraft makes tables and indexes, nothing else: a trigger, a view or a virtual table is
    another's code that would run inside the database, and is refused by name. A file that is not
    `trusted` is also read through, page by page.
    """
    header = file.open("rb").read(16) if file.is_file() else b""
    if header and not header.strip(b"\0"):
        raise UserError(
            f"{file} is empty (all zero bytes), as after a power cut; restore it from the backups folder."
        )
    if header != b"SQLite format 3\0":
        raise UserError(f"{file} is not a Lexigraft project.")
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema"):
        if kind in ("trigger", "view") or (
            kind == "table" and (sql or "").upper().startswith("CREATE VIRTUAL")
        ):
            what = "virtual table" if kind == "table" else kind
            raise UserError(f"{file} holds a {what} ({name}) that Lexigraft did not make; it is not opened.")
    tables = {name for (name,) in connection.execute(_PLAIN_TABLES)}
    if not {"alembic_version", "project", "run"} <= tables:
        raise UserError(f"{file} is not a Lexigraft project.")
    if not trusted:
        require_sound(connection, file)
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or not str(row[0]).isdigit():
        raise UserError(f"{file} does not say which version it is; restore it from the backups folder.")
    return int(row[0])


def refuse_newer(file: Path, version: int) -> None:
    if version > HEAD:
        raise UserError(
            f"{file} was made by a newer Lexigraft: its version is {version}, this program knows up to "
            f"{HEAD}. Update Lexigraft to open it."
        )


def require_sound(connection: sqlite3.Connection, file: Path) -> None:
    """Raises `UserError` when SQLite finds damage or a reference that leads nowhere."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise UserError(f"{file} is damaged ({verdict}); restore it from the project's backups folder.")
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise UserError(f"{file} is damaged (table {broken[0]} refers to a row that is gone).")


def create(file: Path, name: str) -> None:
    """The database of a new project called `name`, at `file`, which must not exist."""
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(connect_plainly(partial, "rwc")) as connection:
            _upgrade(connection, name)
        fsync_file(partial)
        move(partial, file)
    finally:
        partial.unlink(missing_ok=True)


def migrate(file: Path, version: int) -> Path:
    """Bring `file` from `version` to `HEAD`; the backup's path. Needs the project to itself.

    On any error `file` is as it was.
    """
    backup = back_up(file, f"version-{version}")
    copy = file.with_name(file.name + ".migrating")
    try:
        copy.unlink(missing_ok=True)
        snapshot(file, copy)
        with closing(connect_plainly(copy)) as connection:
            before, numbered = _row_counts(connection), _last_numbers(connection)
            _upgrade(connection)
            _keep_numbering(connection, numbered)
            require_sound(connection, copy)
            after = _row_counts(connection)
            lost = [name for name, count in before.items() if name in after and after[name] < count]
            if lost:
                raise RuntimeError(f"the migration from version {version} lost rows of {', '.join(lost)}")
        fsync_file(copy)
        with closing(connect_plainly(file)) as connection:
            # Fold the log into the file and remove it: left behind, it would be replayed into the new one.
            connection.execute("PRAGMA journal_mode=DELETE")
        move(copy, file)
    finally:
        copy.unlink(missing_ok=True)
    return backup


def _upgrade(connection: sqlite3.Connection, new_name: str | None = None) -> None:
    """Run Alembic's scripts in one transaction, foreign keys off as its batch mode needs."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as session:
        session.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = session
        command.upgrade(config, "head")
        version = int(session.scalars(text("SELECT version_num FROM alembic_version")).one())
        if new_name is not None:
            row = {"name": new_name, "created_with": _program_version(), "created": datetime.now(UTC)}
            session.execute(insert(ProjectRow).values(schema_version=version, **row))
        session.execute(update(ProjectRow).values(schema_version=version))
        session.commit()


def _program_version() -> str:
    try:
        return importlib.metadata.version("lexigraft")
    except importlib.metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return "source"


def _last_numbers(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())


def _keep_numbering(connection: sqlite3.Connection, numbered: dict[str, int]) -> None:
    """A number that a deleted run had must not be given again: its folder may still lie in a copy.

    Alembic's batch mode makes the table anew, without AUTOINCREMENT unless told (``table_kwargs``), and
    the count starts again at the highest row that is left.
    """
    for table, last in numbered.items():
        found = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        if found is None:
            continue
        if "AUTOINCREMENT" not in found[0]:
            raise RuntimeError(f"the migration lost the AUTOINCREMENT of table {table}")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ? AND seq < ?", [table, last])
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? "
            "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            [table, last, table],
        )


def _row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute(_PLAIN_TABLES)]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
