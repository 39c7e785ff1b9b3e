"""A dot with its interval a row: how things stand to each other, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from app import theme
from app.figures import fixed
from app.widgets.dot import paint_dot, series_color
from app.widgets.row_plot import GAP, RowPlot
from app.widgets.scale import tick_places, ticks
from app.widgets.visible_text import isolated

AXIS, DOT, LEAST = 26, 10.0, 60.0
"""Height under the rows for the scale, size of a dot, width of the plot at least, in pixels."""


@dataclass(frozen=True)
class Interval:
    """One row; `number` gives its colour and shape. `low` and `high` are None where no interval is known."""

    name: str
    number: int
    value: float
    low: float | None = None
    high: float | None = None
    words: str = ""
    """What hovering says besides."""


class IntervalDots(RowPlot):
    """The value stands at the right of each row; up and down go from row to row, and say its figures."""

    def __init__(self, title: str, places: int = 3) -> None:
        super().__init__(title)
        self._places = places

    def show_rows(self, rows: Sequence[Interval]) -> None:
        self._rows, self._at = tuple(rows), None
        self.setFixedHeight(self._row * len(self._rows) + self._axis + 2)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def rows(self) -> tuple[Interval, ...]:
        return self._rows

    def words(self, row: Interval) -> str:
        """What hovering says: ``Hybrid: 0.450, 95 % from 0.421 to 0.479``."""
        words = f"{row.name}: {fixed(row.value, self._places)}"
        if row.low is not None and row.high is not None:
            words += f", 95 % from {fixed(row.low, self._places)} to {fixed(row.high, self._places)}"
        return f"{words}\n{row.words}" if row.words else words

    @property
    def _axis(self) -> int:
        return max(AXIS, self.fontMetrics().height() + 8)

    def _label(self, row: Interval) -> str:
        return fixed(row.value, self._places)

    def _names(self) -> float:
        """More room than in other plots: what sets systems apart often stands at the end of their names."""
        widest = max((self.fontMetrics().horizontalAdvance(row.name) for row in self._rows), default=0)
        return min(widest + 4.0, self.width() * 0.46)

    def _plot(self) -> QRectF:
        labels = max(
            (self.fontMetrics().horizontalAdvance(self._label(row)) for row in self._rows), default=0
        )
        left = self._names() + GAP + DOT / 2
        right = self.width() - labels - GAP - DOT / 2
        return QRectF(left, 0, max(LEAST, right - left), self._row * len(self._rows))

    def _range(self) -> tuple[float, float]:
        ends = [end for row in self._rows for end in (row.value, row.low, row.high) if end is not None]
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        if high - low < 1e-9:
            return low - 0.05, high + 0.05
        return low, high

    def sizeHint(self) -> QSize:
        return QSize(340, self.minimumHeight())

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot, (low, high) = self._plot(), self._range()

        def x(value: float) -> float:
            return plot.left() + plot.width() * (value - low) / (high - low)

        self._paint_axis(painter, plot, low, high)
        for number, row in enumerate(self._rows):
            y = (number + 0.5) * self._row
            if number == self._at:
                whole = QRectF(0, number * self._row, self.width(), self._row)
                painter.fillRect(whole, theme.color(tokens.hover))
            self._paint_words(painter, row, y)
            if row.low is not None and row.high is not None:
                pen = QPen(series_color(row.number, 0.5), 3)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawLine(QPointF(x(row.low), y), QPointF(x(row.high), y))
            place = QRectF(x(row.value) - DOT / 2, y - DOT / 2, DOT, DOT)
            paint_dot(painter, place, row.number)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_words(self, painter: QPainter, row: Interval, y: float) -> None:
        """The name at the left, the value at the right."""
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color(theme.tokens().text))
        area = QRectF(0, y - self._row / 2, self._names(), self._row)
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(area.width()) + 1)
        painter.drawText(area, centred | Qt.AlignmentFlag.AlignLeft, isolated(name))
        painter.setPen(theme.color(theme.tokens().muted))
        rest = QRectF(0, y - self._row / 2, self.width() - 2, self._row)
        painter.drawText(rest, centred | Qt.AlignmentFlag.AlignRight, self._label(row))

    def _paint_axis(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        tokens = theme.tokens()
        room = int(plot.width() // (self.fontMetrics().horizontalAdvance("0.00") * 2.2))
        values = ticks(low, high, max(2, min(5, room)))
        places = tick_places(values)
        for value in values:
            place = plot.left() + plot.width() * (value - low) / (high - low)
            painter.setPen(QPen(theme.color(tokens.border), 1))
            painter.drawLine(QPointF(place, 2), QPointF(place, plot.bottom()))
            painter.setPen(theme.color(tokens.muted))
            area = QRectF(place - 40, plot.bottom() + 2, 80, self._axis - 2)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, fixed(value, places))
