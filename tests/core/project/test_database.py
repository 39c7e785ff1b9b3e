from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import text

from core.errors import UserError
from core.project import project as project_module
from core.project.database import Database, connect_plainly
from core.project.location import Location
from core.project.project import Project


@pytest.fixture
def file(lab):
    lab.done()
    lab.project.close()
    return lab.project.file


def test_that_connections_are_armed(file):
    database = Database.from_file(file)
    expected = {"foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1, "journal_mode": "wal"}
    with database.write() as writing, database.read() as reading:
        for session in (writing, reading):
            found = {name: session.scalar(text(f"PRAGMA {name}")) for name in expected}
            assert found == expected
        assert writing.scalar(text("PRAGMA synchronous")) == 2
        assert writing.scalar(text("PRAGMA busy_timeout")) == 5000
    database.close()


def test_that_readers_cannot_write(file):
    database = Database.from_file(file)
    with database.read() as session, pytest.raises(Exception, match="readonly"):
        session.execute(text("DELETE FROM run"))
    database.close()


def test_that_a_transaction_takes_the_write_lock_at_once(file):
    database = Database.from_file(file)
    with database.write() as session:
        session.scalar(text("SELECT count(*) FROM run"))
        with closing(sqlite3.connect(file, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
    database.close()


def test_that_two_writers_that_read_first_both_succeed(file):
    """Deferred transactions would fail here with SQLITE_BUSY_SNAPSHOT, whatever the busy timeout."""
    databases = [Database.from_file(file), Database.from_file(file)]
    problems: list[Exception] = []

    def add(database: Database) -> None:
        try:
            for _ in range(50):
                with database.write() as session:
                    seed = session.scalar(text("SELECT seed FROM run WHERE id = 1"))
                    session.execute(text("UPDATE run SET seed = :seed WHERE id = 1"), {"seed": seed + 1})
        except Exception as error:  # noqa: BLE001
            problems.append(error)

    threads = [threading.Thread(target=add, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with databases[0].read() as session:
        assert session.scalar(text("SELECT seed FROM run WHERE id = 1")) == 100
    for database in databases:
        database.close()


def test_that_a_project_locked_by_another_program_is_a_sentence(lab, monkeypatch):
    run = lab.done()
    with closing(sqlite3.connect(lab.project.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with lab.project._database._writer.connect() as connection:  # the one pooled writing connection
            connection.connection.driver_connection.execute("PRAGMA busy_timeout=10")
        with pytest.raises(UserError, match="is being changed by another program"):
            lab.project.rename_run(run, "No").result()
        other.rollback()


@pytest.mark.parametrize(("kind", "word"), [("network", "network drive"), ("synced", "synced by nfs4")])
def test_that_a_network_or_synced_folder_gets_a_rollback_journal_and_a_notice(file, monkeypatch, kind, word):
    monkeypatch.setattr(project_module, "locate", lambda folder: Location(kind, "nfs4"))
    with Project.open(file) as project:
        assert any(word in notice for notice in project.notices)
        with project._database.write() as session:
            assert session.scalar(text("PRAGMA journal_mode")) == "delete"
            assert session.scalar(text("PRAGMA synchronous")) == 2
        project.rename_run(1, "Written").result()
        assert not file.with_name(file.name + "-wal").exists()
    monkeypatch.undo()
    with Project.open(file) as project, project._database.write() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_that_closing_leaves_one_file(file):
    assert [path.name for path in file.parent.glob("project.*")] == ["project.lexigraft"]


def test_that_odd_folder_names_reach_sqlite_unchanged(tmp_path):
    for name in ("a?mode=ro#x", "100%25", "ü ▁ 空", "it's"):
        Project.create(tmp_path / name).close()
        assert (tmp_path / name / "project.lexigraft").is_file()


def test_that_a_plain_connection_never_makes_a_file_by_itself(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        connect_plainly(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()
