"""`Table`: a table view that copies and exports raw values, and shows what it had to cut short."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app import theme
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.session import Session

Index = QModelIndex | QPersistentModelIndex
RAW = Qt.ItemDataRole.UserRole + 1
"""What a model answers for copying and export: the number unrounded, the whole path, ``""`` for nothing.

Without an answer (None) the text shown is taken.
"""
MARGIN = 11
"""Between a cell's edge and its text, as the style sheet has it."""
ARROW = 6
USUAL_HEIGHT = 17
"""Of a line of text, in pixels."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CSV_FILES = "Comma-separated values (*.csv)"


class CellDelegate(QStyledItemDelegate):
    """Keeps a cell's own colour and shade, which the style sheet would not."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shade = index.data(Qt.ItemDataRole.BackgroundRole)
        if shade is not None:
            own: Any = option
            painter.fillRect(own.rect.adjusted(0, 0, -1, -1), shade)
        color = index.data(Qt.ItemDataRole.ForegroundRole)
        if color is None:
            super().paint(painter, option, index)
        else:
            self.paint_text(painter, option, index, color)

    def paint_text(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, color: QColor, left: int = 0
    ) -> None:
        """The cell, with its text in `color`, `left` pixels further in."""
        own: Any = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        words, own.text = own.text, ""
        own.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        room = own.rect.adjusted(MARGIN + left, 0, -MARGIN, 0)
        painter.save()
        painter.setFont(own.font)
        painter.setPen(color)
        words = painter.fontMetrics().elidedText(words, own.textElideMode, room.width())
        painter.drawText(room, int(own.displayAlignment), words)
        painter.restore()


class Header(QHeaderView):
    """Shows which way a column is sorted in the margin at its right: its words stay in their place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def setSelectionModel(self, selectionModel: QItemSelectionModel) -> None:  # noqa: N803 - Qt's name
        """One of its own, with nothing selected: with the table's, each paint would ask after every row."""
        super().setSelectionModel(QItemSelectionModel(selectionModel.model(), self))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        super().paintSection(painter, rect, section)
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == section:
            rising = self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color(theme.tokens().muted), 1.4))
            middle = QPointF(rect.right() - ARROW / 2 - 0.5, rect.center().y() + 1)
            across, up = ARROW / 2, ARROW / 4 if rising else -ARROW / 4
            painter.drawPolyline(
                [middle + QPointF(-across, up), middle - QPointF(0, up), middle + QPointF(across, up)]
            )
            painter.restore()


class Table(QTableView):
    """Rows are selected whole; Ctrl+C copies them with their headers, a right click offers more.

    Its model answers `RAW` where the text shown is not the value. `title` names the table for a screen
    reader and proposes the name of the file when it is exported.
    """

    menu_asked = Signal(QMenu)
    """The context menu is about to open: whoever listens adds to it, above *Copy*."""

    def __init__(self, session: Session, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._title = title
        self.setAccessibleName(title)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
        self.setHorizontalHeader(Header(self))

    def set_title(self, title: str) -> None:
        """Call it otherwise, once it shows something else."""
        self._title = title
        self.setAccessibleName(title)

    def scaled(self, width: int) -> int:
        """A column's width in pixels, given for a system font of the usual size."""
        return round(width * max(1.0, self.fontMetrics().height() / USUAL_HEIGHT))

    # What it holds, as text

    def shown_columns(self) -> list[int]:
        """The model's columns that are to be seen, from left to right."""
        header = self.horizontalHeader()
        columns = [header.logicalIndex(place) for place in range(header.count())]
        return [column for column in columns if not header.isSectionHidden(column)]

    def raw_rows(self, rows: list[int] | None = None) -> list[list[str]]:
        """Headers and raw values of the given rows (of all, by default), as text."""
        model, columns = self.model(), self.shown_columns()
        horizontal, display = Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole
        chosen = range(model.rowCount()) if rows is None else rows
        heads = [str(model.headerData(column, horizontal, display) or "") for column in columns]
        return [heads, *([self.raw_at(row, column) for column in columns] for row in chosen)]

    def raw_at(self, row: int, column: int) -> str:
        """One cell of the model as it is copied and exported."""
        return raw_text(self.model().index(row, column))

    def as_csv(self) -> str:
        """All of it, as `csv_text` has it."""
        return csv_text(self.raw_rows())

    # What a person does with it

    @Slot()
    def copy(self) -> None:
        """Copy the selected rows, tab-separated, with their headers."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        if rows:
            lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in self.raw_rows(rows)]
            QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot()
    def copy_cell(self) -> None:
        QGuiApplication.clipboard().setText(raw_text(self.currentIndex()))

    @Slot()
    def export(self) -> None:
        """Ask for a file, and write the whole table to it as CSV."""
        path = self.ask_file()
        if path is not None:
            self.write_file(path, self.as_csv())

    def ask_file(self) -> Path | None:
        """Where to export it to, or None."""
        project = self._session.project
        start = (project.folder if project else Path.home()) / f"{self._title}.csv"
        return self._session.dialogs.save_file(self, "Export as CSV", start=start, filters=(CSV_FILES,))

    def write_file(self, path: Path, text: str) -> None:
        """Write what is exported, in a thread, and tell."""
        self._session.ask(
            _write,
            path,
            text,
            then=lambda _: self._session.message.emit(f"Exported to {path}.", "success"),
        )

    def fill_menu(self, menu: QMenu) -> None:
        """What a right click offers."""
        self.menu_asked.emit(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        some = self.selectionModel().hasSelection()
        menu.addAction("Copy", QKeySequence(QKeySequence.StandardKey.Copy), self.copy).setEnabled(some)
        menu.addAction("Copy this cell", self.copy_cell).setEnabled(self.currentIndex().isValid())
        menu.addAction("Export the table…", self.export).setEnabled(self.model().rowCount() > 0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        where = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            cell = self.visualRect(self.currentIndex())
            where = self.viewport().mapToGlobal(cell.bottomLeft() + QPoint(8, 0))
        menu.popup(where)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            help_event = cast(QHelpEvent, event)
            words = self._tip(self.indexAt(help_event.pos()))
            QToolTip.showText(help_event.globalPos(), tooltip(words), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, index: QModelIndex) -> str:
        """The cell's own tip, or its text where that does not fit."""
        tip = index.data(Qt.ItemDataRole.ToolTipRole)
        if tip:
            return str(tip)
        fits = self.sizeHintForIndex(index).width() <= self.visualRect(index).width()
        return "" if fits or not index.isValid() else str(index.data() or "")


def raw_text(index: Index) -> str:
    """A cell's raw value as text; numbers with all their digits."""
    value = index.data(RAW)
    return as_text(index.data(Qt.ItemDataRole.DisplayRole) if value is None else value)


def as_text(value: object) -> str:
    """Numbers with all their digits, nothing as nothing."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """What a spreadsheet would take for a formula is marked as text: tokens come from strangers."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(map(_spelt_out, row) for row in rows)
    return file.getvalue()


def _spelt_out(cell: str) -> str:
    """``=cmd()`` as ``'=cmd()``; numbers, negative ones too, as they are."""
    if not cell.startswith(FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _write(path: Path, text: str) -> None:
    from core.errors import UserError
    from core.project.publishing import write_file

    try:
        write_file(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror or error}); choose another place."
        ) from error
