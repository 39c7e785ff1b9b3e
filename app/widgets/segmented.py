"""A few words side by side of which one holds: which view of the same figures is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app import theme


class _Segment(QPushButton):
    """Arrow keys choose the one before or after it. As wide as its words are in bold, when it is chosen."""

    def sizeHint(self) -> QSize:
        font = self.font()
        plain = QFontMetrics(font).horizontalAdvance(self.text())
        font.setBold(True)
        return super().sizeHint() + QSize(QFontMetrics(font).horizontalAdvance(self.text()) - plain, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        group = self.group()
        if step is None or group is None:
            super().keyPressEvent(event)
            return
        others = [button for button in group.buttons() if button.isEnabled()]
        other = others[(others.index(self) + step) % len(others)]
        other.setFocus(Qt.FocusReason.OtherFocusReason)
        other.setChecked(True)


class Segmented(QWidget):
    """`options` are key and label; arrow keys go from one to the next."""

    chosen = Signal(str)

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for key, label in options:
            button = theme.styled(_Segment(label), kind="segment")
            button.setCheckable(True)
            button.setAccessibleName(f"{title}: {label}")
            self._group.addButton(button)
            self.buttons[key] = button
            row.addWidget(button)
        self.buttons[options[0][0]].setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    @property
    def key(self) -> str:
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Unknown keys (of an older version's view) are ignored."""
        if key in self.buttons:
            self.buttons[key].setChecked(True)

    def _toggled(self, button: object, checked: bool) -> None:
        if checked:
            self.chosen.emit(self.key)
