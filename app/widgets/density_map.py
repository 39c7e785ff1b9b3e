"""A map of many points: how dense they lie, each of them where there is room, some of them marked.

Density and points are drawn with numpy into one image that is larger than what is seen, and kept while the
map is moved; only when it is left or the scale changes another is made. So moving costs the drawing of an
image, however many points there are. Importing this module loads numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import count
from app.widgets.tooltip import tooltip

HEIGHT = 460
PASSES = 3
"""Of a moving mean, which make it round."""
CELL = 2
"""Pixels of the image that density is counted in, each way."""
AROUND = 0.5
"""How much of its size the image goes beyond what is seen, on each side."""
SEPARATE = 20_000
"""Points in the image up to which each is drawn."""
SIZES = ((400, 3.2), (1_500, 2.6), (6_000, 2.0), (SEPARATE, 1.5))
"""Up to so many points, the radius of each in pixels."""
REACH = 9.0
"""Pixels from the mouse within which a point is hovered."""
STEP, FACTOR = 0.15, 1.3
"""Of a key: the share of the width that it moves, and by how much it zooms."""
CLOSEST = 4_000.0
"""How many times as large as the whole map is the largest scale."""
REST = 250
"""Milliseconds of quiet before what is seen is told."""
SPOKEN = 120
"""Characters of a point's words that are read out."""


class Sign(Enum):
    """What a mark says, by its colour and by its shape."""

    RELEVANT = "found"
    MISSED = "missed"
    OTHER = "other"


@dataclass(frozen=True)
class Mark:
    point: int
    sign: Sign


class DensityMap(QWidget):
    """Dragging moves the map, with Shift (or after `set_brushing`) it brushes; a click chooses a point.

    Ctrl and the wheel zoom; the wheel alone does, too, once the map has been clicked. Arrow keys move, plus
    and minus zoom, 0 shows all, Return brushes what is seen, Space chooses the point nearest to the middle,
    which is told.

    Args:
        words: what hovering a point says, by its number.
    """

    hovered = Signal(int)
    """The number of a point, or -1."""
    chosen = Signal(int)
    brushed = Signal(object)
    """The numbers of the points within, nearest to its middle first: (n,) int64."""

    def __init__(self, title: str, words: Callable[[int], str]) -> None:
        super().__init__()
        self._words = words
        self._points: NDArray[np.float32] = np.zeros((0, 2), dtype=np.float32)
        self._marks: tuple[Mark, ...] = ()
        self._from: NDArray[np.float32] | None = None
        self._extent = (np.zeros(2, dtype=np.float32), np.ones(2, dtype=np.float32))
        self._selected: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._center = np.zeros(2)
        self._scale = 1.0
        """Pixels for a unit of the map."""
        self._fits = True
        self._image: QImage | None = None
        self._covers = QRectF()
        self._hover = -1
        self._pressed: QPointF | None = None
        self._moved = False
        self._brush: QRectF | None = None
        self._brushing = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(REST)
        self._quiet.timeout.connect(self._tell)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.current().changed.connect(self._forget)

    # What it shows

    def show_points(self, points: NDArray[np.float32]) -> None:
        """(n, 2); nothing is marked, and all are seen."""
        self._points = np.ascontiguousarray(points, dtype=np.float32)
        self._marks, self._from = (), None
        self._selected = np.zeros(0, dtype=np.int64)
        self._hover = -1
        if len(self._points):
            self._extent = (self._points.min(axis=0), self._points.max(axis=0))
        self.show_all()

    def show_marks(self, marks: Sequence[Mark], start: NDArray[np.float32] | None = None) -> None:
        """Mark points; `start` (2,) is joined by lines to those that are relevant."""
        self._marks, self._from = tuple(marks), start
        self.update()

    def show_selected(self, numbers: NDArray[np.int64]) -> None:
        self._selected = np.asarray(numbers, dtype=np.int64)
        self.update()

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    @property
    def selected(self) -> NDArray[np.int64]:
        return self._selected

    @property
    def hover(self) -> int:
        return self._hover

    def set_brushing(self, on: bool) -> None:
        """Whether dragging brushes instead of moving the map."""
        self._brushing = on
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    # Where things lie

    def show_all(self) -> None:
        self._fits = True
        self._fit()

    def look_at(self, numbers: Sequence[int], also: NDArray[np.float32] | None = None) -> None:
        """Bring points into view, as large as they all fit."""
        places = self._points[np.asarray(numbers, dtype=np.int64)]
        if also is not None:
            places = np.vstack([places, also[None]])
        if len(places):
            self._frame(places)

    def place(self, point: NDArray[np.float32]) -> QPointF:
        """Where a place of the map is on the widget."""
        x, y = (point - self._center) * self._scale
        return QPointF(self.width() / 2 + float(x), self.height() / 2 - float(y))

    def nearest(self, place: QPointF, reach: float = REACH) -> int:
        """The number of the point that is nearest to a place of the widget, or -1."""
        if not len(self._points):
            return -1
        x, y = self._at(place)
        near = reach / self._scale
        inside = np.flatnonzero(
            (np.abs(self._points[:, 0] - x) <= near) & (np.abs(self._points[:, 1] - y) <= near)
        )
        if not len(inside):
            return -1
        squares = ((self._points[inside] - np.array([x, y])) ** 2).sum(axis=1)
        best = int(squares.argmin())
        return int(inside[best]) if squares[best] <= near * near else -1

    def within(self, room: QRectF) -> NDArray[np.int64]:
        """The points in a rectangle of the widget, nearest to its middle first."""
        left, top = self._at(room.topLeft())
        right, bottom = self._at(room.bottomRight())
        x, y = self._points[:, 0], self._points[:, 1]
        inside = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
        middle = np.array(self._at(room.center()))
        return inside[np.argsort(((self._points[inside] - middle) ** 2).sum(axis=1), kind="stable")]

    def _at(self, place: QPointF) -> tuple[float, float]:
        x = self._center[0] + (place.x() - self.width() / 2) / self._scale
        y = self._center[1] - (place.y() - self.height() / 2) / self._scale
        return float(x), float(y)

    def _fit(self) -> None:
        if len(self._points):
            self._frame(self._points, fits=True)
        self._forget()

    def _frame(self, places: NDArray[np.float32], *, fits: bool = False) -> None:
        low, high = places.min(axis=0).astype(float), places.max(axis=0).astype(float)
        whole = self._whole()
        span = np.maximum(high - low, 0.02 * whole)
        self._center = (low + high) / 2
        room = np.array([max(40, self.width() - 48), max(40, self.height() - 48)])
        self._set_scale(float((room / span).min()))
        self._fits = fits
        self._look_elsewhere()

    def _whole(self) -> float:
        if not len(self._points):
            return 1.0
        return max(float((self._extent[1] - self._extent[0]).max()), 1e-9)

    def _set_scale(self, scale: float) -> None:
        least = 0.5 * min(self.width(), self.height()) / self._whole()
        self._scale = min(max(scale, least), least * CLOSEST)

    def _zoom(self, factor: float, place: QPointF | None = None) -> None:
        """About a place of the widget, which stays where it is; the middle by default."""
        about = place or QPointF(self.width() / 2, self.height() / 2)
        before = np.array(self._at(about))
        self._set_scale(self._scale * factor)
        self._center += before - np.array(self._at(about))
        self._fits = False
        self._forget()
        self._look_elsewhere()

    def move_by(self, x: float, y: float) -> None:
        """Move what is seen by pixels; the map's middle stays in sight."""
        self._center += np.array([-x, y]) / self._scale
        if len(self._points):
            self._center = np.clip(self._center, *self._extent)
        self._fits = False
        self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        self._quiet.start()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleDescription(self._told())

    def _told(self) -> str:
        """What a screen reader says of what is seen."""
        seen = len(self.within(QRectF(self.rect())))
        told = f"{count(seen)} of {count(len(self._points))} points in view"
        middle = self.nearest(QPointF(self.width() / 2, self.height() / 2), reach=60)
        return told if middle < 0 else f"{told}; in the middle: {self._words(middle)[:SPOKEN]}"

    def sizeHint(self) -> QSize:
        return QSize(640, HEIGHT)

    # Drawing

    def _forget(self) -> None:
        self._image = None
        self.update()

    def _drawn(self) -> tuple[QImage, QRectF]:
        """The image, and where it lies on the map (upwards is down here)."""
        seen = QRectF(
            QPointF(*self._at(QPointF(0, 0))), QPointF(*self._at(QPointF(self.width(), self.height())))
        )
        if self._image is None or not _holds(self._covers, seen):
            wide, high = seen.width() * AROUND, seen.height() * AROUND
            self._covers = seen.adjusted(-wide, -high, wide, high)
            ratio = self.devicePixelRatioF()
            size = QSize(
                round(self._covers.width() * self._scale * ratio),
                round(-self._covers.height() * self._scale * ratio),
            )
            self._image = _image(self._points, self._covers, size, ratio)
        return self._image, self._covers

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), theme.color(tokens.field))
        if len(self._points):
            image, covers = self._drawn()
            corner = self.place(np.array([covers.left(), covers.top()]))
            painter.drawImage(corner.toPoint(), image)  # between pixels it would be drawn anew, slowly
        self._paint_selected(painter)
        self._paint_lines(painter)
        for mark in self._marks:
            self._paint_mark(painter, mark)
        self._paint_start(painter)
        self._paint_hover(painter)
        if self._brush is not None:
            painter.setPen(QPen(theme.color(tokens.accent), 1))
            painter.setBrush(theme.color(tokens.accent, 0.12))
            painter.drawRect(self._brush)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            middle = QPointF(self.width() / 2, self.height() / 2)
            painter.setPen(QPen(theme.color(tokens.border_strong), 1))
            for along in (QPointF(6, 0), QPointF(0, 6)):
                painter.drawLine(middle - along, middle + along)
        else:
            painter.setPen(theme.color(tokens.border))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_selected(self, painter: QPainter) -> None:
        painter.setPen(QPen(theme.color(theme.tokens().accent), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number in self._selected[:2000]:
            place = self.place(self._points[number])
            if self.rect().contains(place.toPoint()):
                painter.drawEllipse(place, 4.5, 4.5)

    def _paint_lines(self, painter: QPainter) -> None:
        if self._from is None:
            return
        start = self.place(self._from)
        for mark in self._marks:
            if mark.sign is not Sign.OTHER:
                painter.setPen(QPen(sign_color(mark.sign, 0.55), 1.2))
                painter.drawLine(start, self.place(self._points[mark.point]))

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        paint_sign(painter, self.place(self._points[mark.point]), mark.sign)

    def _paint_start(self, painter: QPainter) -> None:
        if self._from is None:
            return
        place = self.place(self._from)
        painter.setPen(QPen(theme.color(theme.tokens().surface), 1.5))
        painter.setBrush(theme.color(theme.tokens().text))
        painter.drawPolygon(_star(place, 9.0))

    def _paint_hover(self, painter: QPainter) -> None:
        if self._hover >= 0:
            painter.setPen(QPen(theme.color(theme.tokens().text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.place(self._points[self._hover]), 7, 7)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._fit()
        self._forget()

    # What a person does

    def point_out(self, number: int) -> None:
        """Ring a point, as hovering does; -1: none."""
        if number != self._hover:
            self._hover = number
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._pressed, self._moved = event.position(), False
        if self._brushing or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._brush = QRectF(event.position(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is None:
            self._hover_at(place, event)
            return
        by = place - self._pressed
        if not self._moved and by.manhattanLength() < 4:
            return
        self._moved = True
        if self._brush is not None:
            self._brush = QRectF(self._pressed, place).normalized()
            self.update()
        else:
            self._pressed = place
            self.move_by(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        brush, self._brush, self._pressed = self._brush, None, None
        if brush is not None and self._moved:
            self.brushed.emit(self.within(brush))
        elif not self._moved:
            number = self.nearest(event.position())
            if number >= 0:
                self.chosen.emit(number)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._zoom(2.0, event.position())

    def _hover_at(self, place: QPointF, event: QMouseEvent) -> None:
        number = self.nearest(place)
        if number == self._hover:
            return
        self.point_out(number)
        self.hovered.emit(number)
        if number < 0:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), tooltip(self._words(number)), self)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._hover >= 0:
            self.point_out(-1)
            self.hovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls the page until the map is meant."""
        if not (self.hasFocus() or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            event.ignore()
            return
        self._zoom(FACTOR ** (event.angleDelta().y() / 120), event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, wide, high = Qt.Key(event.key()), self.width() * STEP, self.height() * STEP
        moves = {
            Qt.Key.Key_Left: (wide, 0.0),
            Qt.Key.Key_Right: (-wide, 0.0),
            Qt.Key.Key_Up: (0.0, high),
            Qt.Key.Key_Down: (0.0, -high),
        }
        if key in moves:
            self.move_by(*moves[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(FACTOR)
        elif key is Qt.Key.Key_Minus:
            self._zoom(1 / FACTOR)
        elif key is Qt.Key.Key_0:
            self.show_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.brushed.emit(self.within(QRectF(self.rect())))
        elif key is Qt.Key.Key_Space:
            number = self.nearest(QPointF(self.width() / 2, self.height() / 2), reach=60)
            if number >= 0:
                self.chosen.emit(number)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._look_elsewhere()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def sign_color(sign: Sign, alpha: float = 1.0) -> QColor:
    tokens = theme.tokens()
    values = {Sign.RELEVANT: tokens.copied, Sign.MISSED: tokens.after, Sign.OTHER: tokens.muted}
    return theme.color(values[sign], alpha)


def paint_sign(painter: QPainter, place: QPointF, sign: Sign) -> None:
    """A disc: relevant and found; a diamond: relevant and missed; a ring: found and not relevant."""
    painter.save()
    if sign is Sign.OTHER:
        painter.setPen(QPen(sign_color(sign), 2))
        painter.setBrush(theme.color(theme.tokens().surface))
        painter.drawEllipse(place, 4.5, 4.5)
    else:
        painter.setPen(QPen(theme.color(theme.tokens().surface), 1.2))
        painter.setBrush(sign_color(sign))
        if sign is Sign.RELEVANT:
            painter.drawEllipse(place, 5.5, 5.5)
        else:
            corners = (QPointF(0, -6.5), QPointF(6.5, 0), QPointF(0, 6.5), QPointF(-6.5, 0))
            painter.drawPolygon(QPolygonF([place + corner for corner in corners]))
    painter.restore()


def _star(place: QPointF, size: float) -> QPolygonF:
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(10) % 2 == 0, size, size * 0.45)
    return QPolygonF(
        [
            place + QPointF(float(radius * np.cos(angle)), float(radius * np.sin(angle)))
            for radius, angle in zip(radii, angles, strict=True)
        ]
    )


def _holds(outer: QRectF, inner: QRectF) -> bool:
    """Whether one rectangle of the map lies in another; heights count downwards, and are below 0."""
    tolerance = 1e-9 + 1e-6 * abs(outer.width())
    return (
        outer.left() <= inner.left() + tolerance
        and outer.right() >= inner.right() - tolerance
        and outer.top() >= inner.top() - tolerance
        and outer.bottom() <= inner.bottom() + tolerance
    )


def _image(points: NDArray[np.float32], covers: QRectF, size: QSize, ratio: float) -> QImage:
    """Density, and each point where there are few, over a part of the map."""
    wide, high = max(1, size.width()), max(1, size.height())
    x = (points[:, 0] - covers.left()) * (wide / covers.width())
    y = (points[:, 1] - covers.top()) * (high / covers.height())
    inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
    x, y = x[inside], y[inside]
    shade = _density(x, y, wide, high, faint=len(x) <= SEPARATE)
    if len(x) <= SEPARATE:
        radius = next(radius for most, radius in SIZES if len(x) <= most)
        _stamp(shade, x, y, radius * ratio)
    image = QImage(wide, high, QImage.Format.Format_ARGB32_Premultiplied)
    data = np.frombuffer(image.bits(), dtype=np.uint32).reshape(high, image.bytesPerLine() // 4)
    data[:, :wide] = _colors(theme.color(theme.tokens().before))[shade]
    image.setDevicePixelRatio(ratio)
    return image


def _colors(color: QColor) -> NDArray[np.uint32]:
    """(256,) the colour at each opacity, premultiplied."""
    opacity = np.arange(256, dtype=np.uint32)
    red, green, blue = (opacity * value // 255 for value in (color.red(), color.green(), color.blue()))
    return np.asarray(opacity << 24 | red << 16 | green << 8 | blue, dtype=np.uint32)


def _density(
    x: NDArray[np.float32], y: NDArray[np.float32], wide: int, high: int, *, faint: bool
) -> NDArray[np.uint8]:
    """(high, wide) uint8: opacity by how many points lie there, smoothed."""
    columns, rows = -(-wide // CELL), -(-high // CELL)
    cells = (y // CELL).astype(np.int64) * columns + (x // CELL).astype(np.int64)
    counts = np.bincount(cells, minlength=columns * rows).astype(np.float32).reshape(rows, columns)
    spread = 2 if not faint else 6
    for _ in range(PASSES):
        counts = _blurred(_blurred(counts, spread, 0), spread, 1)
    some = counts[::3, ::3]
    top = float(np.percentile(some[some > 1e-6], 99.5)) if (some > 1e-6).any() else 1.0
    share = np.minimum(counts / max(top, 1e-6), 1.0) ** (0.8 if faint else 0.5)
    strongest = 90 if faint else 245
    levels = (share * strongest).astype(np.uint8)
    return np.repeat(np.repeat(levels, CELL, axis=0), CELL, axis=1)[:high, :wide].copy()


def _blurred(values: NDArray[np.float32], spread: int, axis: int) -> NDArray[np.float32]:
    """The mean of each cell and `spread` ones on either side."""
    pad = [(0, 0), (0, 0)]
    pad[axis] = (spread + 1, spread)
    sums = np.cumsum(np.pad(values, pad), axis=axis, dtype=np.float64)
    width = 2 * spread + 1
    length = values.shape[axis]
    if axis == 0:
        return np.asarray((sums[width : width + length] - sums[:length]) / width, dtype=np.float32)
    return np.asarray((sums[:, width : width + length] - sums[:, :length]) / width, dtype=np.float32)


def _stamp(shade: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32], radius: float) -> None:
    """Draw a soft disc at each point, in place."""
    high, wide = shade.shape
    column, row = np.round(x - 0.5).astype(np.int64), np.round(y - 0.5).astype(np.int64)
    reach = int(np.ceil(radius))
    offsets = [(dx, dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    opacity = {(dx, dy): min(1.0, max(0.0, radius + 0.5 - float(np.hypot(dx, dy)))) for dx, dy in offsets}
    for dx, dy in sorted(offsets, key=opacity.__getitem__):  # the middle of a disc over the edge of another
        level = int(225 * opacity[dx, dy])
        if level:
            at_x, at_y = column + dx, row + dy
            inside = (at_x >= 0) & (at_x < wide) & (at_y >= 0) & (at_y < high)
            at_x, at_y = at_x[inside], at_y[inside]
            shade[at_y, at_x] = np.maximum(shade[at_y, at_x], level)


__all__ = ["DensityMap", "Mark", "Sign", "paint_sign", "sign_color"]
