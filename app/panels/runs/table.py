"""The table of runs: boxes to select by, titles edited in place, selection and columns that last."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from app import theme
from app.panels.runs.model import AT, COLUMNS, RunModel
from app.widgets.table import MARGIN, CellDelegate, Table, as_text

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import Excerpt

Index = QModelIndex | QPersistentModelIndex
BOX, BOX_LEFT, BOX_ROOM = 14, 11, 32
"""Size and place of the box beside a run's number, and where a click means the box."""
_Flag = QItemSelectionModel.SelectionFlag


class RunDelegate(CellDelegate):
    """Draws the box that shows and toggles the selection; edits titles in a plain line."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        key = COLUMNS[index.column()].key
        model = index.model()
        excerpt = model.excerpt(index.row()) if key == "what" and isinstance(model, RunModel) else None
        if excerpt is not None:
            self._paint_found(painter, option, index, excerpt)
            return
        if key != "run":
            super().paint(painter, option, index)
            return
        self.paint_text(painter, option, index, QColor(theme.tokens().text), BOX_ROOM - MARGIN)
        own: Any = option
        painter.save()
        _draw_box(painter, own.rect, bool(own.state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def _paint_found(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, excerpt: Excerpt
    ) -> None:
        """The title, and at its right where the words stand in the run's texts, these set apart."""
        own: Any = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        title, own.text = own.text, ""
        own.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        room = own.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.save()
        painter.setFont(own.font)
        metrics, tokens = painter.fontMetrics(), theme.tokens()
        match = metrics.elidedText(excerpt.match, Qt.TextElideMode.ElideRight, room.width() // 2)
        wide = metrics.horizontalAdvance(match)
        around = max(0, (room.width() - wide) // 4)
        before = metrics.elidedText(excerpt.before, Qt.TextElideMode.ElideLeft, around)
        after = metrics.elidedText(excerpt.after, Qt.TextElideMode.ElideRight, around)
        left = room.right() - sum(map(metrics.horizontalAdvance, (before, match, after)))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.setPen(QColor(tokens.text))
        short = metrics.elidedText(title, own.textElideMode, max(0, left - room.left() - 16))
        painter.drawText(room, middle, short)
        for words, color in ((before, tokens.muted), (match, tokens.text), (after, tokens.muted)):
            place = QRect(left, room.top(), metrics.horizontalAdvance(words) + 1, room.height())
            if words is match:
                mark = QRectF(left - 1, room.center().y() - metrics.height() / 2, wide + 2, metrics.height())
                painter.fillRect(mark, theme.color(tokens.warning, 0.28))
                painter.fillRect(QRectF(mark.left(), mark.bottom(), mark.width(), 1), QColor(tokens.warning))
            painter.setPen(QColor(color))
            painter.drawText(place, middle, words)
            left += place.width() - 1
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title of the run")
        editor.setStyleSheet("border-radius: 4px; padding: 0 7px; min-height: 0;")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        own: Any = option
        editor.setGeometry(own.rect.adjusted(2, 2, -2, -3))


def _draw_box(painter: QPainter, cell: QRect, ticked: bool) -> None:
    tokens = theme.tokens()
    box = QRectF(cell.left() + BOX_LEFT, cell.center().y() - BOX / 2 + 0.5, BOX, BOX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent if ticked else tokens.border_strong), 1.2))
    painter.setBrush(QColor(tokens.accent if ticked else tokens.surface))
    painter.drawRoundedRect(box, 3, 3)
    if ticked:
        painter.setPen(QPen(QColor(tokens.on_accent), 1.8))
        corners = ((0.24, 0.52), (0.43, 0.71), (0.78, 0.31))
        painter.drawPolyline([QPointF(box.left() + x * BOX, box.top() + y * BOX) for x, y in corners])


class RunTable(Table):
    opened = Signal(int)
    """Return or a double click on a run."""
    delete_asked = Signal()
    chosen = Signal()
    """Other runs are selected than before."""

    def __init__(self, session: Session, model: RunModel) -> None:
        super().__init__(session, "Runs")
        self.runs = model
        self._selected: tuple[int, ...] = ()
        self._current: int | None = None
        self._scrolled = 0
        self._told: tuple[int, ...] = ()
        """As was said last."""
        self.setModel(model)
        self.setItemDelegate(RunDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        self.sortByColumn(AT["run"], Qt.SortOrder.DescendingOrder)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(48)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._pop_columns)
        self.reset_columns()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._recall)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.doubleClicked.connect(self._open)

    def raw_at(self, row: int, column: int) -> str:
        return as_text(self.runs.raw_at(row, column))  # without Qt between: thousands of rows in a blink

    # What is selected

    def selected(self) -> tuple[int, ...]:
        """The numbers of the selected runs, in rising order."""
        return self._told

    def select_runs(self, ids: Collection[int]) -> None:
        """Select those of the runs that are shown, and scroll to the first of them."""
        places = sorted(place for run_id in ids if (place := self.runs.place_of(run_id)) is not None)
        self._select(places)
        if places:
            first = self.runs.index(places[0], AT["run"])
            self.selectionModel().setCurrentIndex(first, _Flag.NoUpdate)
            self.scrollTo(first)

    def neighbour(self) -> int | None:
        """The run that a person would go on with if the selected ones went away."""
        chosen = {self.runs.place_of(run_id) for run_id in self._told}
        last = max((place for place in chosen if place is not None), default=-1)
        order = chain(range(last + 1, self.runs.rowCount()), range(last, -1, -1))
        place = next((place for place in order if place not in chosen), None)
        return None if place is None else self.runs.run_at(place).id

    def _select(self, places: Iterable[int]) -> None:
        chosen = QItemSelection()
        for place in places:
            chosen.select(self.runs.index(place, 0), self.runs.index(place, len(COLUMNS) - 1))
        self.selectionModel().select(chosen, _Flag.ClearAndSelect)

    @Slot()
    def _remember(self) -> None:
        self._selected, self._scrolled = self._told, self.verticalScrollBar().value()
        current = self.currentIndex()
        self._current = self.runs.run_at(current.row()).id if current.isValid() else None

    @Slot()
    def _recall(self) -> None:
        """The rows are others now; the runs selected, and where a person had scrolled to, are not."""
        self._select(place for run_id in self._selected if (place := self.runs.place_of(run_id)) is not None)
        place = self.runs.place_of(self._current) if self._current is not None else None
        if place is not None:
            self.selectionModel().setCurrentIndex(self.runs.index(place, AT["run"]), _Flag.NoUpdate)
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._scrolled)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        blocks = self.selectionModel().selection().toList()
        rows = chain.from_iterable(range(block.top(), block.bottom() + 1) for block in blocks)
        selected = tuple(sorted({self.runs.run_at(row).id for row in rows}))
        if selected != self._told:
            self._told = selected
            self.chosen.emit()

    # Keys and clicks

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        current = self.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and current.isValid():
            self._open(current)
        elif key == Qt.Key.Key_Space and plain and current.isValid():
            self._toggle(current)
        elif key == Qt.Key.Key_F2:
            self.rename()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and plain:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        plain = event.button() is Qt.MouseButton.LeftButton and not event.modifiers()
        if plain and self._is_box(index, event.position().x()):
            self._toggle(index)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two clicks on a box are two clicks."""
        index = self.indexAt(event.position().toPoint())
        if self._is_box(index, event.position().x()):
            self._toggle(index)
        else:
            super().mouseDoubleClickEvent(event)

    def _is_box(self, index: QModelIndex, x: float) -> bool:
        in_column = index.isValid() and COLUMNS[index.column()].key == "run"
        return in_column and x - self.visualRect(index).left() < BOX_ROOM

    def _toggle(self, index: QModelIndex) -> None:
        self.selectionModel().setCurrentIndex(index, _Flag.Toggle | _Flag.Rows)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.runs.run_at(index.row()).id)

    @Slot()
    def rename(self) -> None:
        """Edit the title of the run selected, in its row."""
        place = self.runs.place_of(self._told[0]) if len(self._told) == 1 else None
        if place is not None and self.runs.editable:
            cell = self.runs.index(place, AT["what"])
            self.scrollTo(cell)
            self.setFocus()
            self.selectionModel().setCurrentIndex(cell, _Flag.NoUpdate)
            self.edit(cell)

    @property
    def is_editing(self) -> bool:
        return self.state() is QAbstractItemView.State.EditingState

    # Columns

    def reset_columns(self) -> None:
        """As they are in a new project."""
        header = self.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            header.moveSection(header.visualIndex(place), place)
            self.setColumnHidden(place, not column.shown)
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(place, self.scaled(column.width))
        header.setSectionResizeMode(AT["what"], QHeaderView.ResizeMode.Stretch)

    def fill_columns_menu(self, menu: QMenu) -> None:
        """Which columns there are, and what the rows are sorted by: all of it by keyboard too."""
        header = self.horizontalHeader()
        sort = QMenu("Sort by", menu)
        for place, column in enumerate(COLUMNS):
            action = menu.addAction(column.title.capitalize())
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(place))
            action.setEnabled(column.key not in ("run", "what"))
            action.toggled.connect(partial(self._show_column, place))
            by = sort.addAction(column.title.capitalize(), partial(self._sort_by, place))
            by.setCheckable(True)
            by.setChecked(header.sortIndicatorSection() == place)
        menu.addSeparator()
        menu.addMenu(sort)
        menu.addAction("As they were", self.reset_columns)

    def _show_column(self, place: int, shown: bool) -> None:
        self.setColumnHidden(place, not shown)

    def _sort_by(self, place: int) -> None:
        """Again by the same column: the other way round."""
        header, rising, falling = (
            self.horizontalHeader(),
            Qt.SortOrder.AscendingOrder,
            Qt.SortOrder.DescendingOrder,
        )
        same = header.sortIndicatorSection() == place
        turned = falling if header.sortIndicatorOrder() is rising else rising
        self.sortByColumn(place, turned if same else rising)

    @Slot()
    def _pop_columns(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_columns_menu(menu)
        menu.popup(self.cursor().pos())

    def columns_state(self) -> dict[str, Any]:
        """Order, widths and sorting, as JSON data."""
        header = self.horizontalHeader()
        return {
            "columns": [COLUMNS[column].key for column in self.shown_columns()],
            "widths": {
                column.key: self.columnWidth(place)
                for place, column in enumerate(COLUMNS)
                if not self.isColumnHidden(place)
            },
            "sort": COLUMNS[header.sortIndicatorSection()].key,
            "falling": header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
        }

    def restore_columns(self, state: dict[str, Any]) -> None:
        """The reverse of `columns_state`; what it does not understand stays as it is."""
        header = self.horizontalHeader()
        shown = [str(key) for key in _list(state.get("columns")) if str(key) in AT]
        if "run" in shown and "what" in shown:
            for place, key in enumerate(shown):
                header.moveSection(header.visualIndex(AT[key]), place)
            for key, column in AT.items():
                self.setColumnHidden(column, key not in shown)
        widths = state.get("widths")
        for key, width in widths.items() if isinstance(widths, dict) else ():
            if key in AT and isinstance(width, int) and 20 <= width <= 2_000:
                self.setColumnWidth(AT[key], width)
        sort = AT.get(str(state.get("sort")))
        if sort is not None:
            order = Qt.SortOrder.DescendingOrder if state.get("falling") else Qt.SortOrder.AscendingOrder
            self.sortByColumn(sort, order)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
