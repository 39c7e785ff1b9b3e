"""Copies of a project's database, kept in its ``backups`` folder: what to go back to when it is damaged."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.project.database import connect_plainly
from core.project.publishing import fsync_file, move

DAILY, WEEKLY, MONTHLY = 7, 4, 12
"""Backups kept: the newest of each of the last so many days, weeks and months that have one."""

_log = logging.getLogger(__name__)
_STAMP = "%Y%m%dT%H%M%S%f"


def snapshot(source: Path, target: Path) -> None:
    """A whole, consistent copy of a database, also while it is written; never a copy of the bare file."""
    with closing(connect_plainly(source)) as origin, closing(connect_plainly(target, "rwc")) as copy:
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    fsync_file(target)


def back_up(file: Path, why: str, now: datetime | None = None) -> Path:
    """Copy the database into the project's ``backups`` folder, under a name with `why` and the time."""
    folder = file.parent / "backups"
    folder.mkdir(exist_ok=True)
    stamp = (now or datetime.now(UTC)).strftime(_STAMP)
    target = folder / f"{file.stem}-{why}-{stamp}{file.suffix}"
    for leftover in folder.glob("*.partial*"):  # of a process that was killed
        leftover.unlink(missing_ok=True)
    partial = target.with_name(target.name + ".partial")
    try:
        snapshot(file, partial)
        move(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def back_up_daily(file: Path, now: datetime | None = None) -> Path | None:
    """Back up unless that was done in the last 24 hours, and thin out the older ones; the new backup, if any.

    A damaged database is not backed up: it would crowd out the good backups.
    """
    now = now or datetime.now(UTC)
    made = _daily(file)
    if made and abs(now - max(made)) < timedelta(days=1):
        return None
    backup = back_up(file, "daily", now)
    with closing(connect_plainly(backup)) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        _log.warning("%s is damaged (%s); no daily backup was made", file, verdict)
        backup.unlink()
        return None
    made[now] = backup
    kept = set(_kept(list(made)))
    for moment, path in made.items():
        if moment not in kept:
            path.unlink()
    return backup


def _daily(file: Path) -> dict[datetime, Path]:
    """The daily backups there are, by the time in their names."""
    found: dict[datetime, Path] = {}
    head = f"{file.stem}-daily-"
    for path in (file.parent / "backups").glob(f"{head}*{file.suffix}"):
        try:
            moment = datetime.strptime(path.stem.removeprefix(head), _STAMP)  # noqa: DTZ007 - UTC, see below
        except ValueError:
            continue
        found[moment.replace(tzinfo=UTC)] = path
    return found


def _kept(moments: list[datetime]) -> list[datetime]:
    kept: list[datetime] = []
    for form, count in (("%Y-%m-%d", DAILY), ("%G-%V", WEEKLY), ("%Y-%m", MONTHLY)):
        newest: dict[str, datetime] = {}
        for moment in sorted(moments):
            newest[moment.strftime(form)] = moment
        kept += sorted(newest.values())[-count:]
    return kept
