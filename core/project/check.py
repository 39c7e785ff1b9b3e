"""*Check project*: is the database whole, is every file there and as it was written, what can be mended?"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from core.project.backups import back_up
from core.project.database import Database, connect_plainly, reading_mode
from core.project.portable import PortablePaths
from core.project.publishing import move, sha256_of
from core.project.records import ArtifactRecord, CheckReport
from core.project.recovery import run_folders
from core.project.repository import Repository

SHOWN = 100
"""Details listed for each finding at most; the counts are complete."""


@dataclass
class Findings:
    """What is wrong, by kind:

    - ``database``: pages or indexes that SQLite finds damaged,
    - ``references``: rows that refer to a row that is gone,
    - ``missing_files``, ``altered_files``: against what was recorded when they were published,
    - ``paths_outside``: rows that name a file outside the project,
    - ``unlisted_files``: files among the published ones that no run names.
    """

    counts: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    lost: list[ArtifactRecord] = field(default_factory=list)
    unlisted: list[Path] = field(default_factory=list)

    def add(self, kind: str, detail: str) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= SHOWN:
            self.details.append(detail)

    def report(self, repaired: dict[str, int] | None = None, backup: Path | None = None) -> CheckReport:
        return CheckReport(
            findings=dict(self.counts), details=self.details, repaired=repaired or {}, backup=backup
        )


def examine(file: Path, artifacts: Path, paths: PortablePaths, database: Database) -> Findings:
    """Look at everything, change nothing. Reads every published file."""
    findings = Findings()
    with closing(connect_plainly(file, reading_mode(file))) as connection:
        _examine_database(connection, findings)
    if findings.counts["database"]:
        return findings  # what the rows say cannot be relied on
    with database.read() as session:
        repository = Repository(session, paths)
        records, statuses = repository.artifacts(None), repository.statuses()
    _examine_files(records, paths, findings)
    named = {paths.folder / record.path for record in records}
    for folder, (run, staging) in sorted(run_folders(artifacts).items()):
        if staging or statuses.get(run, "done") != "done":  # the next open sees to it
            continue
        for path in sorted(folder.rglob("*")):
            if not path.is_dir() and path.resolve() not in named:
                findings.add("unlisted_files", f"{path} is named by no run.")
                findings.unlisted.append(path)
    return findings


def repair(file: Path, findings: Findings, paths: PortablePaths, database: Database) -> CheckReport:
    """Back the database up, then mend what can be; on the writer thread.

    Indexes are rebuilt, dangling rows and rows of lost files removed, unlisted files moved beside the
    backups. An altered file stays as it is, and stays a finding: only its owner knows which is right.
    """
    backup = back_up(file, "before-repair")
    repaired: Counter[str] = Counter()
    with closing(connect_plainly(file)) as connection:
        if findings.counts["database"]:
            connection.execute("REINDEX")
            left = Findings()
            _examine_database(connection, left)
            repaired["database"] = max(0, findings.counts["database"] - left.counts["database"])
        if findings.counts["references"]:
            repaired["references"] = _remove_dangling(connection)
    if findings.lost:
        with database.write() as session:
            Repository(session, paths).remove_artifacts(findings.lost)
        for kind in ("missing_files", "paths_outside"):
            repaired[kind] = findings.counts[kind]
    if findings.unlisted:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        for path in findings.unlisted:
            place = backup.parent / f"unlisted-{stamp}" / path.relative_to(paths.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            move(path, place)
            repaired["unlisted_files"] += 1
    return findings.report({kind: count for kind, count in repaired.items() if count}, backup)


def _examine_database(connection: sqlite3.Connection, findings: Findings) -> None:
    try:
        for (line,) in connection.execute("PRAGMA quick_check"):
            if line != "ok":
                findings.add("database", f"The database is damaged: {line}.")
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            findings.add("references", f"Row {row} of {table} refers to a {parent} that is gone.")
    except sqlite3.DatabaseError as error:
        findings.add("database", f"The database is damaged: {error}.")


def _examine_files(records: Iterable[ArtifactRecord], paths: PortablePaths, findings: Findings) -> None:
    for record in records:
        try:
            path = paths.inside(record.path)
        except ValueError:
            findings.add(
                "paths_outside", f"Run {record.run} names {record.path}, which is outside the project."
            )
            findings.lost.append(record)
            continue
        if not path.is_file():
            findings.add("missing_files", f"{record.path} of run {record.run} is missing.")
            findings.lost.append(record)
        elif path.stat().st_size != record.bytes or sha256_of(path) != record.sha256:
            findings.add(
                "altered_files", f"{record.path} of run {record.run} was changed after it was published."
            )


def _remove_dangling(connection: sqlite3.Connection) -> int:
    removed = 0
    connection.execute("BEGIN IMMEDIATE")
    while rows := connection.execute("PRAGMA foreign_key_check").fetchall():
        for table, row, _, _ in rows:
            if table == "run":  # its parent is gone; the run itself is not
                connection.execute("UPDATE run SET parent = NULL WHERE rowid = ?", (row,))
            else:
                connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (row,))  # noqa: S608
            removed += 1
    connection.execute("COMMIT")
    return removed
