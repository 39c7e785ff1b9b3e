"""A table over a list of records, described by its columns: shown rounded, sorted and copied raw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView

from app import theme
from app.figures import MISSING
from app.widgets.table import MARGIN, RAW, Table

if TYPE_CHECKING:
    from app.session import Session

Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MEASURED = 100
"""Rows that are looked at to say how wide a column must be."""
LEAST = 150
"""Pixels that the column which takes the room left has at least."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column:
    """`value` gives a record's figure (None: not measured), `text` how that is shown.

    `color` gives a token of the theme, or ``""`` for the usual one.
    """

    title: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str] = str
    right: bool = False
    mono: bool = False
    tip: str = ""
    color: Callable[[Any], str] | None = None
    raw: Callable[[Any], Any] | None = None
    """What is copied, where that is not `value`."""
    shade: Callable[[Any], float | None] | None = None
    """How strongly the cell is tinted, 0 to 1; text on it stays readable."""


def tint(share: float) -> QColor:
    """The colour of a shaded cell, `share` 0 to 1."""
    strongest = 0.66 if theme.tokens().name == "light" else 0.46
    return theme.color(theme.tokens().before, 0.03 + strongest * max(0.0, min(1.0, share)))


class FiguresModel(QAbstractTableModel):
    """Sorts and filters itself: in a proxy each comparison would be a call, and long tables would stall."""

    def __init__(self, columns: Sequence[Column], parent: QObject) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        """Those shown, in the order shown."""
        self._all: list[Any] = []
        self._places: list[int] = []
        """Where each of `rows` stands among all."""
        self._keep: Callable[[Any], bool] | None = None
        self._sorted: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._mono, self._figures = theme.mono_font(), theme.figures_font()

    @property
    def total(self) -> int:
        """How many there are, with those that are filtered away."""
        return len(self._all)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, and no rows yet."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._all, self.rows, self._places = [], [], []
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self.endResetModel()

    def show(self, rows: Sequence[Any]) -> None:
        """In the order given."""
        self.beginResetModel()
        self._all = list(rows)
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self._arrange()
        self.endResetModel()

    def keep(self, wanted: Callable[[Any], bool] | None) -> None:
        """Show only the records that are wanted; all of them with None."""
        self.beginResetModel()
        self._keep = wanted
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By raw value, whatever is not measured last in either order; with -1, in the order given."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [self._places[index.row()] for index in kept]
        self._sorted = (column, order)
        self._arrange()
        now = {place: row for row, place in enumerate(self._places)}
        moved = [self.index(now[place], index.column()) for place, index in zip(places, kept, strict=True)]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        keep = self._keep
        places = [place for place, row in enumerate(self._all) if keep is None or keep(row)]
        column, order = self._sorted
        if column >= 0:
            value = self.columns[column].value
            values = {place: value(self._all[place]) for place in places}
            measured = [place for place in places if values[place] is not None]
            measured.sort(key=values.__getitem__, reverse=order is Qt.SortOrder.DescendingOrder)
            places = measured + [place for place in places if values[place] is None]
        self._places = places
        self.rows = [self._all[place] for place in places]

    def font_of(self, column: int) -> QFont:
        return self._mono if self.columns[column].mono else self._figures

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            value = column.value(row)
            return MISSING if value is None else column.text(value)
        if role == RAW:
            value = (column.raw or column.value)(row)
            return "" if value is None else value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self.font_of(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and column.color is not None:
            name = column.color(row)
            return QColor(getattr(theme.tokens(), name)) if name else None
        if role == Qt.ItemDataRole.BackgroundRole and column.shade is not None:
            share = column.shade(row)
            return None if share is None else tint(share)
        return None


class FiguresTable(Table):
    """As high as its rows, up to `lines` of them; `stretched` is the column that takes the room left, and has
    `least` pixels at least.

    Without `lines` it is as high as there is room for it.
    """

    row_chosen = Signal(object)
    """The record of the current row, or None."""

    def __init__(
        self,
        session: Session,
        title: str,
        columns: Sequence[Column],
        *,
        stretched: int,
        lines: int | None = 12,
        sortable: bool = True,
        least: int = LEAST,
    ) -> None:
        super().__init__(session, title)
        self._lines, self._stretched, self._least = lines, stretched, least
        self._fits = False
        self.figures = FiguresModel(columns, self)
        self.setModel(self.figures)
        self.setSortingEnabled(sortable)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.selectionModel().currentRowChanged.connect(self._on_row)
        theme.current().changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """In the order given, until a header is pressed."""
        self.figures.show(rows)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._fits = False
        if self.isVisible():
            self._fit()

    def record(self, row: int) -> Any:
        """What stands in a row as it is sorted now."""
        return self.figures.rows[row]

    def keep(self, wanted: Callable[[Any], bool] | None) -> None:
        """Show only the records that are wanted, sorted as they were; all of them with None."""
        self.figures.keep(wanted)
        self.row_chosen.emit(None)
        if self.isVisible():
            self._stretch()

    def _fit(self) -> None:
        """Columns as wide as what they hold; then give the one that stretches what is left."""
        self._fits = True
        header = self.horizontalHeader()
        for column in range(header.count()):
            if not header.isSectionHidden(column):
                header.resizeSection(column, self._width(column))
        self._stretch()

    def _width(self, column: int) -> int:
        """Of the title, or of the widest of the first rows."""
        index = self.figures.index
        font = self.figures.font_of(column)
        metrics = QFontMetrics(font)
        rows = range(min(MEASURED, len(self.figures.rows)))
        widths = [metrics.horizontalAdvance(str(index(row, column).data())) for row in rows]
        title = self.horizontalHeader().fontMetrics().horizontalAdvance(self.figures.columns[column].title)
        return max([title, *widths]) + 2 * MARGIN + 2

    def _stretch(self) -> None:
        header = self.horizontalHeader()
        if header.isSectionHidden(self._stretched):
            return
        others = header.length() - header.sectionSize(self._stretched)
        room = self.viewport().width() - others
        header.resizeSection(self._stretched, max(self._least, room))
        if self._lines is None:
            return
        line = self.verticalHeader().defaultSectionSize()
        rows = max(1, min(self._lines, len(self.figures.rows)))
        bar = self.horizontalScrollBar().sizeHint().height() if room < self._least else 0
        self.setFixedHeight(header.sizeHint().height() + rows * line + bar + 4)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fits:  # measuring every cell takes its time: not before it is seen
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stretch()

    @Slot(QModelIndex)
    def _on_row(self, current: QModelIndex) -> None:
        self.row_chosen.emit(self.record(current.row()) if current.isValid() else None)
