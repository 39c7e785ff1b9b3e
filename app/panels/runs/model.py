"""The runs as a table: `RunModel` sorts and filters its own rows, so that thousands stay fluid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from app import theme
from app.figures import MISSING, decimals, duration, exact_time, fixed, when
from app.panels.runs.asked import asked_for, kind_title
from app.panels.runs.filter import Sought, parse
from app.widgets.table import RAW
from app.widgets.tooltip import tooltip
from core.project.records import Excerpt, RunRecord, Status

Index = QModelIndex | QPersistentModelIndex

STATES: tuple[Status, ...] = ("running", "paused", "queued", "interrupted", "failed", "cancelled", "done")
"""In the order in which they are sorted: what goes on first."""
STATE_COLOURS: dict[Status, str] = {
    "running": "accent",
    "paused": "accent",
    "queued": "muted",
    "interrupted": "warning",
    "failed": "error",
    "cancelled": "muted",
    "done": "success",
}
"""Tokens of the theme."""


@dataclass(frozen=True, slots=True)
class Row:
    """A run, and what the table needs of it again and again. Made off the main thread."""

    run: RunRecord
    kind: str
    method: str
    sought: Sought


def make_row(run: RunRecord) -> Row:
    run = run.model_copy(update={"result": None, "provenance": None})
    kind = kind_title(run.kind)
    given = asked_for(run)
    asked = {name: str(value).casefold() for name, value in given.items()}
    method = str(given.get("method") or given.get("recipe") or "")
    fields = {
        **{name.rpartition(", ")[2]: value for name, value in asked.items()},
        **asked,
        "run": str(run.id),
        "kind": f"{run.kind} {kind}".casefold(),
        "what": run.title.casefold(),
        "state": run.status,
        "note": run.note.casefold(),
        "method": method.casefold(),
        "seed": str(run.seed),
        "device": run.device,
    }
    text = " ".join((str(run.id), kind, run.title, method, run.status, run.note)).casefold()
    figure = run.headline.value if run.headline else None
    day = (run.started or run.created).astimezone().date()
    return Row(run, kind, method, Sought(text, fields, figure, run.seconds, day, run.id))


@dataclass(frozen=True)
class Column:
    """`order` is what a row is sorted by, None for rows that have nothing there: they come last, always."""

    key: str
    title: str
    order: Callable[[Row], Any]
    tip: str = ""
    numeric: bool = False
    width: int = 100
    shown: bool = True


COLUMNS = (
    Column("run", "run", lambda row: row.run.id, numeric=True, width=70),
    Column("kind", "kind", lambda row: row.kind.casefold(), width=150),
    Column("what", "what", lambda row: row.run.title.casefold(), width=360),
    Column("state", "state", lambda row: STATES.index(row.run.status), width=110),
    Column(
        "figure",
        "main figure",
        lambda row: row.run.headline.value if row.run.headline else None,
        "The one figure that sums a run up; which one it is depends on the kind of run",
        numeric=True,
        width=104,
    ),
    Column(
        "measure",
        "measured",
        lambda row: measure(row.run).casefold() or None,
        "What the main figure is",
        width=170,
        shown=False,
    ),
    Column("took", "took", lambda row: row.run.seconds, "Running time", numeric=True, width=92),
    Column(
        "when",
        "when",
        lambda row: row.run.started or row.run.created,
        "When it was started (queued, where it has not)",
        numeric=True,
        width=126,
    ),
    Column("method", "method", lambda row: row.method.casefold() or None, width=90, shown=False),
    Column("seed", "seed", lambda row: row.run.seed, numeric=True, width=70, shown=False),
    Column("device", "device", lambda row: row.run.device, width=80, shown=False),
    Column("again", "again from", lambda row: row.run.parent, "The run it repeats", True, 90, shown=False),
    Column("note", "note", lambda row: row.run.note.casefold() or None, width=200, shown=False),
)
AT = {column.key: place for place, column in enumerate(COLUMNS)}


def measure(run: RunRecord) -> str:
    """What the run's main figure is: ``bits per byte after, all``."""
    if run.headline is None:
        return ""
    return f"{run.headline.name}, {run.headline.slice}" if run.headline.slice else run.headline.name


class RunModel(QAbstractTableModel):
    """All runs of a project; its rows are those that the kind and the filter leave, in order."""

    renamed = Signal(int, str)
    """A person gave a run another title, in place; shown already, to be written."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.editable = False
        self._all: dict[int, Row] = {}
        self._shown: list[Row] = []
        self._places: dict[int, int] = {}
        self._filter = parse("")
        self._kind = ""
        self._found: Mapping[str, Mapping[int, Excerpt]] = {}
        self._sorted = (AT["run"], Qt.SortOrder.DescendingOrder)
        self._shares: dict[int, tuple[float | None, str]] = {}
        self._places_after_point = 0
        self._figures = theme.figures_font()

    # What it holds

    def replace(self, rows: Iterable[Row]) -> None:
        """Take these as all runs there are."""
        self._all = {row.run.id: row for row in rows}
        self._arrange()

    def update(self, changed: Iterable[Row], gone: Iterable[int]) -> None:
        """Take in some runs that changed, and forget those that are gone."""
        for row in changed:
            self._all[row.run.id] = row
            if row.run.status not in ("running", "paused"):  # resumed, it begins anew
                self._shares.pop(row.run.id, None)
        for run_id in gone:
            self._all.pop(run_id, None)
        self._arrange()

    def set_filter(self, text: str, kind: str) -> None:
        """Show only runs of `kind` (of all, when empty) that the filter holds."""
        self._filter, self._kind = parse(text, elsewhere=self._found), kind
        self._arrange()

    def set_found(self, found: Mapping[str, Mapping[int, Excerpt]]) -> None:
        """Word → run → where it stands in the run's texts: such runs are held, too, and show the place."""
        self._found = found
        self.set_filter(self._filter.text, self._kind)
        if self._shown:
            column = AT["what"]
            self.dataChanged.emit(self.index(0, column), self.index(len(self._shown) - 1, column))

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words of the filter."""
        return self._filter.words

    def excerpt(self, place: int) -> Excerpt | None:
        """Where the words stand in the texts of a run that is shown for that."""
        run_id = self._shown[place].run.id
        return next(
            (self._found[word][run_id] for word in self.words if run_id in self._found.get(word, ())), None
        )

    def set_progress(self, run_id: int, share: float | None, stage: str) -> None:
        """How far a running run is, 0 to 1 (None: it cannot say)."""
        self._shares[run_id] = share, stage
        place = self._places.get(run_id)
        if place is not None:
            cell = self.index(place, AT["state"])
            self.dataChanged.emit(cell, cell)

    @property
    def total(self) -> int:
        """Of all runs, shown or not."""
        return len(self._all)

    @property
    def shown(self) -> list[RunRecord]:
        return [row.run for row in self._shown]

    def kinds(self) -> dict[str, str]:
        """The kinds of run there are, with their titles."""
        return {row.run.kind: row.kind for row in self._all.values()}

    def find(self, run_id: int) -> RunRecord | None:
        row = self._all.get(run_id)
        return row.run if row else None

    def place_of(self, run_id: int) -> int | None:
        """The row on which a run is shown now."""
        return self._places.get(run_id)

    def raw_at(self, place: int, column: int) -> Any:
        """A cell's value as it is copied and exported."""
        return _raw(self._shown[place], COLUMNS[column].key)

    def run_at(self, place: int) -> RunRecord:
        return self._shown[place].run

    def _arrange(self) -> None:
        rows = [
            row
            for row in sorted(self._all.values(), key=lambda row: -row.run.id)
            if self._kind in ("", row.run.kind) and self._filter(row.sought)
        ]
        rows = _in_order(rows, *self._sorted)
        figures = [row.sought.figure for row in self._all.values() if row.sought.figure is not None]
        self._places_after_point = decimals(figures)
        if [row.run.id for row in rows] == [row.run.id for row in self._shown]:
            self._shown = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._show(rows)
        self.endResetModel()

    def _show(self, rows: list[Row]) -> None:
        self._shown = rows
        self._places = {row.run.id: place for place, row in enumerate(rows)}

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = column, order
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        ids = [self._shown[index.row()].run.id for index in kept]
        newest_first = sorted(self._shown, key=lambda row: -row.run.id)
        self._show(_in_order(newest_first, column, order))
        moved = [
            self.index(self._places[run_id], index.column()) for run_id, index in zip(ids, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self.editable and index.isValid() and COLUMNS[index.column()].key == "what":
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column.key)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return self._font(column)
        if role == Qt.ItemDataRole.ForegroundRole and column.key == "state":
            return QColor(getattr(theme.tokens(), STATE_COLOURS[row.run.status]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row.run, column.key, index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole and column.key == "what":
            excerpt = self.excerpt(index.row())
            return f"{row.run.title}; in its text: {excerpt}" if excerpt is not None else row.run.title
        if role == Qt.ItemDataRole.EditRole and column.key == "what":
            return row.run.title
        if role == Qt.ItemDataRole.AccessibleTextRole and column.key == "run":
            return f"run {row.run.id}"
        return _raw(row, column.key) if role == RAW else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, title = self._shown[index.row()], " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not title or title == row.run.title:
            return False
        renamed = make_row(row.run.model_copy(update={"title": title}))
        self._all[row.run.id] = self._shown[index.row()] = renamed
        self.dataChanged.emit(index, index)
        self.renamed.emit(row.run.id, title)
        return True

    # Words

    def _text(self, row: Row, key: str) -> str:
        run = row.run
        if key == "state":
            return self._state(run)
        if key == "figure":
            return fixed(row.sought.figure, self._places_after_point)
        if key == "took":
            return MISSING if run.seconds is None else duration(run.seconds)
        if key == "when":
            return when(run.started or run.created)
        return str(_raw(row, key))

    def _state(self, run: RunRecord) -> str:
        if run.status not in ("running", "paused"):
            return run.status
        share, _ = self._shares.get(run.id, (run.progress, ""))
        return (
            run.status
            if share is None
            else f"{run.status} {min(max(share, 0.0), 1.0):.0%}".replace("%", " %")
        )

    def _tip(self, run: RunRecord, key: str, place: int) -> str | None:
        if key == "what" and (excerpt := self.excerpt(place)) is not None:
            return tooltip(f"{run.title}\n{excerpt}")
        if key == "state":
            return self._state_tip(run)
        if key == "figure" and run.headline is not None:
            return f"{measure(run)}: {run.headline.value!r}"
        if key == "took" and run.seconds is not None:
            return f"{run.seconds:,.2f} s"
        if key == "when":
            times = (("Queued", run.created), ("Started", run.started), ("Ended", run.finished))
            return "\n".join(f"{verb} {exact_time(time)}" for verb, time in times if time is not None)
        return None

    def _state_tip(self, run: RunRecord) -> str | None:
        if run.error is not None:
            return run.error.message
        if run.status == "running":
            return self._shares.get(run.id, (None, ""))[1] or None
        if run.status == "interrupted":
            return f"at {run.progress:.0%}".replace("%", " %") if run.progress else None
        return None

    def _font(self, column: Column) -> QFont | None:
        return self._figures if column.numeric else None


def _in_order(rows: list[Row], column: int, order: Qt.SortOrder) -> list[Row]:
    """Sorted, keeping the order of equals; rows with nothing in the column come last either way."""
    key = COLUMNS[column].order
    keyed = [(key(row), row) for row in rows]
    there = [pair for pair in keyed if pair[0] is not None and pair[0] == pair[0]]
    there.sort(key=lambda pair: pair[0], reverse=order is Qt.SortOrder.DescendingOrder)
    return [row for _, row in there] + [row for value, row in keyed if value is None or value != value]


_RAW: dict[str, Callable[[Row], Any]] = {
    "run": lambda row: row.run.id,
    "kind": lambda row: row.kind,
    "what": lambda row: row.run.title,
    "state": lambda row: row.run.status,
    "figure": lambda row: "" if row.sought.figure is None else row.sought.figure,
    "measure": lambda row: measure(row.run),
    "took": lambda row: "" if row.run.seconds is None else row.run.seconds,
    "when": lambda row: (row.run.started or row.run.created).isoformat(),
    "method": lambda row: row.method,
    "seed": lambda row: row.run.seed,
    "device": lambda row: row.run.device,
    "again": lambda row: row.run.parent or "",
    "note": lambda row: row.run.note,
}


def _raw(row: Row, key: str) -> Any:
    return _RAW[key](row)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
