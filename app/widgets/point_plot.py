"""Candidates as points: what they give against what they take, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip

from app import theme
from app.widgets.dot import paint_dot, series_color
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.tooltip import tooltip

DOT, NEAR, CAP = 9.0, 14.0, 4.0
"""Size of a dot, how near the pointer must come to it, half the width of an interval's end, in pixels."""
MARGIN = 0.06
"""Of the axis across, at either end."""


@dataclass(frozen=True)
class Point:
    """`number` gives the colour and the shape, `words` what hovering says; an interval where there is one."""

    name: str
    number: int
    x: float
    y: float
    low: float | None
    high: float | None
    words: str


class PointPlot(LinePlot):
    """A click, or left and right, chooses a point. Names stand beside the points where there is room."""

    chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._points: tuple[Point, ...] = ()
        self._pointed: int | None = None
        self._selected = ""

    def show_points(self, points: Sequence[Point], x: Axis, y: Axis) -> None:
        self._points = tuple(sorted(points, key=lambda point: (point.x, point.y)))
        self._pointed = None
        self.show_series([Series(p.name, p.number, [p.x], [p.y]) for p in self._points], x, y)
        self.setAccessibleDescription("; ".join(point.words.replace("\n", ", ") for point in self._points))

    @property
    def points(self) -> tuple[Point, ...]:
        return self._points

    def select(self, name: str) -> None:
        """Set a point apart; none with an empty name."""
        self._selected = name
        self.update()

    # Where things lie

    def _whole_x(self) -> tuple[float, float]:
        low, high = super()._whole_x()
        return low - MARGIN * (high - low), high + MARGIN * (high - low)

    def _range_y(self) -> tuple[float, float]:
        ends = [
            value
            for point in self._points
            for value in (point.y, point.low, point.high)
            if value is not None and math.isfinite(value)
        ]
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        if high - low < 1e-12:
            low, high = low - 0.5, high + 0.5
        return low - 0.06 * (high - low), high + 0.06 * (high - low)

    def _legend_height(self) -> int:
        return 0

    def place_of(self, point: Point) -> QPointF:
        """Where a point is drawn."""
        return self._place(self._plot(), point.x, point.y)

    def _at_place(self, place: QPointF) -> int | None:
        def far(number: int) -> float:
            there = self.place_of(self._points[number])
            return math.hypot(there.x() - place.x(), there.y() - place.y())

        nearest = min(range(len(self._points)), key=far, default=None)
        return nearest if nearest is not None and far(nearest) <= NEAR else None

    # Drawing

    def _paint_legend(self, painter: QPainter) -> None:
        """Names stand beside the points."""

    def _paint_series(self, painter: QPainter, plot: QRectF, one: Series) -> None:
        """Called for each in turn; all are drawn with the first, names over the dots of all."""
        if one is not self._series[0]:
            return
        taken: list[QRectF] = []
        for number, point in enumerate(self._points):
            taken.append(self._paint_point(painter, plot, point, strong=number == self._pointed))
        for number, point in enumerate(self._points):
            self._paint_name(painter, plot, point, taken, own=taken[number])

    def _paint_point(self, painter: QPainter, plot: QRectF, point: Point, *, strong: bool) -> QRectF:
        place = self._place(plot, point.x, point.y)
        if point.low is not None and point.high is not None:
            painter.setPen(QPen(series_color(point.number, 0.75), 1.5))
            low, high = (self._place(plot, point.x, value).y() for value in (point.low, point.high))
            painter.drawLine(QPointF(place.x(), low), QPointF(place.x(), high))
            for y in (low, high):
                painter.drawLine(QPointF(place.x() - CAP, y), QPointF(place.x() + CAP, y))
        if strong or point.name == self._selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(theme.tokens().accent), 2))
            painter.drawEllipse(place, DOT, DOT)
        area = QRectF(place.x() - DOT / 2, place.y() - DOT / 2, DOT, DOT)
        paint_dot(painter, area, point.number)
        return area

    def _paint_name(
        self, painter: QPainter, plot: QRectF, point: Point, taken: list[QRectF], own: QRectF
    ) -> None:
        metrics = self.fontMetrics()
        wide, high = metrics.horizontalAdvance(point.name) + 2.0, float(metrics.height())
        top = own.center().y() - high / 2
        for left in (own.right() + 5, own.left() - 5 - wide):
            room = QRectF(left, top, wide, high)
            inside = room.left() >= plot.left() and room.right() <= self.width()
            others = [area for area in taken if area is not own]
            if inside and not any(room.intersects(area) for area in others):
                painter.setPen(theme.color(theme.tokens().text))
                painter.save()
                painter.setClipping(False)
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, point.name)
                painter.restore()
                taken.append(room)
                return

    # What a person does

    def _point_at(self, number: int | None, place: QPointF | None = None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.update()
        if number is None:
            QToolTip.hideText()
            return
        point = self._points[number]
        self.setAccessibleDescription(point.words.replace("\n", "; "))
        where = place or self.place_of(point)
        QToolTip.showText(self.mapToGlobal(where.toPoint()), tooltip(point.words), self)

    def _go(self, x: float | None, event_place: QPointF | None = None) -> None:
        """There is no line from x to x here."""
        if x is None:
            self._point_at(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._at_place(event.position()), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._at_place(event.position())
        if event.button() is Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(self._points[number].name)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._points:
            start = (-1 if step > 0 else len(self._points)) if self._pointed is None else self._pointed
            self._point_at(max(0, min(len(self._points) - 1, start + step)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed is not None:
            self.chosen.emit(self._points[self._pointed].name)
        else:
            super().keyPressEvent(event)
