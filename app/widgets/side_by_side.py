"""Two cards side by side where there is room, else one under the other."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

WIDE = 700
"""Pixels from which two cards stand side by side."""


class SideBySide(QWidget):
    """`shares` are the widths that the two have of what there is."""

    def __init__(self, left: QWidget, right: QWidget, shares: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self._both = (left, right)
        self._wide = True
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._row.addWidget(left, shares[0])
        self._row.addWidget(right, shares[1])

    def allow(self, wide: bool) -> None:
        """Whether they may stand side by side: a table may want the whole width."""
        self._wide = wide
        self._arrange()

    def fit(self) -> None:
        """Hide with both, where both have nothing to show and hid themselves."""
        self.setVisible(any(card.isVisibleTo(self) for card in self._both))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wide = self._wide and self.width() >= WIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._row.direction() is not way:
            self._row.setDirection(way)
