"""Before and after, as two dots on one line a row: how far each row moved, and which way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.figures import fixed
from app.widgets.row_plot import GAP, RowPlot
from app.widgets.visible_text import isolated

AXIS, DOT = 26, 9.0
"""Height under the rows for the scale, size of a dot, in pixels."""


@dataclass(frozen=True)
class Pair:
    """One row; None for what was not measured. `words` says more on hover, `strong` sets its name apart."""

    name: str
    before: float | None
    after: float | None
    words: str = ""
    strong: bool = False


class PairedDots(RowPlot):
    """A disc for before, a square for after; up and down go from row to row."""

    def __init__(self, title: str, unit: str, places: int = 2) -> None:
        super().__init__(title)
        self._unit, self._places = unit, places

    def show_pairs(self, pairs: Sequence[Pair], places: int | None = None) -> None:
        """`places` is the number of decimals of the labels."""
        self._rows, self._at = tuple(pairs), None
        self._places = self._places if places is None else places
        self.setFixedHeight(self._row * len(self._rows) + self._axis + 2)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return self._rows

    def words(self, pair: Pair) -> str:
        """What hovering says: ``prose.txt: 1.92 → 2.04 (+0.12) bits per byte``."""
        before, after = fixed(pair.before, self._places), fixed(pair.after, self._places)
        words = f"{pair.name}: {before} → {after}{self._difference(pair, ' ({})')} {self._unit}"
        return f"{words}\n{pair.words}" if pair.words else words

    def _difference(self, pair: Pair, form: str = "{}") -> str:
        if pair.before is None or pair.after is None:
            return ""
        return form.format(fixed(pair.after - pair.before, self._places, signed=True))

    # Where things lie

    @property
    def _axis(self) -> int:
        return max(AXIS, self.fontMetrics().height() + 8)

    def _labels(self) -> float:
        metrics = self.fontMetrics()
        return max((metrics.horizontalAdvance(self._difference(pair)) for pair in self._rows), default=0)

    def _plot(self) -> QRectF:
        """Where the dots may lie: room is left at the right for the difference of the farthest."""
        left = self._names() + GAP + DOT
        right = self.width() - self._labels() - GAP - DOT / 2
        return QRectF(left, 0, max(20.0, right - left), self._row * len(self._rows))

    def _scale(self) -> tuple[float, float, list[float]]:
        """Lowest and highest value, and where to write figures between them."""
        values = [value for pair in self._rows for value in (pair.before, pair.after) if value is not None]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        if high - low < 1e-9:
            low, high = low - 0.5, high + 0.5
        room = max(2, int(self._plot().width() // (self.fontMetrics().horizontalAdvance("0.00") * 2.2)))
        step = _nice((high - low) / min(5, room))
        ticks = [
            number * step
            for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        ]
        return low, high, ticks

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot, (low, high, ticks) = self._plot(), self._scale()

        def x(value: float) -> float:
            return plot.left() + plot.width() * (value - low) / (high - low)

        self._paint_axis(painter, plot, [(x(tick), tick) for tick in ticks])
        for number, pair in enumerate(self._rows):
            if number == self._at:
                painter.fillRect(
                    QRectF(0, number * self._row, self.width(), self._row), theme.color(tokens.hover)
                )
            y = (number + 0.5) * self._row
            self._paint_name(painter, pair, y)
            self._paint_pair(painter, pair, y, x)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_axis(self, painter: QPainter, plot: QRectF, ticks: list[tuple[float, float]]) -> None:
        tokens = theme.tokens()
        step = ticks[1][1] - ticks[0][1] if len(ticks) > 1 else 1.0
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        for place, value in ticks:
            painter.setPen(QPen(theme.color(tokens.border), 1))
            painter.drawLine(QPointF(place, 2), QPointF(place, plot.bottom()))
            painter.setPen(theme.color(tokens.muted))
            area = QRectF(place - 40, plot.bottom() + 2, 80, self._axis - 2)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, fixed(value, places))

    def _paint_name(self, painter: QPainter, pair: Pair, y: float) -> None:
        font = self.font()
        font.setBold(pair.strong)
        painter.setFont(font)
        painter.setPen(theme.color(theme.tokens().text))
        area = QRectF(0, y - self._row / 2, self._names(), self._row)
        name = painter.fontMetrics().elidedText(pair.name, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, isolated(name))
        painter.setFont(self.font())

    def _paint_pair(self, painter: QPainter, pair: Pair, y: float, x: object) -> None:
        tokens = theme.tokens()
        assert callable(x)
        before = None if pair.before is None else float(x(pair.before))
        after = None if pair.after is None else float(x(pair.after))
        if before is not None and after is not None:
            painter.setPen(QPen(theme.color(tokens.after, 0.55), 2))
            painter.drawLine(QPointF(before, y), QPointF(after, y))
        painter.setPen(Qt.PenStyle.NoPen)
        if before is not None:
            painter.setBrush(theme.color(tokens.before))
            painter.drawEllipse(QPointF(before, y), DOT / 2, DOT / 2)
        if after is not None:
            painter.setBrush(theme.color(tokens.after))
            painter.drawRect(QRectF(after - DOT / 2 + 0.5, y - DOT / 2 + 0.5, DOT - 1, DOT - 1))
        words = self._difference(pair)
        if words and before is not None and after is not None:
            left = max(before, after) + DOT / 2 + 6
            painter.setPen(theme.color(tokens.muted))
            area = QRectF(left, y - self._row / 2, self.width() - left, self._row)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _nice(step: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) at or above `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


class PairLegend(QWidget):
    """``● before  ■ after · lower is better``."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        font = theme.figures_font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        self.setFont(font)
        self.setAccessibleName(f"A disc is before, a square after; {words}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return self._size(f"after · {self._words}")

    def minimumSizeHint(self) -> QSize:
        return self._size("after")

    def _size(self, last: str) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance("before") + metrics.horizontalAdvance(last)
        return QSize(int(words + 2 * (DOT + 5) + 12 + 3), metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, y, left = self.fontMetrics(), self.height() / 2, 1.0
        whole = self.width() >= self.sizeHint().width()
        last = f"after · {self._words}" if whole else "after"
        for label, color, round_one in (("before", tokens.before, True), (last, tokens.after, False)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(color))
            if round_one:
                painter.drawEllipse(QPointF(left + DOT / 2, y), DOT / 2, DOT / 2)
            else:
                painter.drawRect(QRectF(left + 0.5, y - DOT / 2 + 0.5, DOT - 1, DOT - 1))
            left += DOT + 5
            painter.setPen(theme.color(tokens.muted))
            area = QRectF(left, 0, self.width() - left, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
            left += metrics.horizontalAdvance(label) + 12
