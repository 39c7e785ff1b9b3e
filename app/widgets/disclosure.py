"""A line that folds what is under it away, or back."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.icons import icon


class _Line(QPushButton):
    """Cuts its words at the end when there is no room for them."""

    def __init__(self) -> None:
        super().__init__()
        theme.styled(self, kind="disclosure")
        self.setCheckable(True)
        self.setIconSize(QSize(12, 12))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words = ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        room = self.width() - self.iconSize().width() - 16
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room))


class Disclosure(QWidget):
    """``▸ More`` over `body`, folded at first."""

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = body
        self.button = _Line()
        self.button.toggled.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.button)
        column.addWidget(body)
        self.set_title(title)
        self._show(False)

    def set_title(self, title: str) -> None:
        self.button.words = title
        self.button.setAccessibleName(title)
        self.button.fit()

    @property
    def opened(self) -> bool:
        return self.button.isChecked()

    def set_opened(self, opened: bool) -> None:
        self.button.setChecked(opened)

    def _show(self, opened: bool) -> None:
        self.button.setIcon(icon("chevron-down" if opened else "chevron-right", "accent"))
        self.button.setAccessibleDescription("shown" if opened else "folded away")
        self.body.setVisible(opened)
        self.toggled.emit(opened)
