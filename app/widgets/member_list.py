"""A list of the members of a choice, to search and choose from: what each does, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.floating import Floating
from app.icons import icon

Index = QModelIndex | QPersistentModelIndex
WIDTH, HEIGHT = 460, 520
"""Pixels at most."""


@dataclass(frozen=True)
class Line:
    """A member, or the head of a group, which has no name. `source` is where it comes from, in short."""

    name: str
    title: str
    sentence: str = ""
    source: str = ""
    group: str = ""

    def answers(self, query: str) -> bool:
        """Whether each word of the query is somewhere in it."""
        words = f"{self.name} {self.title} {self.sentence} {self.source}".casefold()
        return all(part in words for part in query.casefold().split())


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """With a head before each group, in the order in which groups first come."""
        self.beginResetModel()
        self.lines = []
        for group in dict.fromkeys(line.group for line in lines):
            if group:
                self.lines.append(Line("", group))
            self.lines += [line for line in lines if line.group == group]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ". ".join(filter(None, (line.title, line.sentence, line.source)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.source or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        named = bool(self.lines[index.row()].name)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if named else Qt.ItemFlag.NoItemFlags


class _Drawn(QStyledItemDelegate):
    """Title, and at its right the source; under it the sentence in two lines at most."""

    def __init__(self, model: _Lines, view: QListView) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def _small(self) -> QFont:
        font = QFont(self._view.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        line = self._model.lines[index.row()]
        if not line.name:
            return QSize(200, metrics.height() + 14)
        return QSize(200, metrics.height() + self._sentence(line).height() + 16)

    def _sentence(self, line: Line) -> QRect:
        """How much room the sentence takes."""
        metrics = QFontMetrics(self._small())
        room = QRect(0, 0, self._view.viewport().width() - 34, 2 * metrics.lineSpacing() + 2)
        return metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, line.sentence) & room

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, line = theme.tokens(), self._model.lines[index.row()]
        rect: QRect = option.rect.adjusted(4, 1, -4, -1)  # type: ignore[attr-defined]
        left = Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not line.name:
            painter.setFont(self._small())
            painter.setPen(theme.color(tokens.muted))
            bottom = left | Qt.AlignmentFlag.AlignBottom
            painter.drawText(rect.adjusted(10, 0, -10, -4), bottom, line.title)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(tokens.accent_soft))
            painter.drawRoundedRect(rect, 6, 6)
        text = rect.adjusted(10, 5, -10, -4)
        metrics = painter.fontMetrics()
        painter.setPen(theme.color(tokens.text))
        title = metrics.elidedText(line.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, left, title)
        room = text.width() - metrics.horizontalAdvance(title) - 16
        painter.setFont(self._small())
        painter.setPen(theme.color(tokens.muted))
        small = painter.fontMetrics()
        if room > 40:
            source = small.elidedText(line.source, Qt.TextElideMode.ElideRight, room)
            painter.drawText(text, Qt.AlignmentFlag.AlignRight, source)
        below = text.adjusted(0, metrics.height() + 2, 0, 0)
        painter.drawText(below, Qt.TextFlag.TextWordWrap, line.sentence)
        painter.restore()


class MemberList(Floating):
    """Under the control that asks; typing narrows it, arrows and Return choose, Escape leaves."""

    chosen = Signal(str)

    def __init__(self, control: QWidget, title: str) -> None:
        super().__init__(control.window())
        self.setAccessibleName(title)
        self._control = control
        self._all: Sequence[Line] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search by name, by what it does, or by paper")
        self.field.setAccessibleName(f"Search: {title}")
        self.field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.lines = _Lines(self)
        self.list = QListView()
        self.list.setModel(self.lines)
        self.list.setItemDelegate(_Drawn(self.lines, self.list))
        self.list.setAccessibleName(title)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self._nothing = theme.styled(QLabel("Nothing of that name."), role="muted")
        self._nothing.setContentsMargins(14, 6, 0, 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self._nothing)

    def offer(self, lines: Sequence[Line], name: str) -> None:
        """Open with these, the one of that name chosen."""
        self._all = lines
        self.field.clear()
        self._filter("")
        self.open()
        self._go_to(next((row for row, line in enumerate(self.lines.lines) if line.name == name), -1))
        self.field.setFocus()

    def place(self) -> None:
        window, control = self.window(), self._control
        width = min(max(WIDTH, control.width()), window.width() - 40)
        top_left = control.mapTo(window, QPoint(0, 0))
        below = window.height() - top_left.y() - control.height() - 16
        height = min(HEIGHT, window.height() - 60)
        top = top_left.y() + control.height() + 4 if below >= height else window.height() - height - 12
        self.setGeometry(min(top_left.x(), window.width() - width - 12), top, width, height)

    def _filter(self, query: str) -> None:
        found = [line for line in self._all if line.answers(query)]
        self.lines.show(found)
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self._step(-1, 1)

    def _go_to(self, row: int) -> None:
        self.list.setCurrentIndex(self.lines.index(row, 0))
        self.list.scrollTo(self.lines.index(row, 0), QListView.ScrollHint.PositionAtCenter)

    def _step(self, start: int, step: int) -> None:
        """To the next member, over the heads of groups."""
        row = start + step
        while 0 <= row < len(self.lines.lines) and not self.lines.lines[row].name:
            row += 1 if step > 0 else -1
        if 0 <= row < len(self.lines.lines):
            index = self.lines.index(row, 0)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.lines.lines) and self.lines.lines[row].name:
            name = self.lines.lines[row].name
            self.close_and_return()
            self.chosen.emit(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}
            row, key = self.list.currentIndex().row(), Qt.Key(event.key())
            if key in steps:
                last = len(self.lines.lines) - 1
                self._step(min(max(row + steps[key], 0), last) - (1 if steps[key] > 0 else -1), steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(row)
                return True
        return super().eventFilter(watched, event)
