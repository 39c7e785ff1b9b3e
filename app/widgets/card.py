"""A card of a result: a title, something at its right, and what it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app import theme


class Card(QFrame):
    """Widgets go into `column`; what stands at the right of the title into `head`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.setAccessibleName(title)
        self.title = theme.styled(QLabel(title), role="subheading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addLayout(self.head)
