"""Cards in two columns where there is room, else one under the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

WIDE = 700
"""Pixels from which two cards stand side by side, usually."""


class SideBySide(QWidget):
    """Each side is one or several cards, one under the other; `shares` are the widths that the sides have.

    `wide` are the pixels from which the sides stand side by side.
    """

    def __init__(
        self,
        left: Sequence[QWidget],
        right: Sequence[QWidget],
        shares: tuple[int, int] = (1, 1),
        wide: int = WIDE,
    ) -> None:
        super().__init__()
        self._from = wide
        self._sides, self._shares = (tuple(left), tuple(right)), shares
        self._wide = True
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        for cards, share in zip((left, right), shares, strict=True):
            column = QVBoxLayout()
            column.setSpacing(12)
            for card in cards:
                column.addWidget(card)
            self._row.addLayout(column, share)

    def allow(self, wide: bool) -> None:
        """Whether they may stand side by side: a table may want the whole width."""
        self._wide = wide
        self._arrange()

    def fit(self) -> None:
        """Leave out a side whose cards have nothing to show and hid themselves; hide with both."""
        shown = [any(card.isVisibleTo(self) for card in side) for side in self._sides]
        for place, share in enumerate(self._shares):
            self._row.setStretch(place, share if shown[place] else 0)
        self._row.setSpacing(12 if all(shown) else 0)
        self.setVisible(any(shown))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wide = self._wide and self.width() >= self._from
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._row.direction() is not way:
            self._row.setDirection(way)
