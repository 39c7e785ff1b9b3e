"""What plots of one row a thing have in common: the row pointed at, or chosen by keys, says its figures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.tooltip import tooltip

ROW, GAP = 27, 12.0
"""Height of a row at least, space between columns, in pixels."""
NAMES = 0.36
"""Share of the width that names may take."""


class RowPlot(QWidget):
    """A subclass draws `_rows`, the one at `_at` set apart, and says each by `words`."""

    top = 0.0
    """Pixels above the first row."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._rows: tuple[Any, ...] = ()
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def words(self, row: Any) -> str:
        """What hovering over a row says."""
        raise NotImplementedError

    @property
    def _row(self) -> int:
        return max(ROW, self.fontMetrics().height() + 9)

    def _names(self) -> float:
        widest = max((self.fontMetrics().horizontalAdvance(row.name) for row in self._rows), default=0)
        return min(widest * 1.1 + 2, self.width() * NAMES)

    def _row_at(self, place: QPointF) -> int | None:
        number = int((place.y() - self.top) // self._row)
        return number if 0 <= number < len(self._rows) else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._row_at(QPointF(event.pos()))
            words = "" if number is None else self.words(self._rows[number])
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() not in steps or not self._rows:
            super().keyPressEvent(event)
            return
        step = steps[Qt.Key(event.key())]
        start = (-1 if step > 0 else len(self._rows)) if self._at is None else self._at
        number = max(0, min(len(self._rows) - 1, start + step))
        self._go_to(number)
        self.setAccessibleDescription(self.words(self._rows[number]))
        place = self.mapToGlobal(QPointF(GAP, (number + 1) * self._row).toPoint())
        QToolTip.showText(place, tooltip(self.words(self._rows[number])), self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to(None)
        self.update()

    def _go_to(self, number: int | None) -> None:
        if number != self._at:
            self._at = number
            self.update()
