"""What names one entry of a list in a form, and opens and closes what it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from app import theme


class RowHead(QPushButton):
    """The name, cut at its end where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        theme.styled(self, kind="system")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words = ""

    def say(self, words: str) -> None:
        self.words = words
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 12
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Alt, the arrows are for the list, which may move the entry."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)
