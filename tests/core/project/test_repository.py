"""The repository on a database that was opened by URL: plain SQLAlchemy, no pragma, no project folder."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine

from core.errors import UserError
from core.jobs.events import Finished
from core.jobs.request import Metric, RunSpec
from core.project.database import Database
from core.project.finishing import Outcome
from core.project.portable import PortablePaths
from core.project.publishing import StagedFile
from core.project.repository import Repository
from core.project.schema import Base, ProjectRow


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path / 'by-url.db'}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    database = Database.from_url(url)
    with database.write() as session:
        session.add(
            ProjectRow(name="Shared lab", schema_version=1, created_with="0", created=datetime.now(UTC))
        )
    yield database
    database.close()


def test_that_a_lab_can_share_one_database_by_url(database, tmp_path):
    paths = PortablePaths(tmp_path)
    with database.write() as session:
        repository = Repository(session, paths)
        run = repository.add_run(RunSpec(kind="probe", request={}), "Graft", None, "someone")
        repository.start_run(run, "someone")
        repository.add_asset(tmp_path / "base", "model", "Base")
        files = [StagedFile("weights.txt", 4, "ab" * 32, "text/plain")]
        metrics = (Metric(name="bits", value=1.5, slice="all"),)
        outcome = Outcome(
            Finished(status="done", result={"seconds": 2.0}), files, "Fine.", metrics, metrics[0]
        )
        repository.finish_run(run, outcome, "artifacts/1")
        repository.save_view("runs", {"sort": "id"})
        repository.rename_run(run, "Renamed")
    with database.read() as session:
        repository = Repository(session, paths)
        record = repository.run(run)
        assert (record.title, record.status, record.seconds, record.summary) == (
            "Renamed",
            "done",
            2.0,
            "Fine.",
        )
        assert record.headline == metrics[0]
        assert [metric.value for metric in repository.metrics([run])] == [1.5]
        assert [file.path for file in repository.artifacts(run)] == ["artifacts/1/weights.txt"]
        assert [asset.where for asset in repository.assets()] == [str(tmp_path / "base")]
        assert repository.view("runs") == {"sort": "id"}
        assert repository.info().name == "Shared lab"


def test_that_a_transaction_that_fails_leaves_nothing(database, tmp_path):
    paths = PortablePaths(tmp_path)

    def add_and_fail() -> None:
        with database.write() as session:
            repository = Repository(session, paths)
            repository.add_run(RunSpec(kind="probe", request={}), "Lost", None, "someone")
            repository.rename_run(99, "x")

    with pytest.raises(UserError, match="There is no run 99"):
        add_and_fail()
    with database.read() as session:
        assert Repository(session, paths).runs(include_deleted=True) == []


def test_that_a_damaged_row_is_a_sentence(database, tmp_path):
    from sqlalchemy import text

    paths = PortablePaths(tmp_path)
    with database.write() as session:
        run = Repository(session, paths).add_run(RunSpec(kind="probe", request={}), "x", None, "o")
        session.execute(text("UPDATE run SET status = 'asleep'"))
    with (
        database.read() as session,
        pytest.raises(UserError, match=f"Run {run} of this project cannot be read"),
    ):
        Repository(session, paths).runs(include_deleted=True)
    with database.write() as session:
        session.execute(text("UPDATE run SET status = 'done', request = '{broken'"))
    with database.read() as session, pytest.raises(UserError, match="holds a damaged entry"):
        Repository(session, paths).runs(include_deleted=True)
