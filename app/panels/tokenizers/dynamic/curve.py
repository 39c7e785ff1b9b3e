"""How much is saved after so many merges in each batch: a curve that can be hovered and walked along."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import count
from app.panels.tokenizers.names import percent
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from core.tokenizers.dynamic.result import Point

HEIGHT, DOT = 190, 8.0


class SavedCurve(QWidget):
    def __init__(self, title: str) -> None:
        super().__init__()
        self._points: tuple[Point, ...] = ()
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        theme.current().changed.connect(self.update)

    def show_points(self, points: Sequence[Point]) -> None:
        self._points, self._at = tuple(sorted(points, key=lambda point: point.merges)), None
        ends = [self.words(point) for point in (*self._points[:1], *self._points[-1:])]
        self.setAccessibleDescription("; ".join(dict.fromkeys(ends)))
        self.update()

    def words(self, point: Point) -> str:
        """What hovering says: ``after 64 merges in each batch: 12.1 % of the tokens saved``."""
        merges = "1 merge" if point.merges == 1 else f"{count(point.merges)} merges"
        return f"after {merges} in each batch: {percent(point.saved)} of the tokens saved"

    def place(self, point: Point) -> QPointF:
        """Where a point lies."""
        area, most, high = self._area(), self._most(), self._high()
        return QPointF(
            area.left() + area.width() * point.merges / most,
            area.bottom() - area.height() * point.saved / high,
        )

    def _area(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100 %") + 8.0
        below = 2 * metrics.height() + 8.0
        return QRectF(left, 8, max(40.0, self.width() - left - 18), max(40.0, self.height() - below - 8))

    def _most(self) -> int:
        return max((point.merges for point in self._points), default=1) or 1

    def _high(self) -> float:
        highest = max((point.saved for point in self._points), default=0.0)
        return max(0.01, math.ceil(highest / self._step(highest) - 1e-9) * self._step(highest))

    @staticmethod
    def _step(highest: float) -> float:
        return next((step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if highest / step <= 4), 0.25)

    def _nearest(self, x: float) -> int | None:
        places = [abs(self.place(point).x() - x) for point in self._points]
        return places.index(min(places)) if places else None

    def sizeHint(self) -> QSize:
        return QSize(360, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        tokens, painter, area = theme.tokens(), QPainter(self), self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, area)
        line = QPainterPath(self.place(self._points[0]))
        for point in self._points[1:]:
            line.lineTo(self.place(point))
        painter.setPen(QPen(theme.color(tokens.approximated), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)
        marked = range(len(self._points)) if len(self._points) <= 12 else []
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tokens.approximated))
        for number in {*marked, *([] if self._at is None else [self._at])}:
            size = DOT if number == self._at else DOT * 0.6
            painter.drawEllipse(self.place(self._points[number]), size / 2, size / 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        tokens, metrics = theme.tokens(), self.fontMetrics()
        high, most = self._high(), self._most()
        step = self._step(high)
        for number in range(round(high / step) + 1):
            y = area.bottom() - area.height() * number * step / high
            painter.setPen(QPen(theme.color(tokens.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color(tokens.muted))
            label = QRectF(0, y - metrics.height(), area.left() - 8, 2.0 * metrics.height())
            words = percent(number * step, 0 if step >= 0.01 else 1)
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        for share in (0.0, 0.5, 1.0):
            x = area.left() + area.width() * share
            label = QRectF(x - 60, area.bottom() + 3, 120, metrics.height())
            way = Qt.AlignmentFlag.AlignHCenter
            if share == 1.0:
                label.moveRight(self.width() - 2)
                way = Qt.AlignmentFlag.AlignRight
            painter.drawText(label, way | Qt.AlignmentFlag.AlignVCenter, count(round(most * share)))
        below = QRectF(area.left(), area.bottom() + 4 + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "merges in each batch")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._nearest(event.position().x()))
        words = "" if self._at is None else self.words(self._points[self._at])
        QToolTip.showText(event.globalPosition().toPoint(), tooltip(words), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None or not self._points:
            super().keyPressEvent(event)
            return
        start = (-1 if step > 0 else len(self._points)) if self._at is None else self._at
        self._go_to(max(0, min(len(self._points) - 1, start + step)))
        assert self._at is not None
        point = self._points[self._at]
        self.setAccessibleDescription(self.words(point))
        QToolTip.showText(self.mapToGlobal(self.place(point).toPoint()), tooltip(self.words(point)), self)

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
