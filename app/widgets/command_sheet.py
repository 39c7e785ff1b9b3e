"""*Show the command*: the command line that repeats a run, ready to be copied."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.floating import Floating
from app.icons import icon

LINES = 10
"""Of the command that are seen at most without scrolling."""


class CommandSheet(Floating):
    """``CommandSheet(window, title, command).open()``; gone for good when closed."""

    def __init__(self, window: QWidget, title: str, command: str) -> None:
        super().__init__(window)
        self.setAccessibleName(title)
        heading = theme.styled(QLabel(title), role="subheading")
        close = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.close_and_return)
        self.text = QPlainTextEdit(command)
        self.text.setReadOnly(True)
        self.text.setFont(theme.mono_font())
        self.text.setAccessibleName("Command")
        self.text.setTabChangesFocus(True)
        self.copy = theme.styled(QPushButton("Copy"), kind="primary")
        self.copy.clicked.connect(self._copy)
        self._copied = theme.styled(QLabel(), role="muted")
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(close)
        foot = QHBoxLayout()
        foot.addWidget(self.copy)
        foot.addWidget(self._copied, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 12, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addLayout(foot)
        self.closed.connect(self.deleteLater)

    def open(self) -> None:
        super().open()
        self.copy.setFocus()

    def place(self) -> None:
        window = self.window()
        width = min(720, window.width() - 80)
        metrics = self.text.fontMetrics()
        a_line = max(1, (width - 80) // max(1, metrics.averageCharWidth()))
        lines = min(LINES, max(3, len(self.text.toPlainText()) // a_line + 2))
        height = min(lines * metrics.lineSpacing() + 150, window.height() - 120)
        self.setGeometry((window.width() - width) // 2, (window.height() - height) // 2, width, height)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._copied.setText("Copied")
