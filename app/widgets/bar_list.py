"""A list of bars, one a row: a name, how much, and how much there might have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from app import theme
from app.widgets.row_plot import GAP, RowPlot
from app.widgets.visible_text import isolated

BAR = 11.0
"""Height of a bar, in pixels."""


@dataclass(frozen=True)
class Bar:
    """`text` is the value as written, `limit` is drawn as a line, `color` names a token of the theme."""

    name: str
    value: float
    text: str
    limit: float | None = None
    color: str = "approximated"
    words: str = ""
    """What hovering says besides."""
    strong: bool = False


class BarList(RowPlot):
    """All bars begin at zero; up and down go from row to row, and say its figures."""

    top = 2.0

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self._rows, self._at = tuple(bars), None
        self.setFixedHeight(self._row * len(self._rows) + 4)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._rows

    def words(self, bar: Bar) -> str:
        """What hovering says."""
        return "\n".join(filter(None, (f"{bar.name}: {bar.text}", bar.words)))

    # Where things lie

    def _area(self) -> QRectF:
        """Where the bars may lie; the value is written behind the longest."""
        labels = max((self.fontMetrics().horizontalAdvance(bar.text) for bar in self._rows), default=0)
        left = self._names() + GAP
        return QRectF(left, 2, max(20.0, self.width() - left - labels - GAP), self._row * len(self._rows))

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        tokens, painter, area = theme.tokens(), QPainter(self), self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        longest = max(max(bar.value, bar.limit or 0.0, 0.0) for bar in self._rows) or 1.0
        for number, bar in enumerate(self._rows):
            y = area.top() + (number + 0.5) * self._row
            if number == self._at:
                whole = QRectF(0, y - self._row / 2, self.width(), self._row)
                painter.fillRect(whole, theme.color(tokens.hover))
            self._paint_name(painter, bar, y)
            long = area.width() * max(bar.value, 0.0) / longest
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(getattr(tokens, bar.color), 0.85))
            painter.drawRoundedRect(QRectF(area.left(), y - BAR / 2, max(long, 1.5), BAR), 2, 2)
            right = long
            if bar.limit is not None:
                right = max(long, area.width() * bar.limit / longest)
                x = area.left() + area.width() * bar.limit / longest
                painter.setPen(QPen(theme.color(tokens.border_strong), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(area.left() + long, y), QPointF(x, y))
                painter.setPen(QPen(theme.color(tokens.border_strong), 2))
                painter.drawLine(QPointF(x, y - BAR / 2), QPointF(x, y + BAR / 2))
            painter.setPen(theme.color(tokens.text if bar.strong else tokens.muted))
            rest = QRectF(area.left() + right + 7, y - self._row / 2, self.width(), self._row)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, bar.text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_name(self, painter: QPainter, bar: Bar, y: float) -> None:
        font = self.font()
        font.setBold(bar.strong)
        painter.setFont(font)
        painter.setPen(theme.color(theme.tokens().text))
        area = QRectF(0, y - self._row / 2, self._names(), self._row)
        name = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, isolated(name))
        painter.setFont(self.font())
