"""The sign of a series: a colour and a shape, the same wherever it is shown."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from app import theme


def series_color(number: int, alpha: float = 1.0) -> QColor:
    """The colour of series `number`, from 0; after the last one it begins again, with another shape."""
    series = theme.tokens().series
    return theme.color(series[number % len(series)], alpha)


def paint_dot(painter: QPainter, place: QRectF, number: int) -> None:
    """A disc; a diamond from the second round of colours on; a square from the third."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(series_color(number))
    turn = number // len(theme.tokens().series) % 3
    if turn == 0:
        painter.drawEllipse(place)
    elif turn == 1:
        middle = place.center()
        corners = [
            QPointF(middle.x(), place.top()),
            QPointF(place.right(), middle.y()),
            QPointF(middle.x(), place.bottom()),
            QPointF(place.left(), middle.y()),
        ]
        painter.drawPolygon(QPolygonF(corners))
    else:
        painter.drawRect(place.adjusted(1, 1, -1, -1))
    painter.restore()


class Dot(QWidget):
    """Only shows; the name stands beside it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        size = 9.0
        place = QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)
        paint_dot(QPainter(self), place, self.number)
