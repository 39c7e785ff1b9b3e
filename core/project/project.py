"""`Project`: one open project, the only door to its database and its files."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy.orm import Session

from core.errors import UserError
from core.jobs.events import Finished
from core.jobs.registry import job_kind
from core.jobs.request import RunSpec, input_paths
from core.project import archive, check, history, migration, recovery
from core.project.backups import back_up_daily
from core.project.database import Database
from core.project.faults import user_errors
from core.project.finishing import prepare, published, tidy
from core.project.location import locate
from core.project.opening import ARTIFACTS, FILE, begin_session, bring_up_to_date, project_file, recover
from core.project.portable import PortablePaths, anchored
from core.project.publishing import move
from core.project.records import (
    ArtifactRecord,
    AssetRecord,
    Change,
    ChangeKind,
    CheckReport,
    Excerpt,
    MetricRecord,
    ProjectInfo,
    RunRecord,
)
from core.project.repository import Repository
from core.project.sessions import ProjectSession
from core.project.writer import Writer, failed

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Project:
    """An open project.

    Reads may be called on any thread; they are short, and return records. Writes return a
    `Future` at once and happen, in order, on one writer thread; whatever goes wrong is raised by
    ``future.result()``: `UserError` when the world is to blame. Close it, or use it in a ``with``.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        session: ProjectSession | None,
        notices: list[str],
    ) -> None:
        """Used by `create` and `open`."""
        self.folder = folder
        self.file = folder / FILE
        self.notices = notices
        """Sentences to tell the user once: migrated, on a network folder, runs interrupted."""
        self._database = database
        self._session = session
        self._paths = PortablePaths(folder)
        self._writer = Writer(self.file, database)

    # Opening and closing

    @classmethod
    def create(cls, folder: Path | str, name: str | None = None) -> Project:
        """Make a project in the new or empty `folder`, called like it unless `name` is given."""
        folder = Path(folder).expanduser().absolute()
        if (folder / FILE).exists():
            raise UserError(f"There is a project in {folder} already; open it, or choose another folder.")
        if folder.is_dir() and any(folder.iterdir()):
            raise UserError(f"{folder} is not empty; choose a new or empty folder for the project.")
        if folder.exists() and not folder.is_dir():
            raise UserError(f"{folder} is a file; choose a folder for the project.")
        with user_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            migration.create(folder / FILE, name or folder.name)
        return cls.open(folder)

    @classmethod
    def open(cls, path: Path | str, *, read_only: bool = False, trusted: bool = True) -> Project:
        """Open a project by its folder or its ``.lexigraft`` file.

        Args:
            path: the folder or the file.
            read_only: change nothing, not even what a crash left behind.
            trusted: False for a file from elsewhere, which is then read through for damage first.

        Raises:
            UserError: not a project, damaged, newer than this program, not writable, or busy.
        """
        file = project_file(Path(path))
        folder = file.parent
        notices: list[str] = []
        with user_errors(file), contextlib.ExitStack() as undo:
            session = None if read_only else begin_session(folder)
            if session is not None:
                undo.callback(session.release)
            bring_up_to_date(file, session, trusted, notices)
            location = locate(folder)
            if location.sentence:
                notices.append(location.sentence)
            journal = "wal" if location.kind == "local" else "delete"
            database = Database.from_file(file, journal=journal, read_only=read_only)
            undo.callback(database.close)
            if session is not None:
                recover(folder, database, session, notices)
            undo.pop_all()
        project = cls(folder, database, session, notices)
        if session is not None:
            project._writer.submit(lambda: back_up_daily(file)).add_done_callback(_log_failure)
        return project

    def close(self) -> None:
        """Finish the writes that were asked for, then let go of the files. Closing twice is fine."""
        if self._writer.closed:
            return
        self._writer.close()
        self._database.close()
        if self._session is not None:
            self._session.release()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        return self._session is None

    @property
    def info(self) -> ProjectInfo:
        return self._read(Repository.info)

    @property
    def name(self) -> str:
        return self.info.name

    # Reading

    def runs(self, include_deleted: bool = False) -> list[RunRecord]:
        """All runs, newest first, without result, provenance and traceback: `run` has those."""
        return self._read(lambda repository: repository.runs(include_deleted=include_deleted))

    def find_text(self, words: str) -> dict[int, Excerpt]:
        """Run → where these words stand, in any case, in what it was asked to read or has written.

        Reads the texts of all runs: not for the main thread.
        """
        return self._read(lambda repository: repository.find_text(words))

    def counts(self) -> tuple[int, int]:
        """How many runs and assets are listed; quick, however many there are."""
        return self._read(Repository.counts)

    def run(self, run_id: int) -> RunRecord:
        """One whole run. Raises `UserError` when there is none of that number."""
        return self._read(lambda repository: repository.run(run_id))

    def metrics(self, run_ids: Iterable[int] | None = None) -> list[MetricRecord]:
        """The figures of the given runs (all by default)."""
        return self._read(lambda repository: repository.metrics(run_ids))

    def artifacts(self, run_id: int | None = None) -> list[ArtifactRecord]:
        """The published files of one run (of all by default)."""
        return self._read(lambda repository: repository.artifacts(run_id))

    def assets(self) -> list[AssetRecord]:
        """What the runs read. Looks whether each is still there, so not for the main thread."""
        return self._read(Repository.assets)

    def view(self, name: str) -> dict[str, Any] | None:
        """How the panel `name` was left, or None."""
        return self._read(lambda repository: repository.view(name))

    @property
    def undo_label(self) -> str | None:
        """What undo would take back ("rename run"), or None."""
        with self._database.read() as session:
            step = history.next_undo(session)
            return step.label if step else None

    @property
    def redo_label(self) -> str | None:
        with self._database.read() as session:
            step = history.next_redo(session)
            return step.label if step else None

    # Files

    def artifact_path(self, record: ArtifactRecord) -> Path:
        """Where the file lies. Raises `UserError` when its path leads out of the project."""
        try:
            return self._paths.inside(record.path)
        except ValueError:
            raise UserError(
                f"Run {record.run} names a file outside the project ({record.path}); it is not opened."
            ) from None

    def run_folder(self, run_id: int) -> Path:
        """Where the published files of a run lie."""
        return self.folder / ARTIFACTS / str(run_id)

    def run_workdir(self, run_id: int) -> Path:
        """The staging folder of a run, made when it is not there yet."""
        staging = self._staging(run_id)
        with user_errors(self.folder):
            staging.mkdir(parents=True, exist_ok=True)
        return staging

    def _staging(self, run_id: int) -> Path:
        return self.folder / ARTIFACTS / f"{run_id}{recovery.PARTIAL}"

    # Writing: a run's life

    def add_run(self, spec: RunSpec, *, title: str = "", parent: int | None = None) -> Future[int]:
        """Queue a run; its number. What the request reads becomes an asset of the project."""
        kind = job_kind(spec.kind)
        request = anchored(to_jsonable_python(spec.request), kind.request)
        spec = spec.model_copy(update={"request": request})
        try:
            inputs = input_paths(kind.request.model_validate(request))
        except ValidationError:  # whoever runs it will say what is wrong, field by field
            inputs = []

        def work(repository: Repository) -> int:
            run = repository.add_run(spec, title or spec.title or kind.title, parent, self._owner)
            for _, what, path in inputs:
                repository.add_asset(path, what, path.name)
            return run

        return self._write(work, lambda run: _changed("runs", "assets", runs=[run]))

    def start_run(self, run_id: int) -> Future[None]:
        """Mark a queued run as running, by this process. A second process is refused."""
        return self._change(lambda repository: repository.start_run(run_id, self._owner), run_id)

    def set_paused(self, run_id: int, paused: bool) -> Future[None]:
        return self._change(lambda repository: repository.set_paused(run_id, paused), run_id)

    def set_progress(self, run_id: int, progress: float) -> Future[None]:
        """Remember the share done (0 to 1), for a run that may be interrupted. Announced to nobody."""
        return self._write(lambda repository: repository.set_progress(run_id, progress))

    def finish_run(self, run_id: int, finished: Finished) -> Future[Finished]:
        """Publish a run's files, then record status, result, figures and files in one transaction.

        The files are hashed and flushed on the calling thread, before the writer is asked for
        anything. When publishing or recording fails, the files are back in the staging folder and
        the run is as it was. The staging folder of a run that is not *done* stays when it holds a
        checkpoint, and goes otherwise.

        Returns:
            `finished` as recorded: paths into the staging folder now point to the published one.
        """
        staging, target = self._staging(run_id), self.run_folder(run_id)
        try:
            with user_errors(self.file):
                outcome = prepare(self.run(run_id), finished, staging, target)
        except Exception as error:  # noqa: BLE001 - handed over through the future
            return failed(error)

        def work() -> Finished:
            with published(outcome, staging, target), self._database.write() as session:
                Repository(session, self._paths).finish_run(run_id, outcome, f"{ARTIFACTS}/{run_id}")
            tidy(outcome, staging, target)
            self._writer.announce(_changed("runs", "assets", runs=[run_id]))
            return outcome.finished

        return self._writer.submit(work)

    def requeue_run(self, run_id: int) -> Future[None]:
        """Queue an interrupted, failed or cancelled run again, with its number and its checkpoint."""
        return self._change(lambda repository: repository.requeue_run(run_id, self._owner), run_id)

    def move_run(self, run_id: int, position: int, *, initiator: str | None = None) -> Future[None]:
        """Make a queued run the `position`-th (from 0) of the queue."""
        return self._change(
            lambda repository: repository.move_run(run_id, position), run_id, initiator=initiator
        )

    # Writing: what a person edits

    def rename_run(self, run_id: int, title: str, *, initiator: str | None = None) -> Future[None]:
        return self._edit(lambda repository: repository.rename_run(run_id, title), initiator)

    def set_note(self, run_id: int, note: str, *, initiator: str | None = None) -> Future[None]:
        return self._edit(lambda repository: repository.set_note(run_id, note), initiator)

    def delete_runs(self, run_ids: Collection[int], *, initiator: str | None = None) -> Future[None]:
        """Put runs into the project's bin. Their files stay until the bin is emptied."""
        return self._edit(lambda repository: repository.set_deleted(run_ids, True), initiator)

    def restore_runs(self, run_ids: Collection[int], *, initiator: str | None = None) -> Future[None]:
        return self._edit(lambda repository: repository.set_deleted(run_ids, False), initiator)

    def empty_bin(self) -> Future[list[int]]:
        """Remove the deleted runs and their files for good; their numbers."""

        def work() -> list[int]:
            with self._database.write() as session:
                purged = Repository(session, self._paths).purge_deleted()
            for run in purged:
                staging, folder = self._staging(run), self.run_folder(run)
                recovery.remove(staging)
                if folder.exists():
                    move(folder, staging)  # so that the next open sweeps what a crash leaves here
                    recovery.remove(staging)
            self._writer.announce(_changed("runs", runs=purged))
            return purged

        return self._writer.submit(work)

    def set_project_name(self, name: str, *, initiator: str | None = None) -> Future[None]:
        return self._edit(lambda repository: repository.set_name(name), initiator)

    def add_asset(self, where: Path | str, kind: str, description: str = "") -> Future[int]:
        """Note something that runs may read; its number. `kind` is an input kind of a request's field."""
        where = Path(where)
        return self._write(
            lambda repository: repository.add_asset(where, kind, description or where.name),
            lambda _: _changed("assets"),
        )

    def forget_asset(self, asset_id: int, *, initiator: str | None = None) -> Future[None]:
        """Take an asset off the list; nothing on the disk is touched."""
        return self._edit(lambda repository: repository.forget_asset(asset_id), initiator)

    def relink_asset(self, asset_id: int, where: Path | str, *, initiator: str | None = None) -> Future[None]:
        """Say where an asset lies now."""
        return self._edit(lambda repository: repository.relink_asset(asset_id, Path(where)), initiator)

    def save_view(self, name: str, state: dict[str, Any], *, initiator: str | None = None) -> Future[None]:
        return self._write(
            lambda repository: repository.save_view(name, state),
            lambda _: _changed("views", initiator=initiator),
        )

    def undo(self, *, initiator: str | None = None) -> Future[str | None]:
        """Take back the latest edit; its label, or None when there is nothing to take back."""
        return self._step(history.undo, initiator)

    def redo(self, *, initiator: str | None = None) -> Future[str | None]:
        return self._step(history.redo, initiator)

    # Announcing

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Have `callback` called on the writer thread after each commit (so never wait there for a write).

        Returns what ends it.
        """
        return self._writer.subscribe(callback)

    # Copies, sharing and care

    def save_copy(self, to_folder: Path | str) -> Path:
        """Copy the project, without what is staging, into the new or empty folder `to_folder`."""
        return archive.save_copy(self.file, Path(to_folder))

    def share(self, zip_path: Path | str, with_models: bool = False) -> Path:
        """Write one ``.lexigraft.zip``. Paths outside the project are shortened to their names.

        Args:
            zip_path: the file to write; replaced whole or not at all.
            with_models: also pack what the runs read, so that they can be run again elsewhere.
        """
        return archive.share(self.file, self.name, Path(zip_path), with_models=with_models)

    @classmethod
    def import_archive(cls, zip_path: Path | str, into_folder: Path | str) -> Project:
        """Unpack a shared project into the new or empty folder `into_folder`, verify it and open it."""
        archive.unpack(Path(zip_path), Path(into_folder))
        return cls.open(into_folder, trusted=False)

    def check(self, repair: bool = False) -> CheckReport:
        """Look for damage: the database, and every file against its hash. Reads all files, so may take long.

        With `repair`, what can be mended is, after the database was backed up.
        """
        artifacts = self.folder / ARTIFACTS
        with user_errors(self.file):
            findings = check.examine(self.file, artifacts, self._paths, self._database)
        if not repair or not findings.counts:
            return findings.report()

        def work() -> CheckReport:
            report = check.repair(self.file, findings, self._paths, self._database)
            self._writer.announce(_changed("runs", "assets", "views", "project"))
            return report

        return self._writer.submit(work).result()

    # How it is done

    @property
    def _owner(self) -> str:
        return self._session.id if self._session else ""

    def _read(self, question: Callable[[Repository], T]) -> T:
        with user_errors(self.file), self._database.read() as session:
            return question(Repository(session, self._paths))

    def _write(
        self, work: Callable[[Repository], T], change: Callable[[T], Change | None] = lambda result: None
    ) -> Future[T]:
        """One transaction on the writer thread, announced as what `change` makes of its result."""
        return self._writer.write(lambda session: work(Repository(session, self._paths)), change)

    def _change(
        self, work: Callable[[Repository], None], run: int, *, initiator: str | None = None
    ) -> Future[None]:
        return self._write(work, lambda _: _changed("runs", runs=[run], initiator=initiator))

    def _edit(self, work: Callable[[Repository], history.Touched], initiator: str | None) -> Future[None]:
        done = self._write(work, lambda touched: _changed_rows(touched, initiator))
        return cast("Future[None]", done)

    def _step(
        self, work: Callable[[Session], tuple[str | None, history.Touched]], initiator: str | None
    ) -> Future[str | None]:
        touched: history.Touched = {}

        def transaction(session: Session) -> str | None:
            label, rows = work(session)
            touched.update(rows)
            return label

        return self._writer.write(transaction, lambda label: _changed_rows(touched, initiator))


def _log_failure(backup: Future[Path | None]) -> None:
    if backup.exception() is not None:
        _log.warning("the daily backup failed: %s", backup.exception())


def _changed(*kinds: ChangeKind, runs: Iterable[int] = (), initiator: str | None = None) -> Change:
    return Change(kinds=frozenset(kinds), runs=frozenset(runs), initiator=initiator)


_KINDS: dict[str, ChangeKind] = {"run": "runs", "asset": "assets", "project": "project"}


def _changed_rows(touched: history.Touched, initiator: str | None) -> Change | None:
    kinds = [_KINDS[table] for table in touched]
    return _changed(*kinds, runs=touched.get("run", ()), initiator=initiator) if kinds else None
