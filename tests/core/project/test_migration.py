"""Old projects open, newer ones are refused, and a migration that fails leaves the project as it was."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from core.errors import UserError
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project import migration
from core.project.project import Project
from core.project.schema import Base

ZOO = Path(__file__).parent / "zoo"

_SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Copies the table that metrics and artifacts refer to.
    with op.batch_alter_table("run", table_kwargs={{"sqlite_autoincrement": {numbered}}}) as run:
        run.alter_column("note", existing_type=sa.Text(), nullable=True)
        run.add_column(sa.Column("stars", sa.Integer(), nullable=False, server_default="3"))
    {then}
"""


@pytest.fixture
def old_project(tmp_path: Path) -> Path:
    """The stored project of version 1, with its one published file."""
    folder = tmp_path / "old"
    (folder / "artifacts" / "1").mkdir(parents=True)
    (folder / "artifacts" / "1" / "weights.txt").write_text("wwww")
    with closing(sqlite3.connect(folder / "project.lexigraft")) as connection:
        connection.executescript((ZOO / "version-1.sql").read_text())
    return folder


@pytest.fixture
def second_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes this program one whose schema has version 2; `then` is a last statement of its migration."""

    def install(then: str = "", numbered: bool = True) -> None:
        scripts = tmp_path / "migrations 100%"
        shutil.copytree(migration.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "v0002_stars.py").write_text(_SECOND.format(then=then, numbered=numbered))
        monkeypatch.setattr(migration, "SCRIPTS", scripts)
        monkeypatch.setattr(migration, "HEAD", 2)

    return install


def test_that_the_models_equal_the_migrated_schema(project):
    engine = create_engine(f"sqlite:///{project.file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_that_the_programs_version_is_the_newest_revision():
    config = Config()
    config.set_main_option("script_location", str(migration.SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [f"{migration.HEAD:04}"]
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert sorted(revisions) == [f"{number:04}" for number in range(1, migration.HEAD + 1)]


def test_that_the_zoo_has_a_project_of_every_version():
    assert {file.stem for file in ZOO.glob("*.sql")} == {f"version-{n}" for n in range(1, migration.HEAD + 1)}


def test_that_a_project_of_version_1_opens_with_all_that_it_held(old_project):
    with Project.open(old_project) as project:
        graft, failed, child = sorted(project.runs(include_deleted=True), key=lambda run: run.id)
        assert (graft.title, graft.status, graft.note) == ("Graft with OMP", "done", "Keep this one")
        assert graft.request == {"word": "ü▁Ġ", "base": "/models/base"}
        assert (graft.seconds, graft.headline.value) == (2.5, 1.5)
        whole = project.run(graft.id)
        assert whole.provenance.inputs[0].sha256 == "ab" * 32
        assert whole.provenance.versions == {"torch": "2.13"}
        assert Path(whole.result["out"]).read_text() == "wwww"
        assert (failed.deleted, failed.error.message) == (True, "There is no such model.")
        assert (child.parent, child.seed, child.status) == (graft.id, 7, "queued")
        assert [metric.name for metric in project.metrics()] == ["bits", "depth"]
        assert project.view("runs") == {"sort": "id"}
        assert project.undo_label == "delete run"
        assert project.check().ok
        assert project.info.created_with == "0.1.0"


def test_that_an_older_project_is_migrated_on_a_copy_with_a_backup(old_project, second_version):
    original, before = (_rows(old_project / "project.lexigraft") for _ in range(2))
    second_version()
    with Project.open(old_project) as project:
        (notice,) = project.notices
        assert notice.startswith(
            "This project was brought from version 1 to 2. Its former database is kept in "
        )
        assert project.info.schema_version == 2
        assert project.check().ok
    after = _rows(old_project / "project.lexigraft")
    assert {row[-1] for row in after["run"]} == {3}
    after["run"] = [row[:-1] for row in after["run"]]
    for rows in (before, after):
        rows["sqlite_sequence"].sort()
        del rows["alembic_version"], rows["project"]
    assert after == before
    (backup,) = (old_project / "backups").glob("*-version-1-*")
    assert _rows(backup) == original
    with Project.open(old_project) as project:
        assert project.notices == []


def test_that_the_backup_of_a_migration_opens_in_place_of_the_migrated_database(old_project, second_version):
    second_version()
    Project.open(old_project).close()
    (backup,) = (old_project / "backups").glob("*-version-1-*")
    shutil.copy(backup, old_project / "project.lexigraft")
    with Project.open(old_project) as project:
        assert len(project.runs()) == 2
        assert project.info.schema_version == 2


def test_that_numbers_stay_used_after_a_migration(old_project, second_version):
    with Project.open(old_project) as project:
        project.delete_runs([run.id for run in project.runs() if run.status == "done"]).result()
        last = project.add_run(RunSpec(kind="probe", request={}), title="Last").result()
        project.start_run(last).result()
        project.finish_run(last, Finished(status="cancelled")).result()
        project.delete_runs([last]).result()
        project.empty_bin().result()
    second_version()
    with Project.open(old_project) as project, project._database.write() as session:
        session.execute(
            text(
                "INSERT INTO run (kind, title, status, request, seed, device, created, summary, deleted) "
                "VALUES ('probe', '', 'done', '{}', 0, 'cpu', '2026-01-01 00:00:00', '', 0)"
            )
        )
        assert session.scalar(text("SELECT max(id) FROM run")) == last + 1


def test_that_a_migration_that_would_use_numbers_twice_is_stopped(old_project, second_version):
    second_version(numbered=False)
    with pytest.raises(RuntimeError, match="lost the AUTOINCREMENT of table run"):
        Project.open(old_project)
    with closing(sqlite3.connect(old_project / "project.lexigraft")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


@pytest.mark.parametrize(
    ("then", "error", "sentence"),
    [
        ("1 / 0", ZeroDivisionError, "division"),
        ("op.execute('DELETE FROM metric WHERE id = 1')", RuntimeError, "lost rows of metric"),
        ("op.execute('UPDATE metric SET run = 99')", UserError, "refers to a row that is gone"),
    ],
)
def test_that_a_migration_that_fails_leaves_the_project_as_it_was(
    old_project, second_version, then, error, sentence
):
    file = old_project / "project.lexigraft"
    before = _rows(file)
    second_version(then)
    with pytest.raises(error, match=sentence):
        Project.open(old_project)
    assert _rows(file) == before
    assert sorted(path.name for path in old_project.iterdir()) == [
        ".sessions",
        "artifacts",
        "backups",
        "project.lexigraft",
    ]
    assert list((old_project / ".sessions").iterdir()) == []


def test_that_an_older_project_that_is_open_elsewhere_is_not_migrated(old_project, second_version):
    with Project.open(old_project):
        second_version()
        with pytest.raises(UserError, match="from version 1 to 2, but another Lexigraft has it open"):
            Project.open(old_project)


def test_that_an_older_project_is_not_migrated_read_only(old_project, second_version):
    second_version()
    with pytest.raises(UserError, match="has version 1 and must be brought to version 2 first"):
        Project.open(old_project, read_only=True)
    assert sorted(path.name for path in old_project.iterdir()) == ["artifacts", "project.lexigraft"]


def test_that_what_the_log_still_holds_is_migrated_too(old_project, second_version, tmp_path):
    """A kill left a write-ahead log beside the database: its rows must be in the copy."""
    script = (
        "import sqlite3, os, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL');"
        "c.execute(\"UPDATE run SET title = 'In the log' WHERE id = 1\"); c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(old_project / "project.lexigraft")], check=True)
    assert (old_project / "project.lexigraft-wal").stat().st_size > 0
    second_version()
    with Project.open(old_project) as project:
        assert project.run(1).title == "In the log"


@pytest.mark.parametrize("version", [2, 41])
def test_that_a_newer_project_is_refused_with_both_numbers(old_project, version):
    file = old_project / "project.lexigraft"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [f"{version:04}"])
    before = file.read_bytes()
    with pytest.raises(
        UserError, match=f"its version is {version}, this program knows up to 1. Update Lexigraft"
    ):
        Project.open(old_project)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TRIGGER evil AFTER UPDATE ON run BEGIN DELETE FROM run; END", "trigger \\(evil\\)"),
        ("CREATE VIEW evil AS SELECT * FROM run", "view \\(evil\\)"),
        ("CREATE VIRTUAL TABLE evil USING fts5(x)", "virtual table \\(evil\\)"),
    ],
)
def test_that_code_inside_a_strangers_database_is_refused_by_name(old_project, statement, named):
    with closing(sqlite3.connect(old_project / "project.lexigraft")) as connection, connection:
        connection.execute(statement)
    with pytest.raises(UserError, match=f"holds a {named} that Lexigraft did not make"):
        Project.open(old_project)


def test_that_a_strangers_project_is_read_through_for_damage(lab, tmp_path):
    for number in range(200):
        lab.queue(f"Run {number}" * 20)
    lab.project.close()
    file = tmp_path / "lab" / "project.lexigraft"
    data = bytearray(file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 2048] = b"\xff" * 2048
    file.write_bytes(data)
    with pytest.raises(UserError, match="is damaged"):
        Project.open(tmp_path / "lab", trusted=False)


def test_that_another_database_is_no_project(tmp_path):
    with closing(sqlite3.connect(tmp_path / "project.lexigraft")) as connection, connection:
        connection.execute("CREATE TABLE project (x)")
    with pytest.raises(UserError, match="is not a Lexigraft project"):
        Project.open(tmp_path)


def _rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall()
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names}
