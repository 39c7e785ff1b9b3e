"""What the tints of a text mean, from none to the strongest, in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.widgets.token_heat import SURPRISE, Heat
from app.widgets.token_text import STRONGEST

BAR, GAP = 72, 7
"""Pixels of the bar, and beside it."""


class HeatLegend(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._heat = SURPRISE
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)
        self.show_heat(SURPRISE)

    def show_heat(self, heat: Heat) -> None:
        self._heat = heat
        self.setAccessibleName(f"{heat.title}: from {heat.low} to {heat.high}")
        self.setToolTip(self.accessibleName())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self._heat.low) + metrics.horizontalAdvance(self._heat.high)
        return QSize(wide + BAR + 2 * GAP + 2, metrics.height() + 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, metrics = QPainter(self), theme.tokens(), self.fontMetrics()
        painter.setPen(theme.color(tokens.muted))
        left = metrics.horizontalAdvance(self._heat.low)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, left + 2, self.height()), middle, self._heat.low)
        high = QRectF(left + BAR + 2 * GAP, 0, self.width(), self.height())
        painter.drawText(high, middle, self._heat.high)
        bar = QRectF(left + GAP, self.height() / 2 - 5, BAR, 10)
        shade = QLinearGradient(bar.topLeft(), bar.topRight())
        if self._heat.signed:
            shade.setColorAt(0, theme.color(tokens.before, STRONGEST))
            shade.setColorAt(0.5, theme.color(tokens.after, 0))
        else:
            shade.setColorAt(0, theme.color(tokens.after, 0))
        shade.setColorAt(1, theme.color(tokens.after, STRONGEST))
        painter.fillRect(bar, shade)
        painter.setPen(theme.color(tokens.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
