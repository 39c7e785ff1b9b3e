"""A button whose words are cut where there is no room for them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from app import theme


class ElidedButton(QPushButton):
    """Checkable; as wide as its layout has it. `spare` pixels of its width are not for words."""

    def __init__(self, kind: str, side: Qt.TextElideMode, spare: int) -> None:
        super().__init__()
        theme.styled(self, kind=kind)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._side, self._spare = side, spare
        self.words = ""

    def say(self, words: str) -> None:
        self.words = words
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.words, self._side, self.width() - self._spare))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
