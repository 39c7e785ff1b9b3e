"""Where each of two rankings has the same things: a line from the one rank to the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.dot import paint_dot, series_color
from app.widgets.tooltip import tooltip

HEIGHT, DOT, NEAR, SIDE = 210, 8.0, 7.0, 46.0
RANKS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000)


@dataclass(frozen=True)
class Slope:
    """`first` and `second` are ranks from 1; None where it was not found."""

    name: str
    first: int | None
    second: int | None

    @property
    def words(self) -> str:
        said = [f"rank {rank:,}" if rank is not None else "not found" for rank in (self.first, self.second)]
        return f"{self.name}: {said[0]} → {said[1]}"


class RankSlope(QWidget):
    """The best rank on top, on a logarithmic scale; what was not found lies at the bottom.

    A line has the colour of the ranking that has it higher. Up and down go from line to line.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._slopes: tuple[Slope, ...] = ()
        self._names = ("", "")
        self._numbers = (0, 1)
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def show_slopes(self, slopes: Sequence[Slope], names: tuple[str, str], numbers: tuple[int, int]) -> None:
        """`names` and `numbers` (colours) are those of the two rankings."""
        self._slopes, self._names, self._numbers, self._at = tuple(slopes), names, numbers, None
        self.setAccessibleDescription("; ".join(slope.words for slope in self._slopes))
        self.update()

    @property
    def slopes(self) -> tuple[Slope, ...]:
        return self._slopes

    # Where things lie

    def _plot(self) -> QRectF:
        line = self.fontMetrics().height()
        side = max(SIDE, self.fontMetrics().horizontalAdvance("not found") + 10.0)
        return QRectF(side, line + 10, max(40.0, self.width() - 2 * side), self.height() - 2 * line - 20)

    def _deepest(self) -> int:
        ranks = [rank for slope in self._slopes for rank in (slope.first, slope.second) if rank is not None]
        return max([10, *ranks])

    def _y(self, rank: int | None) -> float:
        plot = self._plot()
        missing = any(rank is None for slope in self._slopes for rank in (slope.first, slope.second))
        bottom = plot.bottom() - (22 if missing else 0)
        if rank is None:
            return plot.bottom()
        return plot.top() + (bottom - plot.top()) * math.log(rank) / math.log(self._deepest())

    def _ends(self, slope: Slope) -> tuple[QPointF, QPointF]:
        plot = self._plot()
        return QPointF(plot.left(), self._y(slope.first)), QPointF(plot.right(), self._y(slope.second))

    def _slope_at(self, place: QPointF) -> int | None:
        plot = self._plot()
        if not plot.left() - 8 <= place.x() <= plot.right() + 8:
            return None
        share = (place.x() - plot.left()) / plot.width()
        found: list[tuple[float, int]] = []
        for number, slope in enumerate(self._slopes):
            start, end = self._ends(slope)
            found.append((abs(start.y() + share * (end.y() - start.y()) - place.y()), number))
        near = min(found, default=(NEAR + 1, -1))
        return near[1] if near[0] <= NEAR else None

    def sizeHint(self) -> QSize:
        return QSize(300, HEIGHT)

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._slopes:
            return
        painter, tokens, plot = QPainter(self), theme.tokens(), self._plot()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, plot)
        for number, slope in enumerate(self._slopes):
            start, end = self._ends(slope)
            first, second = slope.first or math.inf, slope.second or math.inf
            color = (
                theme.color(tokens.border_strong)
                if first == second
                else series_color(self._numbers[0 if first < second else 1])
            )
            style = Qt.PenStyle.DashLine if math.inf in (first, second) else Qt.PenStyle.SolidLine
            painter.setPen(QPen(color, 3 if number == self._at else 1.6, style))
            painter.drawLine(start, end)
            for place, series in ((start, self._numbers[0]), (end, self._numbers[1])):
                paint_dot(painter, QRectF(place.x() - DOT / 2, place.y() - DOT / 2, DOT, DOT), series)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        tokens, metrics = theme.tokens(), self.fontMetrics()
        painter.setPen(QPen(theme.color(tokens.border), 1))
        for x in (plot.left(), plot.right()):
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        half = self.width() / 2 - 6
        painter.setPen(theme.color(tokens.text))
        for left, name, side in (
            (2.0, self._names[0], Qt.AlignmentFlag.AlignLeft),
            (self.width() / 2 + 4, self._names[1], Qt.AlignmentFlag.AlignRight),
        ):
            words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(half))
            painter.drawText(QRectF(left, 0, half, metrics.height() + 2), side, words)
        painter.setPen(theme.color(tokens.muted))
        missing = any(None in (slope.first, slope.second) for slope in self._slopes)
        marks: list[tuple[int | None, str]] = [
            (rank, f"{rank:,}") for rank in RANKS if rank <= self._deepest()
        ]
        for rank, words in [*marks, *([(None, "not found")] if missing else [])]:
            y = self._y(rank)
            for area, side in (
                (QRectF(0, y - 10, plot.left() - 8, 20), Qt.AlignmentFlag.AlignRight),
                (QRectF(plot.right() + 8, y - 10, self.width(), 20), Qt.AlignmentFlag.AlignLeft),
            ):
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, words)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._slope_at(QPointF(event.pos()))
            words = "" if number is None else self._slopes[number].words
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._slope_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not self._slopes:
            super().keyPressEvent(event)
            return
        start = (-1 if step > 0 else len(self._slopes)) if self._at is None else self._at
        self._go_to(max(0, min(len(self._slopes) - 1, start + step)))
        assert self._at is not None
        words = self._slopes[self._at].words
        self.setAccessibleDescription(words)
        place = self._ends(self._slopes[self._at])[0]
        QToolTip.showText(self.mapToGlobal(place.toPoint()), tooltip(words), self)

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
