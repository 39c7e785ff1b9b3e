"""Runs side by side: a table of what differs, and a plot of the figure that is chosen in it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import icon
from app.panels.runs.comparison import Line, better, compare, title_of
from app.widgets.table import RAW, Table

if TYPE_CHECKING:
    from app.panels.runs.metric_plot import MetricPlot
    from app.session import Session
    from core.project.project import Project
    from core.project.records import RunRecord

Index = QModelIndex | QPersistentModelIndex
NAMES, FIGURES, DIFFERENCE = 150, (84, 122), 112
"""Widths of columns: the least of the first, least and most of a run's, and of the last."""
BY_SLICE = 6
"""So many runs fit as symbols into one row a slice; beyond, the plot has one row a run."""


@dataclass(frozen=True)
class Compared:
    runs: list[RunRecord]
    lines: list[Line]


def read_comparison(project: Project, ids: Sequence[int]) -> Compared:
    """Off the main thread: whole records of the runs and all their figures."""
    runs = [project.run(run_id) for run_id in ids]
    return Compared(runs, compare(runs, project.metrics(ids)))


class ComparisonModel(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.runs: list[RunRecord] = []
        self.lines: list[Line] = []
        self._figures = theme.figures_font()

    def show(self, runs: list[RunRecord], lines: list[Line]) -> None:
        self.beginResetModel()
        self.runs, self.lines = runs, lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self.runs else len(self.runs) + 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        run = self.runs[section - 1] if 0 < section <= len(self.runs) else None
        if role == Qt.ItemDataRole.DisplayRole:
            last = "difference" if len(self.runs) == 2 else "range"
            return f"run {run.id}" if run else last if section else ""
        return run.title if run and role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if column == 0:
            return self._title(line, role)
        if column > len(self.runs):
            return self._difference(line, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return line.texts[column - 1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.tips[column - 1] or None
        if role == Qt.ItemDataRole.FontRole and line.metric:
            return self._figures
        return _raw(line, column - 1) if role == RAW else None

    def _title(self, line: Line, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.ToolTipRole and line.metric and better(line.metric[0]):
            return f"{line.title}: {better(line.metric[0])} is better"
        return None

    def _difference(self, line: Line, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{line.verdict} {line.difference}".strip()
        if role == Qt.ItemDataRole.ForegroundRole and line.verdict:
            tokens = theme.tokens()
            return QColor(tokens.success if line.verdict == "better" else tokens.warning)
        if role == Qt.ItemDataRole.FontRole:
            return self._figures
        if role == RAW:
            return "" if line.raw_difference is None else line.raw_difference
        return None


class CompareView(QWidget):
    """Asked by `compare`; reads what it shows off the main thread."""

    closed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.ids: list[int] = []
        """The runs compared, in the order of the columns."""
        self._lines: list[Line] = []
        self._runs: list[RunRecord] = []
        self._plotted: tuple[str, str | None] | None = None
        self.title = theme.styled(QLabel(), role="subheading")
        self._hint = theme.styled(QLabel(), role="small")
        self.equal = QCheckBox("Equal rows too")
        self.equal.setToolTip("Show what is the same in all of these runs as well")
        self.equal.toggled.connect(self._fill)
        close = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        close.setAccessibleName("Close the comparison")
        close.setToolTip("Close the comparison (Esc)")
        close.clicked.connect(self.closed)
        self.model = ComparisonModel(self)
        self.table = Table(session, "Comparison of runs")
        self.table.setModel(self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self._words = theme.styled(QLabel(), role="muted")
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.plot: MetricPlot | None = None
        """There once the first figure was plotted."""
        self._plot_place = QStackedWidget()
        self._no_plot = theme.styled(QLabel(), role="muted")
        self._no_plot.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._no_plot.setWordWrap(True)
        self._plot_place.addWidget(self._no_plot)
        self._split = QSplitter()
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(16)
        self._split.addWidget(self.table)
        self._split.addWidget(self._plot_place)
        self._split.setSizes([600, 400])
        self.table.setMinimumWidth(260)
        self._plot_place.setMinimumWidth(220)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._words)
        self._stack.addWidget(self._split)
        self._lay_out(close)

    def _lay_out(self, close: QPushButton) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self._hint)
        head.addWidget(self.equal)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def compare(self, ids: Sequence[int]) -> None:
        """Show these runs, in this order."""
        self.ids = list(ids)
        self.title.setText(title_of(self.ids))
        project = self._session.project
        if project is None:
            return
        if not self._lines:
            self._say("Reading the runs…")
        self._session.ask(
            read_comparison,
            project,
            list(ids),
            then=self._show,
            failed=self._say_failed,
            owner=self,
            key="compare",
        )

    def _show(self, compared: Compared) -> None:
        self._runs, self._lines = compared.runs, compared.lines
        self._fill()

    @Slot()
    def _fill(self) -> None:
        """The lines that are to be seen, then the plot of the one chosen before, or of the first figure."""
        lines = [line for line in self._lines if self.equal.isChecked() or line.differs]
        if not lines:
            self._say("Nothing differs: these runs asked for the same, and gave the same.")
            return
        self._stack.setCurrentWidget(self._split)
        self._hint.setText("" if self.equal.isChecked() else "only what differs · click a row for the plot")
        self.model.show(self._runs, lines)
        self._size_columns()
        measured = [place for place, line in enumerate(lines) if line.metric]
        kept = [place for place in measured if lines[place].metric == self._plotted]
        self.table.setAutoScroll(False)  # what was asked for stays in sight
        for place in (kept or measured)[:1]:
            self.table.selectRow(place)
        self.table.setAutoScroll(True)
        if not measured:
            self._say_no_plot("None of these figures differ." if lines else "")

    def _size_columns(self) -> None:
        """The names take the room that the runs leave; many runs are scrolled to."""
        header, runs = self.table.horizontalHeader(), len(self._runs)
        names, least, most, difference = map(self.table.scaled, (NAMES, *FIGURES, DIFFERENCE))
        room = self.table.viewport().width() - names - difference
        figures = min(max(room // max(runs, 1), least), most)
        for column in range(runs + 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            width = names if column == 0 else difference if column > runs else figures
            self.table.setColumnWidth(column, width)
        if room >= runs * least:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._hint.clear()
        self._stack.setCurrentWidget(self._words)

    def _say_failed(self, error: Exception) -> None:
        self._lines = []
        self._say(f"These runs cannot be compared: {error}")

    # The plot

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, current: QModelIndex, _: QModelIndex) -> None:
        line = self.model.lines[current.row()] if current.isValid() else None
        if line is not None and line.metric is not None:
            self._plotted = line.metric
            self._draw()

    def _draw(self) -> None:
        if self.plot is None:
            self._say_no_plot("Preparing the plot…")
            self._session.ask(
                importlib.import_module, "pyqtgraph", then=self._make_plot, owner=self, key="pyqtgraph"
            )
            return
        title, rows, series = self._figures()
        self.plot.show_figures(title, rows, series)
        self._plot_place.setCurrentWidget(self.plot)

    def _make_plot(self, _: object) -> None:
        from app.panels.runs.metric_plot import MetricPlot

        if self.plot is None:
            self.plot = MetricPlot(self._session)
            self._plot_place.addWidget(self.plot)
        self._draw()

    def _figures(self) -> tuple[str, list[str], list[Any]]:
        """Of the measure chosen: its name, the rows of the plot, and the series in them."""
        from app.panels.runs.metric_plot import Series

        name, part = self._plotted or ("", None)
        lines = {line.metric[1]: line for line in self._lines if line.metric and line.metric[0] == name}
        direction = better(name)
        note = f" ({direction} is better)" if direction else ""
        if part is not None and len(self._runs) <= BY_SLICE:
            rows = [str(of) for of in lines if of is not None]
            series = [
                Series(f"run {run.id}", tuple(lines[of].values[place] for of in rows))
                for place, run in enumerate(self._runs)
            ]
            return f"{name}{note}", rows, series
        title = f"{name}, {part}{note}" if part else f"{name}{note}"
        return title, [f"run {run.id}" for run in self._runs], [Series(title, lines[part].values)]

    def _say_no_plot(self, words: str) -> None:
        self._no_plot.setText(words)
        self._plot_place.setCurrentWidget(self._no_plot)


def _raw(line: Line, place: int) -> Any:
    value = line.values[place]
    if line.metric is None:
        return line.tips[place] or line.texts[place]
    return "" if value is None else value


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
