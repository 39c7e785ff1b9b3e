"""The messages of a chat, to be edited: who speaks, and what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import icon

ROLES = (("system", "System"), ("user", "User"), ("assistant", "Assistant"), ("tool", "Tool"))
REST = 150
"""Milliseconds of quiet before what was typed is looked at."""
LEAST, MOST = 2, 8
"""Lines of a message that are seen."""


class Message(QWidget):
    changed = Signal()
    removed = Signal()

    def __init__(self, role: str, text: str) -> None:
        super().__init__()
        self.role = QComboBox()
        self.role.setAccessibleName("Role")
        for key, label in ROLES:
            self.role.addItem(label, key)
        self.role.setCurrentIndex(max(0, self.role.findData(role)))
        self.remove = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        self.remove.setToolTip("Take this message out")
        self.remove.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.text = QPlainTextEdit(text)
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText("What is said")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.role)
        head.addStretch(1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.text)
        self.role.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.text.textChanged.connect(self.changed)
        self.remove.clicked.connect(self.removed)
        self.text.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def value(self) -> tuple[str, str]:
        return self.role.currentData(), self.text.toPlainText()

    def call(self, number: int, alone: bool) -> None:
        """Its place in the chat, for a screen reader; the only message cannot be taken out."""
        self.role.setAccessibleName(f"Role of message {number}")
        self.text.setAccessibleName(f"Text of message {number}")
        self.remove.setAccessibleName(f"Take message {number} out")
        self.remove.setEnabled(not alone)

    def _fit(self) -> None:
        lines = max(LEAST, min(MOST, int(self.text.document().size().height())))
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + 26)


class Messages(QWidget):
    changed = Signal()
    """What is said has changed, and typing has paused."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.add = QPushButton(icon("add"), "Add a message")
        self.add.clicked.connect(self._add_next)
        self._column.addWidget(self.add)
        self.rows: list[Message] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self.changed)

    def values(self) -> tuple[tuple[str, str], ...]:
        return tuple(row.value() for row in self.rows)

    def show_messages(self, messages: Sequence[tuple[str, str]]) -> None:
        """In the place of those before, without a sign of change."""
        while self.rows:
            self._drop(self.rows[0])
        for role, text in messages:
            self._insert(role, text)

    def _insert(self, role: str, text: str) -> Message:
        row = Message(role, text)
        row.changed.connect(self._timer.start)
        row.removed.connect(lambda: self._remove(row))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
        self._call()
        return row

    @Slot()
    def _add_next(self) -> None:
        """Whoever did not speak last speaks next."""
        last = self.rows[-1].value()[0] if self.rows else ""
        row = self._insert("assistant" if last == "user" else "user", "")
        row.text.setFocus()
        self.changed.emit()

    def _remove(self, row: Message) -> None:
        self._drop(row)
        self.changed.emit()

    def _drop(self, row: Message) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._call()

    def _call(self) -> None:
        for number, row in enumerate(self.rows, 1):
            row.call(number, len(self.rows) == 1)
