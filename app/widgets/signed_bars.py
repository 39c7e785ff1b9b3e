"""Signed amounts as bars that grow to either side of one line: what something is a sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from app import theme
from app.figures import fixed
from app.widgets.row_plot import GAP, RowPlot
from app.widgets.visible_text import isolated

BAR = 11.0
"""Height of a bar, in pixels."""


@dataclass(frozen=True)
class Signed:
    """`name` is drawn as it is given: tokens are made visible by the caller. `words` say more on hover."""

    name: str
    value: float
    words: str = ""


class SignedBars(RowPlot):
    """Above zero to the right, below it to the left and in another colour; the amount stands at the right."""

    top = 2.0

    def __init__(self, title: str, places: int = 2) -> None:
        super().__init__(title)
        self._places = places

    def show_bars(self, bars: Sequence[Signed]) -> None:
        self._rows, self._at = tuple(bars), None
        self.setFixedHeight(self._row * len(self._rows) + 4)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def bars(self) -> tuple[Signed, ...]:
        return self._rows

    def words(self, bar: Signed) -> str:
        return "\n".join(filter(None, (f"{bar.name}: {self._label(bar)}", bar.words)))

    def _label(self, bar: Signed) -> str:
        return fixed(bar.value, self._places, signed=True)

    def _names(self) -> float:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(bar.name) for bar in self._rows), default=0)
        return min(widest + 6, self.width() * 0.4)

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        labels = max(self.fontMetrics().horizontalAdvance(self._label(bar)) for bar in self._rows) + 4
        names = self._names()
        area = QRectF(names + GAP, 2, max(20.0, self.width() - names - labels - 2 * GAP), self.height() - 4)
        low = min(0.0, *(bar.value for bar in self._rows))
        high = max(0.0, *(bar.value for bar in self._rows))
        scale = area.width() / ((high - low) or 1.0)
        zero = area.left() - low * scale
        for number, bar in enumerate(self._rows):
            y = 2 + (number + 0.5) * self._row
            line = QRectF(0, y - self._row / 2, self.width(), self._row)
            if number == self._at:
                painter.fillRect(line, theme.color(tokens.hover))
            painter.setPen(theme.color(tokens.text))
            name = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideMiddle, int(names))
            centred = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                QRectF(0, line.top(), names, self._row), centred | Qt.AlignmentFlag.AlignLeft, isolated(name)
            )
            long = abs(bar.value) * scale
            left = zero if bar.value >= 0 else zero - long
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(tokens.before if bar.value >= 0 else tokens.after, 0.85))
            painter.drawRoundedRect(QRectF(left, y - BAR / 2, max(long, 1.5), BAR), 2, 2)
            painter.setPen(theme.color(tokens.muted))
            rest = QRectF(area.right() + GAP, line.top(), labels, self._row)
            painter.drawText(rest, centred | Qt.AlignmentFlag.AlignRight, self._label(bar))
        painter.setPen(QPen(theme.color(tokens.border_strong), 1))
        painter.drawLine(QPointF(zero, area.top()), QPointF(zero, area.bottom()))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
