"""What names one entry of a list in a form, and opens and closes what it holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.widgets.elided_button import ElidedButton


class RowHead(ElidedButton):
    """The name, cut at its end where there is no room."""

    def __init__(self) -> None:
        super().__init__("system", Qt.TextElideMode.ElideRight, 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Alt, the arrows are for the list, which may move the entry."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)
