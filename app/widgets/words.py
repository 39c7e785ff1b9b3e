"""A label of plain text that wraps, and is always as high as its lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from app import theme


class Words(QLabel):
    """`role` as `app.theme` knows it.

    Qt's own way (a height that follows from the width) is lost in nested layouts and in scroll areas, which
    then cut the last line; so the label sets its height itself once it knows its width.
    """

    def __init__(self, text: str = "", role: str = "", *, selectable: bool = False) -> None:
        super().__init__()
        if role:
            theme.styled(self, role=role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)

    def say(self, text: str) -> None:
        """Show a text; nothing takes no room."""
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))

    def hasHeightForWidth(self) -> bool:
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.isVisible():
            return  # it is done when it is shown
        room, wrapped = QRect(0, 0, self.width(), 0), Qt.TextFlag.TextWordWrap
        height = self.fontMetrics().boundingRect(room, wrapped, self.text()).height() if self.text() else 0
        if height > 0 and height != self.minimumHeight():
            self.setFixedHeight(height)
