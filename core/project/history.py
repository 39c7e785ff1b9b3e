"""Undo and redo: each step is written in the same transaction as the change that it can take back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.project.schema import AssetRow, ProjectRow, RunRow, StepRow

DEPTH = 30
"""Steps kept."""

_TABLES: dict[str, type[RunRow] | type[AssetRow] | type[ProjectRow]] = {
    "run": RunRow,
    "asset": AssetRow,
    "project": ProjectRow,
}
_FIELDS = {
    "run": {"title", "note", "deleted"},
    "asset": {"where", "description", "forgotten"},
    "project": {"name"},
}
Row = RunRow | AssetRow | ProjectRow
Touched = dict[str, set[int]]
"""Row numbers by table."""


def change(session: Session, label: str, edits: Iterable[tuple[Row, str, Any]]) -> Touched:
    """Set fields of rows, and remember how to take that back under `label` ("rename run")."""
    written: list[dict[str, Any]] = []
    for row, field, after in edits:
        before = getattr(row, field)
        if before != after:
            setattr(row, field, after)
            table = row.__tablename__
            written.append({"table": table, "id": row.id, "field": field, "before": before, "after": after})
    if written:
        session.execute(delete(StepRow).where(StepRow.undone))
        session.add(StepRow(label=label, edits=written))
        session.flush()
        kept = select(StepRow.id).order_by(StepRow.id.desc()).limit(DEPTH).scalar_subquery()
        session.execute(delete(StepRow).where(StepRow.id.not_in(kept)))
    return _touched(written)


def next_undo(session: Session) -> StepRow | None:
    return session.scalar(select(StepRow).where(~StepRow.undone).order_by(StepRow.id.desc()).limit(1))


def next_redo(session: Session) -> StepRow | None:
    return session.scalar(select(StepRow).where(StepRow.undone).order_by(StepRow.id).limit(1))


def undo(session: Session) -> tuple[str | None, Touched]:
    """Take back the latest step; its label (None when there is none) and the rows touched."""
    return _apply(session, next_undo(session), "before", undone=True)


def redo(session: Session) -> tuple[str | None, Touched]:
    return _apply(session, next_redo(session), "after", undone=False)


def forget_rows(session: Session, table: str, ids: set[int]) -> None:
    """Drop the steps that touch rows about to be removed for good."""
    for step in session.scalars(select(StepRow)):
        if any(edit["table"] == table and edit["id"] in ids for edit in step.edits):
            session.delete(step)


def _apply(session: Session, step: StepRow | None, side: str, *, undone: bool) -> tuple[str | None, Touched]:
    if step is None:
        return None, {}
    for edit in step.edits if not undone else reversed(step.edits):
        if edit["field"] not in _FIELDS.get(edit["table"], ()):
            raise ValueError(f"an undo step may not change {edit['table']}.{edit['field']}")
        row = session.get(_TABLES[edit["table"]], edit["id"])
        if row is not None:
            setattr(row, edit["field"], edit[side])
    step.undone = undone
    return step.label, _touched(step.edits)


def _touched(edits: list[dict[str, Any]]) -> Touched:
    touched: Touched = {}
    for edit in edits:
        touched.setdefault(edit["table"], set()).add(edit["id"])
    return touched
