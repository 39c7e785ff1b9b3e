"""What floats at *Help*: the keyboard shortcuts, and what this program is made of."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.commands import Command, shortcut_text
from app.floating import Floating
from app.icons import icon

if TYPE_CHECKING:
    from app.session import Session

PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "PySide6-Essentials", "SQLAlchemy")


class About(Floating):
    """A sheet of two columns; gone for good when closed."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._title = theme.styled(QLabel(), role="heading")
        close = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        close.setAccessibleName("Close")
        close.clicked.connect(self.close_and_return)
        self._close = close
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(32)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        inner = QWidget()
        inner.setLayout(self._grid)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setAccessibleName("Details")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 12, 16)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        self.closed.connect(self.deleteLater)

    def show_shortcuts(self, commands: Iterable[Command]) -> None:
        rows = [(command.title, shortcut_text(command.shortcut)) for command in commands if command.shortcut]
        self._show("Keyboard shortcuts", rows)

    def show_versions(self, session: Session) -> None:
        """Versions are read from package metadata off the main thread; nothing is imported for it."""
        session.ask(
            lambda: [(name, version(name)) for name in PACKAGES],
            then=lambda rows: self._show(f"Lexigraft {version('lexigraft')}", [*_machine(), *rows]),
            owner=self,
        )

    def _show(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)
        for number, (name, value) in enumerate(rows):
            right = theme.styled(QLabel(value), role="muted")
            right.setTextFormat(Qt.TextFormat.PlainText)
            right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(QLabel(name), number, 0)
            self._grid.addWidget(right, number, 1)
        self._grid.setRowStretch(len(rows), 1)
        self.open()
        self._close.setFocus()

    def place(self) -> None:
        window = self.window()
        width, height = min(560, window.width() - 80), min(560, window.height() - 140)
        self.setGeometry((window.width() - width) // 2, (window.height() - height) // 2, width, height)


def version(package: str) -> str:
    """Of an installed distribution, ``–`` when it is not there."""
    from importlib import metadata  # brings the mail and zip libraries along, so not before the first paint

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "–"


def _machine() -> list[tuple[str, str]]:
    return [
        ("Network", "never used, unless you ask for a model by name"),
        ("Python", platform.python_version()),
        ("System", platform.platform(terse=True)),
    ]
