"""Keeps the table's model as the project is: read once, then by what the project announces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.panels.runs.model import Row, RunModel, make_row

if TYPE_CHECKING:
    from app.session import Session
    from core.project.project import Project
    from core.project.records import Change

FEW = 25
"""So many changed runs are read one by one; beyond, all are read anew."""


class RunFeed(QObject):
    """Nothing is polled. While `is_busy` (a title is being edited) the model is left alone: see `go_on`."""

    updated = Signal(frozenset)
    """The model has been brought up to date: the runs that changed; empty where that may be any."""
    state_changed = Signal()
    """It began to read, or failed: `loading`, `failed`."""

    def __init__(
        self, session: Session, model: RunModel, is_busy: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._is_busy = is_busy
        self._changed: set[int] = set()
        self.loading = False
        self.failed = ""
        """Why the runs cannot be read, in words; empty when they can."""
        session.changed.connect(self._on_change)
        session.run_event.connect(self._on_event)

    @Slot()
    def refresh(self) -> None:
        """Read all runs of the project anew."""
        project = self._session.project
        self._changed.clear()
        self.loading, self.failed = project is not None, ""
        if project is None:
            self._take_all([])
            return
        self.state_changed.emit()
        self._session.ask(_read_all, project, then=self._take_all, failed=self._fail, owner=self, key="runs")

    @Slot()
    def go_on(self) -> None:
        """Read what changed while the model had to be left alone."""
        project = self._session.project
        if project is not None and self._changed and not self._is_busy():
            ids = frozenset(self._changed)
            self._session.ask(_read_some, project, ids, then=self._take_some, owner=self, key="runs")

    def _take_all(self, rows: list[Row]) -> None:
        self.loading = False
        self._model.replace(rows)
        self.updated.emit(frozenset())

    def _take_some(self, read: tuple[frozenset[int], list[Row]]) -> None:
        if self._is_busy():
            return
        ids, rows = read
        self._changed -= ids
        self._model.update(rows, ids - {row.run.id for row in rows})
        self.updated.emit(ids)

    def _fail(self, error: Exception) -> None:
        self.loading, self.failed = False, f"The runs cannot be read: {error}"
        self.state_changed.emit()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" not in change.kinds:
            return
        self._changed |= change.runs
        if self.loading or not change.runs or len(self._changed) > FEW:
            self.refresh()
        else:
            self.go_on()

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if event.type == "progress":
            share = event.done / event.total if event.total > 0 else None
            self._model.set_progress(run_id, share, event.stage)


def _read_all(project: Project) -> list[Row]:
    return [make_row(run) for run in project.runs()]


def _read_some(project: Project, ids: frozenset[int]) -> tuple[frozenset[int], list[Row]]:
    """The numbers asked for, and the rows of those that are there (still) and not in the bin."""
    from core.errors import UserError

    rows = []
    for run_id in ids:
        try:
            run = project.run(run_id)
        except UserError:  # gone for good
            continue
        if not run.deleted:
            rows.append(make_row(run))
    return ids, rows
