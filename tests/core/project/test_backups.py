from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from core.project.backups import back_up_daily, snapshot
from core.project.project import Project


def test_that_a_day_of_work_has_one_backup(project):
    folder = project.folder
    project.close()
    (first,) = (folder / "backups").iterdir()
    Project.open(folder).close()
    assert list((folder / "backups").iterdir()) == [first]
    with closing(sqlite3.connect(first)) as backup:
        assert backup.execute("SELECT name FROM project").fetchone() == ("Prose lab",)


def test_that_backups_thin_out_to_days_weeks_and_months(tmp_path):
    file = tmp_path / "project.lexigraft"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE x (y)")
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for day in range(400):
        assert back_up_daily(file, start + timedelta(days=day)) is not None
    (tmp_path / "backups" / "project-before-repair-1.lexigraft").write_text("kept")
    (tmp_path / "backups" / "project-daily-1.lexigraft.partial-journal").write_text("left by a kill")
    back_up_daily(file, start + timedelta(days=400))
    names = sorted(path.name for path in (tmp_path / "backups").iterdir())
    days = [name[14:22] for name in names if "daily" in name]
    assert days[-7:] == [f"{start + timedelta(days=day):%Y%m%d}" for day in range(394, 401)]
    assert 12 <= len(days) <= 23
    assert len({day[:6] for day in days}) == 12
    assert "project-before-repair-1.lexigraft" in names
    assert not any("partial" in name for name in names)


def test_that_a_damaged_database_crowds_out_no_good_backup(tmp_path, caplog):
    file = tmp_path / "project.lexigraft"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE x (y)")
        connection.executemany("INSERT INTO x VALUES (?)", [["word" * 500]] * 50)
    good = back_up_daily(file)
    data = bytearray(file.read_bytes())
    data[-4096:] = b"\xff" * 4096
    file.write_bytes(data)
    assert back_up_daily(file, datetime.now(UTC) + timedelta(days=2)) is None
    assert list((tmp_path / "backups").iterdir()) == [good]
    assert "is damaged" in caplog.text


def test_that_a_snapshot_is_whole_while_the_database_is_written(lab, tmp_path):
    for number in range(20):
        lab.queue(f"Run {number}")
    snapshot(lab.project.file, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM run").fetchone() == (20,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not list(tmp_path.glob("copy-*"))
