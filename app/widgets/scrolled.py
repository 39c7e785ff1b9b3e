"""A column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget


class _Inside(QWidget):
    """As high as it should be: by the style sheet's least heights, large buttons would be squeezed."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())


class ScrolledColumn(QScrollArea):
    """Widgets go into `column`. It takes no focus itself: what is in it does.

    It scrolls sideways only where large type leaves no other way.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = _Inside()
        self.column = QVBoxLayout(inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
