"""Lines of several series: hovered, zoomed, gone through by key, taken along as a picture."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.dot import paint_dot, series_color
from app.widgets.tooltip import tooltip

HEIGHT = 260
TOP, RIGHT_SIDE, TICK = 12, 14, 5
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
MARKED = 24
"""Points of a series up to which each is marked."""


@dataclass(frozen=True)
class Series:
    """`number` gives the colour and the dash; points in rising order of x."""

    name: str
    number: int
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Axis:
    title: str
    logarithmic: bool = False

    def at(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.logarithmic else value

    def value(self, place: float) -> float:
        return 10**place if self.logarithmic else place


class LinePlot(QWidget):
    """Ctrl and the wheel zoom along x, a double click shows all again; left and right go from x to x."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._series: tuple[Series, ...] = ()
        self._x, self._y = Axis(""), Axis("")
        self._shown: tuple[float, float] | None = None
        """The zoomed part of x, as placed on the axis."""
        self._at: float | None = None
        self._xs: list[float] = []
        self._ends_x = self._ends_y = (0.0, 1.0)
        """Of all that is drawn, as placed on the axes."""
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def show_series(self, series: Sequence[Series], x: Axis, y: Axis) -> None:
        self._series = tuple(one for one in series if one.x)
        self._x, self._y, self._shown, self._at = x, y, None, None
        self._xs = sorted({value for one in self._series for value in one.x if self._drawn(x, value)})
        self._ends_x = _ends(x.at(value) for value in self._xs)
        self._ends_y = _ends(y.at(value) for one in self._series for value in one.y if self._drawn(y, value))
        self.setAccessibleDescription(
            "; ".join(f"{one.name}: {_short(one.y[0])} to {_short(one.y[-1])}" for one in self._series)
        )
        self.update()

    @property
    def series(self) -> tuple[Series, ...]:
        return self._series

    def words(self, x: float) -> str:
        """What hovering says: the value of each series at the point nearest to `x`."""
        lines = [f"{self._x.title} {_short(x)}"]
        for one in self._series:
            nearest = _nearest(one.x, x)
            if nearest is not None and abs(self._x.at(one.x[nearest]) - self._x.at(x)) <= self._near():
                lines.append(f"{one.name}: {_short(one.y[nearest])} {self._y.title}")
        return "\n".join(lines)

    def _near(self) -> float:
        low, high = self._range_x()
        return (high - low) / 60 + 1e-12

    @staticmethod
    def _drawn(axis: Axis, value: float) -> bool:
        return math.isfinite(value) and (not axis.logarithmic or value > 0)

    # Where things lie

    def _range_x(self) -> tuple[float, float]:
        if self._shown is not None:
            return self._shown
        return self._whole_x()

    def _whole_x(self) -> tuple[float, float]:
        low, high = self._ends_x
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def _range_y(self) -> tuple[float, float]:
        low, high = self._ends_y
        if not self._y.logarithmic and low > 0 and low < 0.6 * high:
            low = 0.0
        if high - low < 1e-12:
            low, high = low - 0.5, high + 0.5
        return low, high + (high - low) * 0.04

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        low, high = self._range_y()
        widest = max(
            (metrics.horizontalAdvance(_short(v)) for v, _ in self._ticks(self._y, low, high, 5)), default=20
        )
        left = widest + TICK + 8.0
        legend = self._legend_height()
        bottom = 2 * metrics.height() + TICK + 8.0
        top = TOP + legend + metrics.height() + 2
        return QRectF(left, top, max(40.0, self.width() - left - RIGHT_SIDE), self.height() - top - bottom)

    def _legend_height(self) -> int:
        rows, x = 1, 0.0
        for one in self._series:
            wide = self.fontMetrics().horizontalAdvance(one.name) + 36
            if x and x + wide > self.width():
                rows, x = rows + 1, 0
            x += wide
        return rows * (self.fontMetrics().height() + 4) + 4

    def _ticks(self, axis: Axis, low: float, high: float, room: int) -> list[tuple[float, float]]:
        """Value and place of what is written along an axis."""
        if axis.logarithmic:
            first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
            every = max(1, math.ceil((last - first + 1) / max(1, room)))
            found = [(10.0**n, float(n)) for n in range(first, last + 1, every)]
            if len(found) >= 2:
                return found
            return [(axis.value(place), place) for place in (low, high)]
        step = _nice((high - low) / max(1, room))
        if axis is self._x and all(float(value).is_integer() for value in self._xs):
            step = max(1.0, step)
        numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        return [(n * step, n * step) for n in numbers]

    def _place(self, plot: QRectF, x: float, y: float) -> QPointF:
        (x0, x1), (y0, y1) = self._range_x(), self._range_y()
        across = (self._x.at(x) - x0) / (x1 - x0)
        up = (self._y.at(y) - y0) / (y1 - y0)
        return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

    def sizeHint(self) -> QSize:
        return QSize(420, max(HEIGHT, round(HEIGHT * self.fontMetrics().height() / 17)))

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, plot = theme.tokens(), self._plot()
        self._paint_legend(painter)
        self._paint_axes(painter, plot)
        painter.save()
        painter.setClipRect(plot.adjusted(-5, -5, 5, 5))
        for one in self._series:
            self._paint_series(painter, plot, one)
        painter.restore()
        if self._at is not None:
            x = self._place(plot, self._at, self._y.value(self._range_y()[0])).x()
            painter.setPen(QPen(theme.color(tokens.border_strong), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _paint_legend(self, painter: QPainter) -> None:
        metrics, x, y = self.fontMetrics(), 4.0, 4.0
        for one in self._series:
            wide = metrics.horizontalAdvance(one.name) + 36
            if x > 4 and x + wide > self.width():
                x, y = 4.0, y + metrics.height() + 4
            middle = y + metrics.height() / 2
            painter.setPen(QPen(series_color(one.number), 2, DASHES[one.number % len(DASHES)]))
            painter.drawLine(QPointF(x, middle), QPointF(x + 20, middle))
            painter.setPen(theme.color(theme.tokens().text))
            painter.drawText(QPointF(x + 25, y + metrics.ascent()), one.name)
            x += wide

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        tokens, metrics = theme.tokens(), self.fontMetrics()
        line, words = theme.color(tokens.border), theme.color(tokens.muted)
        for value, place in self._ticks(self._y, *self._range_y(), 5):
            y = self._place(plot, self._x.value(self._range_x()[0]), self._y.value(place)).y()
            painter.setPen(line)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(words)
            room = QRectF(0, y - metrics.height() / 2, plot.left() - TICK, metrics.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _short(value))
        fit = max(2, int(plot.width() // (metrics.horizontalAdvance("1,000,000") * 1.2)))
        for value, place in self._ticks(self._x, *self._range_x(), min(8, fit)):
            x = self._place(plot, self._x.value(place), self._y.value(self._range_y()[0])).x()
            painter.setPen(theme.color(tokens.border_strong))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + TICK))
            painter.setPen(words)
            text = _short(value)
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 0.0), self.width() - wide - 2.0)
            painter.drawText(QPointF(left, plot.bottom() + TICK + metrics.ascent() + 2), text)
        painter.setPen(words)
        painter.drawText(QPointF(2, plot.top() - metrics.descent() - 5), self._y.title)
        room = QRectF(
            plot.left(), plot.bottom() + TICK + metrics.height() + 4, plot.width(), metrics.height()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, self._x.title)

    def _paint_series(self, painter: QPainter, plot: QRectF, one: Series) -> None:
        path, begun = QPainterPath(), False
        places = []
        for x, y in zip(one.x, one.y, strict=True):
            if not (self._drawn(self._x, x) and self._drawn(self._y, y)):
                begun = False
                continue
            place = self._place(plot, x, y)
            places.append(place)
            if begun:
                path.lineTo(place)
            else:
                path.moveTo(place)
            begun = True
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(series_color(one.number), 2, DASHES[one.number % len(DASHES)]))
        painter.drawPath(path)
        if len(places) <= MARKED:
            for place in places:
                paint_dot(painter, QRectF(place.x() - 3.5, place.y() - 3.5, 7, 7), one.number)

    # What a person does

    def _go(self, x: float | None, event_place: QPointF | None = None) -> None:
        if x == self._at:
            return
        self._at = x
        self.update()
        if x is None:
            QToolTip.hideText()
            return
        words = self.words(x)
        self.setAccessibleDescription(words.replace("\n", "; "))
        plot = self._plot()
        place = event_place or QPointF(
            self._place(plot, x, self._y.value(self._range_y()[0])).x(), plot.center().y()
        )
        QToolTip.showText(self.mapToGlobal(place.toPoint()), tooltip(words), self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        if not plot.adjusted(-6, -6, 6, 6).contains(event.position()) or not self._xs:
            self._go(None)
            return
        low, high = self._range_x()
        wanted = low + (event.position().x() - plot.left()) / plot.width() * (high - low)
        nearest = _nearest([self._x.at(value) for value in self._xs], wanted)
        self._go(None if nearest is None else self._xs[nearest], event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._go(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._xs:
            super().keyPressEvent(event)
            return
        start = (-1 if step > 0 else len(self._xs)) if self._at is None else bisect_left(self._xs, self._at)
        self._go(self._xs[max(0, min(len(self._xs) - 1, start + step))])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._shown = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms with Ctrl; otherwise the wheel scrolls the page."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        plot, (low, high) = self._plot(), self._range_x()
        middle = low + (event.position().x() - plot.left()) / plot.width() * (high - low)
        factor = 0.8 if event.angleDelta().y() > 0 else 1.25
        first, last = self._whole_x()
        low, high = max(first, middle + (low - middle) * factor), min(last, middle + (high - middle) * factor)
        self._shown = None if (low, high) == (first, last) or high - low < 1e-9 else (low, high)
        self.update()


def _ends(places: Iterable[float]) -> tuple[float, float]:
    found = list(places)
    return (min(found), max(found)) if found else (0.0, 1.0)


def _nearest(values: Sequence[float], wanted: float) -> int | None:
    """Where the value next to `wanted` is, of values in rising order."""
    if not values:
        return None
    after = bisect_left(values, wanted)
    around = [place for place in (after - 1, after) if 0 <= place < len(values)]
    return min(around, key=lambda place: abs(values[place] - wanted))


def _nice(step: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) from `step` on."""
    if step <= 0 or not math.isfinite(step):
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999))


def _short(value: float) -> str:
    """``1,200``, ``0.25``, ``3e+08``"""
    if value == 0:
        return "0"
    if abs(value) >= 1e7 or abs(value) < 1e-3:
        return f"{value:.0e}"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"
