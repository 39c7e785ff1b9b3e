"""What happens to a project's database and folders before it can be used."""

from __future__ import annotations

import errno
from contextlib import closing
from pathlib import Path

from core.errors import UserError
from core.project import migration, recovery
from core.project.database import Database, connect_plainly, reading_mode
from core.project.portable import PortablePaths
from core.project.repository import LIVE, Repository
from core.project.sessions import ProjectSession

FILE = "project.lexigraft"
ARTIFACTS = "artifacts"


class ReadOnlyFolderError(UserError):
    """The project cannot be opened for writing where it lies; it can be opened read-only."""


def project_file(path: Path) -> Path:
    """The database of the project at `path`, which is its folder or its file."""
    path = path.expanduser().absolute()
    if path.name.endswith(".zip"):
        raise UserError(f"{path} is a shared project; import it into a folder first.")
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise UserError(
            f"There is no project at {path}: {file.name} is missing."
            if path.is_dir()
            else f"There is no project at {path}: there is no such folder."
        )
    if file.name != FILE:
        raise UserError(f"{file} is not a project: its database must be called {FILE}.")
    return file


def begin_session(folder: Path) -> ProjectSession:
    try:
        return ProjectSession(folder)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ReadOnlyFolderError(
                f"{folder} is read-only; open the project read-only, or copy it to a folder of yours."
            ) from error
        raise


def bring_up_to_date(file: Path, session: ProjectSession | None, trusted: bool, notices: list[str]) -> None:
    """Examine the database and migrate it if it is older; without a `session` nothing may be changed."""
    with closing(connect_plainly(file, "rw" if session else reading_mode(file))) as connection:
        version = migration.examine(connection, file, trusted=trusted)
    migration.refuse_newer(file, version)
    if version == migration.HEAD:
        return
    if session is None:
        raise UserError(
            f"{file} has version {version} and must be brought to version {migration.HEAD} first: "
            "open it for writing (a backup is made), or copy it to a folder of yours and open it there."
        )
    if session.others():
        raise UserError(
            f"{file} must be brought from version {version} to {migration.HEAD}, but another Lexigraft has "
            "it open; close it there first."
        )
    backup = migration.migrate(file, version)
    notices.append(
        f"This project was brought from version {version} to {migration.HEAD}. "
        f"Its former database is kept in {backup}."
    )


def recover(folder: Path, database: Database, session: ProjectSession, notices: list[str]) -> None:
    """Mark what a killed process left running, and sweep what it left half written."""
    # The folders first: whatever another process stages from now on is not among them.
    folders = recovery.run_folders(folder / ARTIFACTS)
    with database.write() as writing:
        repository = Repository(writing, PortablePaths(folder))
        owned = repository.owned_runs()
        living = {run.id for run in owned if session.lives(run.owner)}
        dead = [run for run in owned if run.status in LIVE and run.id not in living]
        repository.interrupt_runs([run.id for run in dead])
        statuses = repository.statuses()
    if dead:
        names = ", ".join(f"{run.title} (run {run.id})" for run in dead)
        notices.append(f"Interrupted when Lexigraft last ended: {names}. Nothing finished is lost.")
    recovery.sweep(folders, statuses, living)
