"""Every query and change of the project's tables, within a session that the caller opened.

Plain SQLAlchemy: nothing here is SQLite's alone.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, undefer

from core.errors import UserError
from core.jobs.request import RunSpec
from core.project import history, transcripts
from core.project.finishing import Outcome
from core.project.portable import PortablePaths, exists
from core.project.records import (
    ArtifactRecord,
    AssetRecord,
    Excerpt,
    MetricRecord,
    ProjectInfo,
    RunRecord,
)
from core.project.schema import ArtifactRow, AssetRow, MetricRow, ProjectRow, RunRow, ViewRow

LIVE = ("running", "paused")
"""The states of a run that some process is working on."""


class OwnedRun(NamedTuple):
    id: int
    title: str
    status: str
    owner: str | None


class Repository:
    """Reads give records, never rows; writes take effect when the caller's transaction commits."""

    def __init__(self, session: Session, paths: PortablePaths) -> None:
        self._session = session
        self._paths = paths

    # The project

    def info(self) -> ProjectInfo:
        row = self._project()
        return ProjectInfo(
            name=row.name,
            schema_version=row.schema_version,
            created_with=row.created_with,
            created=row.created,
        )

    def set_name(self, name: str) -> history.Touched:
        return history.change(self._session, "rename project", [(self._project(), "name", name)])

    def _project(self) -> ProjectRow:
        return self._session.scalars(select(ProjectRow).order_by(ProjectRow.id).limit(1)).one()

    # Runs

    def runs(self, *, include_deleted: bool) -> list[RunRecord]:
        """Newest first, without result, provenance and traceback."""
        query = select(RunRow).order_by(RunRow.id.desc())
        if not include_deleted:
            query = query.where(~RunRow.deleted)
        return [self._run_record(row, whole=False) for row in self._session.scalars(query)]

    def find_text(self, words: str) -> dict[int, Excerpt]:
        return transcripts.find(self._session, words)

    def counts(self) -> tuple[int, int]:
        """How many runs and assets there are, without those in the bin and those forgotten."""
        runs = select(func.count()).select_from(RunRow).where(~RunRow.deleted)
        assets = select(func.count()).select_from(AssetRow).where(~AssetRow.forgotten)
        return self._session.scalar(runs) or 0, self._session.scalar(assets) or 0

    def run(self, run: int) -> RunRecord:
        row = self._session.get(RunRow, run, options=[undefer(RunRow.result), undefer(RunRow.provenance)])
        return self._run_record(self._found(row, run), whole=True)

    def add_run(self, spec: RunSpec, title: str, parent: int | None, owner: str) -> int:
        last = self._session.scalar(select(func.max(RunRow.position)))
        row = RunRow(
            kind=spec.kind,
            title=title,
            status="queued",
            request=self._paths.store(spec.request),
            seed=spec.seed,
            device=spec.device,
            created=datetime.now(UTC),
            parent=parent,
            position=0 if last is None else last + 1,
            owner=owner,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def start_run(self, run: int, owner: str) -> None:
        """Claim a queued run. Two processes may try; one gets it."""
        claimed = self._session.execute(
            update(RunRow)
            .where(RunRow.id == run, RunRow.status == "queued")
            .values(
                status="running",
                owner=owner,
                started=datetime.now(UTC),
                finished=None,
                seconds=None,
                result=None,
                error=None,
                provenance=None,
                summary="",
                headline=None,
                position=None,
                progress=None,
            )
            .returning(RunRow.id)
        ).first()
        if claimed is None:
            status = self._row(run).status
            raise UserError(f"Run {run} cannot be started: it is {status}, not queued.")

    def set_paused(self, run: int, paused: bool) -> None:
        before, after = ("running", "paused") if paused else ("paused", "running")
        self._session.execute(
            update(RunRow).where(RunRow.id == run, RunRow.status == before).values(status=after)
        )

    def set_progress(self, run: int, progress: float) -> None:
        self._session.execute(
            update(RunRow).where(RunRow.id == run, RunRow.status.in_(LIVE)).values(progress=progress)
        )

    def finish_run(self, run: int, outcome: Outcome, folder: str) -> None:
        """Status, result, figures and files of a run, together; its files lie in `folder` of the project."""
        row, finished = self._row(run), outcome.finished
        if row.status not in (*LIVE, "queued"):
            raise UserError(f"Run {run} is {row.status} already.")
        result = finished.result or {}
        row.status = finished.status
        row.finished = datetime.now(UTC)
        row.seconds = result.get("seconds")
        if row.seconds is None and row.started is not None:
            row.seconds = (row.finished - row.started).total_seconds()
        row.result = self._paths.store(finished.result)
        row.error = finished.error.model_dump(mode="json") if finished.error else None
        row.provenance = self._paths.store(
            finished.provenance and finished.provenance.model_dump(mode="json")
        )
        row.summary = outcome.summary
        row.headline = outcome.headline.model_dump(mode="json") if outcome.headline else None
        row.progress = 1.0 if finished.status == "done" else row.progress
        row.position = row.owner = None
        self._session.execute(delete(MetricRow).where(MetricRow.run == run))
        self._session.execute(delete(ArtifactRow).where(ArtifactRow.run == run))
        self._session.add_all(
            MetricRow(run=run, name=m.name, value=None if math.isnan(m.value) else m.value, slice=m.slice)
            for m in outcome.metrics
        )
        self._session.add_all(
            ArtifactRow(run=run, path=f"{folder}/{file.name}", **dataclasses.asdict(file))
            for file in outcome.files
        )
        for item in finished.provenance.inputs if finished.provenance else ():
            self._session.execute(
                update(AssetRow)
                .where(AssetRow.where == self._stored_path(Path(item.path)), AssetRow.kind == item.kind)
                .values(sha256=item.sha256)
            )

    def requeue_run(self, run: int, owner: str) -> None:
        """Put an interrupted, failed or cancelled run at the end of the queue again, in place."""
        row = self._row(run)
        if row.status not in ("interrupted", "failed", "cancelled"):
            raise UserError(f"Run {run} cannot be resumed: it is {row.status}.")
        last = self._session.scalar(select(func.max(RunRow.position)))
        row.status, row.error, row.finished = "queued", None, None
        row.result, row.summary, row.headline = None, "", None  # of a run that was stopped: what it had
        self._session.execute(delete(MetricRow).where(MetricRow.run == run))
        row.position = 0 if last is None else last + 1
        row.owner = owner

    def move_run(self, run: int, position: int) -> None:
        """Place a queued run as the `position`-th (from 0) of the queue."""
        queue = list(
            self._session.scalars(
                select(RunRow).where(RunRow.status == "queued").order_by(RunRow.position, RunRow.id)
            )
        )
        moved = self._row(run)
        if moved not in queue:
            raise UserError(f"Run {run} cannot be moved in the queue: it is {moved.status}, not queued.")
        queue.remove(moved)
        queue.insert(max(0, position), moved)
        for place, row in enumerate(queue):
            row.position = place

    def interrupt_runs(self, ids: Collection[int]) -> None:
        self._session.execute(
            update(RunRow).where(RunRow.id.in_(ids)).values(status="interrupted", owner=None, position=None)
        )

    def owned_runs(self) -> list[OwnedRun]:
        """The runs that some process started, or means to start."""
        query = select(RunRow.id, RunRow.title, RunRow.status, RunRow.owner)
        query = query.where(RunRow.status.in_((*LIVE, "queued"))).order_by(RunRow.id)
        return [OwnedRun(*row) for row in self._session.execute(query)]

    def statuses(self) -> dict[int, str]:
        return {row.id: row.status for row in self._session.execute(select(RunRow.id, RunRow.status))}

    def rename_run(self, run: int, title: str) -> history.Touched:
        return history.change(self._session, "rename run", [(self._row(run), "title", title)])

    def set_note(self, run: int, note: str) -> history.Touched:
        return history.change(self._session, "edit note", [(self._row(run), "note", note)])

    def set_deleted(self, ids: Iterable[int], deleted: bool) -> history.Touched:
        rows = [self._row(run) for run in dict.fromkeys(ids)]
        busy = [row for row in rows if row.status in (*LIVE, "queued")]
        if deleted and busy:
            raise UserError(f"Run {busy[0].id} is {busy[0].status}; stop it before deleting it.")
        what = "run" if len(rows) == 1 else f"{len(rows)} runs"
        label = f"{'delete' if deleted else 'restore'} {what}"
        return history.change(self._session, label, [(row, "deleted", deleted) for row in rows])

    def purge_deleted(self) -> list[int]:
        """Remove the runs in the bin for good, and the undo steps that would bring them back."""
        ids = list(self._session.scalars(select(RunRow.id).where(RunRow.deleted)))
        history.forget_rows(self._session, "run", set(ids))
        self._session.execute(delete(RunRow).where(RunRow.id.in_(ids)))
        return ids

    # Figures and files

    def metrics(self, runs: Iterable[int] | None) -> list[MetricRecord]:
        query = select(MetricRow).order_by(MetricRow.run, MetricRow.id)
        if runs is not None:
            query = query.where(MetricRow.run.in_(list(runs)))
        return [
            MetricRecord(
                run=row.run,
                name=row.name,
                value=math.nan if row.value is None else row.value,
                slice=row.slice,
            )
            for row in self._session.scalars(query)
        ]

    def artifacts(self, run: int | None) -> list[ArtifactRecord]:
        query = select(ArtifactRow).order_by(ArtifactRow.run, ArtifactRow.name)
        if run is not None:
            query = query.where(ArtifactRow.run == run)
        return [
            ArtifactRecord(
                run=row.run,
                name=row.name,
                path=row.path,
                bytes=row.bytes,
                sha256=row.sha256,
                media_type=row.media_type,
            )
            for row in self._session.scalars(query)
        ]

    def remove_artifacts(self, records: Iterable[ArtifactRecord]) -> None:
        for record in records:
            self._session.execute(
                delete(ArtifactRow).where(ArtifactRow.run == record.run, ArtifactRow.name == record.name)
            )

    # Assets

    def assets(self) -> list[AssetRecord]:
        rows = self._session.scalars(select(AssetRow).where(~AssetRow.forgotten).order_by(AssetRow.id))
        return [
            AssetRecord(
                id=row.id,
                where=(where := self._paths.restore(row.where)),
                kind=row.kind,
                sha256=row.sha256,
                description=row.description,
                present=Path(where).is_absolute() and exists(where),
            )
            for row in rows
        ]

    def add_asset(self, where: Path, kind: str, description: str) -> int:
        """Note an asset, or find the one noted before."""
        stored = self._stored_path(where)
        row = self._session.scalar(select(AssetRow).where(AssetRow.where == stored, AssetRow.kind == kind))
        if row is None:
            row = AssetRow(where=stored, kind=kind, description=description)
            self._session.add(row)
        row.forgotten = False
        row.description = row.description or description
        self._session.flush()
        return row.id

    def forget_asset(self, asset: int) -> history.Touched:
        return history.change(self._session, "forget asset", [(self._asset(asset), "forgotten", True)])

    def relink_asset(self, asset: int, where: Path) -> history.Touched:
        """Say that the asset lies elsewhere now."""
        row = self._asset(asset)
        stored = self._stored_path(where)
        other = self._session.scalar(
            select(AssetRow).where(AssetRow.where == stored, AssetRow.kind == row.kind, AssetRow.id != asset)
        )
        if other is not None and not other.forgotten:
            raise UserError(f"{where} is an asset of this project already.")
        if other is not None:
            history.forget_rows(self._session, "asset", {other.id})
            self._session.delete(other)
            self._session.flush()
        return history.change(self._session, "relink asset", [(row, "where", stored)])

    def _asset(self, asset: int) -> AssetRow:
        row = self._session.get(AssetRow, asset)
        if row is None:
            raise UserError(f"There is no asset {asset} in this project.")
        return row

    def _stored_path(self, where: Path) -> str:
        stored: str = self._paths.store(str(where.absolute()))
        return stored

    # Views

    def view(self, name: str) -> dict[str, Any] | None:
        row = self._session.get(ViewRow, name)
        return None if row is None else self._paths.restore(row.state)

    def save_view(self, name: str, state: dict[str, Any]) -> None:
        self._session.merge(ViewRow(name=name, state=self._paths.store(state)))

    # Rows to records

    def _row(self, run: int) -> RunRow:
        return self._found(self._session.get(RunRow, run), run)

    @staticmethod
    def _found(row: RunRow | None, run: int) -> RunRow:
        if row is None:
            raise UserError(f"There is no run {run} in this project.")
        return row

    def _run_record(self, row: RunRow, *, whole: bool) -> RunRecord:
        error = row.error if whole or not row.error else {**row.error, "traceback": ""}
        try:
            return RunRecord.model_validate(
                {
                    **{name: getattr(row, name) for name in _PLAIN},
                    "request": self._paths.restore(row.request),
                    "result": self._paths.restore(row.result) if whole else None,
                    "provenance": self._paths.restore(row.provenance) if whole else None,
                    "error": error,
                }
            )
        except ValidationError as broken:
            raise UserError(
                f"Run {row.id} of this project cannot be read ({broken.error_count()} damaged fields); "
                "restore the project from its backups folder."
            ) from broken


_PLAIN = tuple(RunRecord.model_fields.keys() - {"request", "result", "provenance", "error"})
