"""Small tables of facts about one run: a name and a value (or two) a line, under a heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.widgets.table import RAW, Table

if TYPE_CHECKING:
    from app.session import Session

Index = QModelIndex | QPersistentModelIndex
MOST = 60
"""Lines seen at most before the section scrolls."""


@dataclass(frozen=True)
class Cell:
    text: str
    raw: Any = None
    """What is copied, where that is not the text."""
    tip: str = ""


Rows = Sequence[tuple[Cell, ...]]


class FactModel(QAbstractTableModel):
    """Names at the left; the last columns are figures where they are headed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.heads: tuple[str, ...] = ()
        self.rows: Rows = ()
        self._figures = theme.figures_font()

    def show(self, heads: tuple[str, ...], rows: Rows) -> None:
        self.beginResetModel()
        self.heads, self.rows = heads, rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell, numeric = self.rows[index.row()][index.column()], self._is_figure(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == RAW:
            return cell.raw
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return self._figures if role == Qt.ItemDataRole.FontRole and numeric else None

    def _is_figure(self, column: int) -> bool:
        return column > 0 and any(isinstance(row[column].raw, int | float) for row in self.rows)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._is_figure(column) else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class Facts(QWidget):
    """A heading over a table as high as it is long; gone when there is nothing to tell.

    `stretch` is the column that takes the room left.
    """

    def __init__(self, session: Session, title: str, *, stretch: int = 0) -> None:
        super().__init__()
        self._stretch = stretch
        self._title = theme.styled(QLabel(title), role="subheading")
        self.model = FactModel(self)
        self.table = Table(session, title)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setModel(self.model)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.verticalHeader().setDefaultSectionSize(self.table.fontMetrics().height() + 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self.table)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_table(self, heads: tuple[str, ...], rows: Rows, *, title: str = "") -> None:
        if title:
            self._title.setText(title)
        self.model.show(heads, rows)
        header = self.table.horizontalHeader()
        header.setVisible(any(heads))
        for column in range(len(heads)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(self._stretch, QHeaderView.ResizeMode.Stretch)
        above = header.sizeHint().height() if any(heads) else 0
        line = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(above + line * min(len(rows), MOST) + 2)
        self.setVisible(bool(rows))
