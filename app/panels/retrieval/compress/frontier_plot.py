"""Codes as points: quality against bytes; a line along those that no other is better than."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app import theme
from app.widgets.line_plot import Axis, Series
from app.widgets.point_plot import Point, PointPlot

_TWO = math.log10(2)
HEIGHT = 340
"""Pixels: there are many codes to be told apart."""


class FrontierPlot(PointPlot):
    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setMinimumHeight(HEIGHT)
        self._best: tuple[Point, ...] = ()

    def show_frontier(self, points: Sequence[Point], best: Collection[str], x: Axis, y: Axis) -> None:
        """`best`: the names of the points on the frontier."""
        self._best = tuple(sorted((p for p in points if p.name in best), key=lambda p: (p.x, p.y)))
        self.show_points(points, x, y)

    @property
    def best(self) -> tuple[Point, ...]:
        """In rising order of bytes."""
        return self._best

    def _ticks(self, axis: Axis, low: float, high: float, room: int) -> list[tuple[float, float]]:
        """Bytes are read in powers of 2."""
        if not axis.logarithmic:
            return super()._ticks(axis, low, high, room)
        first, last = math.ceil(low / _TWO - 1e-9), math.floor(high / _TWO + 1e-9)
        every = max(1, math.ceil((last - first + 1) / max(1, room)))
        found = [(2.0**n, n * _TWO) for n in range(first, last + 1, every)]
        return found if len(found) >= 2 else super()._ticks(axis, low, high, room)

    def _paint_series(self, painter: QPainter, plot: QRectF, one: Series) -> None:
        if one is self.series[0] and self._best:
            self._paint_steps(painter, plot)
        super()._paint_series(painter, plot, one)

    def _paint_steps(self, painter: QPainter, plot: QRectF) -> None:
        """What can be had for so many bytes: level from each code to the next better one."""
        places = [self._place(plot, point.x, point.y) for point in self._best]
        path = QPainterPath(places[0])
        for before, after in pairwise(places):
            path.lineTo(QPointF(after.x(), before.y()))
            path.lineTo(after)
        path.lineTo(QPointF(plot.right(), places[-1].y()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color(theme.tokens().accent, 0.45), 2))
        painter.drawPath(path)
