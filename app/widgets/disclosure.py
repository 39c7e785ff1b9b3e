"""A line that folds what is under it away, or back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import theme


class Disclosure(QWidget):
    """``▸ More`` over `body`, folded at first."""

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.body = body
        self.button = theme.styled(QToolButton(), kind="disclosure")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.button)
        column.addWidget(body)
        self.set_title(title)
        self._show(False)

    def set_title(self, title: str) -> None:
        self.button.setText(title)
        self.button.setAccessibleName(title)

    @property
    def opened(self) -> bool:
        return self.button.isChecked()

    def set_opened(self, opened: bool) -> None:
        self.button.setChecked(opened)

    def _show(self, opened: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.button.setAccessibleDescription("shown" if opened else "folded away")
        self.body.setVisible(opened)
        self.toggled.emit(opened)
