from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from core.errors import UserError
from core.project.project import Project


def test_that_a_whole_project_has_no_findings(lab):
    lab.done()
    report = lab.project.check(repair=True)
    assert report.ok
    assert report.backup is None, "nothing to mend, nothing to back up"


def test_that_missing_and_altered_files_are_counted_and_named(lab):
    run = lab.done(weights="wwww", config="c", card="d")
    folder = lab.project.run_folder(run)
    (folder / "weights.txt").write_text("wwwx")
    (folder / "config.txt").unlink()
    (folder / "card.txt").write_text("longer")
    (folder / "added.txt").write_text("a")
    report = lab.project.check()
    assert not report.ok
    assert report.findings == {"missing_files": 1, "altered_files": 2, "unlisted_files": 1}
    assert f"artifacts/{run}/config.txt of run {run} is missing." in report.details
    assert len(report.details) == 4
    assert report.repaired == {}


def test_that_repair_backs_up_mends_what_can_be_and_touches_no_altered_file(lab, tmp_path):
    run = lab.done(weights="wwww", config="c")
    folder = lab.project.run_folder(run)
    (folder / "weights.txt").write_text("edited by hand")
    (folder / "config.txt").unlink()
    (folder / "added.txt").write_text("a")
    heard = []
    lab.project.subscribe(heard.append)
    report = lab.project.check(repair=True)
    assert report.repaired == {"missing_files": 1, "unlisted_files": 1}
    assert "before-repair" in report.backup.name
    with closing(sqlite3.connect(report.backup)) as backup:
        assert backup.execute("SELECT count(*) FROM artifact").fetchone() == (2,)
    (moved,) = lab.project.folder.glob("backups/unlisted-*/artifacts/*/added.txt")
    assert moved.read_text() == "a"
    assert (folder / "weights.txt").read_text() == "edited by hand"
    assert lab.project.check().findings == {"altered_files": 1}
    assert heard


def test_that_dangling_rows_and_paths_outside_are_found_and_removed(lab):
    run, child = lab.done(), lab.done()
    with closing(sqlite3.connect(lab.project.file)) as connection, connection:
        connection.execute("INSERT INTO metric (run, name, value) VALUES (99, 'ghost', 1)")
        connection.execute("UPDATE run SET parent = 98 WHERE id = ?", [child])
        connection.execute("UPDATE artifact SET path = '../../etc/passwd' WHERE run = ?", [run])
    report = lab.project.check(repair=True)
    assert report.findings == {"references": 2, "paths_outside": 1, "unlisted_files": 1}
    assert report.repaired == {"references": 2, "paths_outside": 1, "unlisted_files": 1}
    assert lab.project.check().ok
    assert lab.project.run(child).parent is None
    assert "ghost" not in {metric.name for metric in lab.project.metrics()}


def test_that_a_folder_of_no_run_is_reported(lab):
    lab.done()
    stray = lab.project.run_folder(55)
    stray.mkdir()
    (stray / "x").write_text("x")
    assert lab.project.check().findings == {"unlisted_files": 1}


def test_that_a_damaged_index_is_rebuilt(lab, tmp_path):
    for number in range(50):
        lab.queue(f"Run {number}")
    lab.project.close()
    file = tmp_path / "lab" / "project.lexigraft"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_run_status'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(file.read_bytes())
    start = (page - 1) * size
    data[start + 3 : start + 5] = (10).to_bytes(2, "big")  # the index page now claims ten cells of fifty
    file.write_bytes(data)
    with Project.open(tmp_path / "lab") as project:
        report = project.check(repair=True)
        assert report.findings["database"] > 0
        assert report.repaired["database"] == report.findings["database"]
        assert report.backup.exists()
        assert project.check().ok


def test_that_a_damaged_database_is_reported_and_its_backup_takes_its_place(lab, tmp_path):
    """The whole way out: damage, a message, a look, the backup copied over, everything there again."""
    for number in range(300):
        lab.queue(f"Run {number} " * 20)
    lab.project.close()
    folder = tmp_path / "lab"
    (early,) = (folder / "backups").iterdir()
    early.unlink()
    Project.open(folder).close()
    (backup,) = (folder / "backups").iterdir()
    file = folder / "project.lexigraft"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    data = bytearray(file.read_bytes())
    data[-2 * 4096 :] = b"\xff" * 2 * 4096
    file.write_bytes(data)
    with pytest.raises(
        UserError, match="is damaged; restore the newest database from the project's backups folder"
    ):
        Project.open(folder)
    with Project.open(folder, read_only=True) as project:
        report = project.check()
        assert report.findings["database"] > 0
        assert any("damaged" in detail for detail in report.details)
    shutil.copy(backup, file)
    with Project.open(folder) as project:
        assert len(project.runs()) == 300
        assert project.check().ok
