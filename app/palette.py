"""The command palette (Ctrl+K): every command, every place and every run, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter
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

Index = QModelIndex | QPersistentModelIndex
HINT = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 34
SHOWN = 60


@dataclass(frozen=True)
class Entry:
    """One line: what it says, what stands at its right (a shortcut, a date), what it does."""

    text: str
    hint: str
    run: Callable[[], object]


def rank(query: str, text: str) -> int | None:
    """How well `text` answers `query`: lower is better, None when not at all.

    Each word of the query must begin a word of the text, or be found in it; whole beginnings come first.
    """
    folded = text.casefold()
    words = folded.split()
    score = 0
    for part in query.casefold().split():
        if folded.startswith(part):
            continue
        if any(word.startswith(part) for word in words):
            score += 1
        elif part in folded:
            score += 3
        else:
            return None
    return score


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == HINT:
            return entry.hint
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.text}, {entry.hint}" if entry.hint else entry.text
        return None


class _Line(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, max(ROW_HEIGHT, option.fontMetrics.height() + 14))  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.tokens()
        rect: QRect = option.rect.adjusted(4, 1, -4, -1)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(tokens.accent_soft))
            painter.drawRoundedRect(rect, 6, 6)
        text = rect.adjusted(10, 0, -10, 0)
        hint = index.data(HINT)
        metrics = painter.fontMetrics()
        painter.setPen(theme.color(tokens.muted))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, hint)
        room = text.width() - metrics.horizontalAdvance(hint) - 16
        painter.setPen(theme.color(tokens.text))
        words = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class Palette(Floating):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("Command palette")
        self._all: Sequence[Entry] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search, or type a command")
        self.field.setAccessibleName("Search, or type a command")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self._model = _Entries(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setAccessibleName("Commands found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(lambda index: self._run(index.row()))
        self._nothing = theme.styled(QLabel("Nothing of that name."), role="muted")
        self._nothing.setContentsMargins(14, 6, 0, 10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._nothing)

    def offer(self, entries: Sequence[Entry]) -> None:
        """Open with these entries; an open palette takes them in, keeping what was typed."""
        self._all = entries
        if self.isHidden():
            self.field.clear()
            self._filter("")
            self.open()
            self.field.setFocus()
        else:
            self._filter(self.field.text())

    def place(self) -> None:
        window = self.window()
        width = min(620, window.width() - 80)
        rows = self._model.rowCount() * self.list.sizeHintForRow(0) if self._model.rowCount() else ROW_HEIGHT
        height = min(rows + self.field.sizeHint().height() + 40, 460, window.height() - 80)
        self.setGeometry((window.width() - width) // 2, 6, width, height)

    def _filter(self, query: str) -> None:
        scored = [(score, entry) for entry in self._all if (score := rank(query, entry.text)) is not None]
        best = [entry for _, entry in sorted(scored, key=lambda pair: pair[0])]
        self._model.show(best[:SHOWN])
        self.list.setVisible(bool(best))
        self._nothing.setVisible(not best)
        self.list.setCurrentIndex(self._model.index(0, 0))
        self.place()

    def _run(self, row: int) -> None:
        if 0 <= row < len(self._model.entries):
            entry = self._model.entries[row]
            self.close_and_return()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            rows, key = self._model.rowCount(), Qt.Key(event.key())
            if key in steps and rows:
                row = min(max(self.list.currentIndex().row() + steps[key], 0), rows - 1)
                self.list.setCurrentIndex(self._model.index(row, 0))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)
