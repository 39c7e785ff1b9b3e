"""What names one entry of a list in a form, and opens and closes what it holds."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.widgets.elided_button import ElidedButton


class RowHead(ElidedButton):
    """The name, cut at its end where there is no room."""

    dragged = Signal()
    """The pointer took hold of it and moves: the list may be arranged with it. It is no press then."""

    def __init__(self) -> None:
        super().__init__("system", Qt.TextElideMode.ElideRight, 12)
        self.draggable = False
        self._pressed: QPoint | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = QApplication.startDragDistance()
        if (
            self.draggable
            and self._pressed is not None
            and event.buttons() & Qt.MouseButton.LeftButton
            and (event.position().toPoint() - self._pressed).manhattanLength() >= far
        ):
            self._pressed = None
            self.setDown(False)
            self.dragged.emit()
            return
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Alt, the arrows are for the list, which may move the entry."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)
