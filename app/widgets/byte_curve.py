"""Bits per byte along a text: the running mean of each model, by byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from app import theme
from app.figures import count, fixed
from app.widgets.line_plot import Axis, LinePlot, Series

MOST_POINTS = 600
"""Of a line: more than a screen tells apart are not drawn."""
NARROWEST, WIDEST = 8, 4096
"""Bytes that a mean is taken over."""
NOWHERE = (-1, -1)
UNIT = "bits per byte"
PLACES = 2


@dataclass(frozen=True)
class ByteBits:
    """What a text costs one model.

    `number` gives colour and dash; `bits[i]` are the bits per byte of the bytes from `start` + i · `width`
    on, None where they were not scored.
    """

    name: str
    number: int
    bits: tuple[float | None, ...]
    width: int = 1
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + self.width * len(self.bits)


class ByteCurve(LinePlot):
    """Hovering, or left and right, tells the values and which bytes they are the mean of."""

    pointed = Signal(int, int)
    """The bytes [begin, end) whose mean is shown; −1, −1 for none."""

    def __init__(self, title: str = "Bits per byte along the text", unit: str = UNIT) -> None:
        super().__init__(title)
        self._unit = unit
        self._models: tuple[ByteBits, ...] = ()
        self._window = NARROWEST
        self._asked: int | None = None
        self._lit = NOWHERE
        self._told = NOWHERE

    def show_bits(self, models: Sequence[ByteBits], window: int | None = None) -> None:
        """Args: `window`: bytes that each mean is taken over; by default a fortieth of the text."""
        self._models, self._asked, self._lit = tuple(models), window, NOWHERE
        self._draw()

    def append(self, place: int, bits: Sequence[float | None]) -> None:
        """More of the model at `place` among those shown, where it left off; what is zoomed stays so."""
        models = list(self._models)
        models[place] = replace(models[place], bits=(*models[place].bits, *bits))
        self._models = tuple(models)
        shown = self._shown
        self._draw()
        self._shown = shown

    @property
    def models(self) -> tuple[ByteBits, ...]:
        return self._models

    @property
    def window_bytes(self) -> int:
        """Bytes that each mean is taken over."""
        return self._window

    def light(self, start: int, end: int) -> None:
        """Mark the bytes [start, end), as when they are pointed at elsewhere; −1, −1 for none."""
        if (start, end) != self._lit:
            self._lit = (start, end)
            self.update()

    @property
    def lit(self) -> tuple[int, int]:
        return self._lit

    def bytes_at(self, x: float) -> tuple[int, int]:
        """Those whose mean stands at `x`."""
        begin = min((model.start for model in self._models), default=0)
        end = max(begin + 1, round(x))
        return max(begin, end - self._window), end

    def words(self, x: float) -> str:
        begin, end = self.bytes_at(x)
        lines = [f"bytes {count(begin)} to {count(end)}"]
        for one in self._series:
            if one.x and one.x[0] <= x <= one.x[-1]:
                nearest = min(range(len(one.x)), key=lambda place: abs(one.x[place] - x))
                lines.append(f"{one.name}: {fixed(one.y[nearest], PLACES)} {self._unit}")
        return "\n".join(lines)

    # How it is done

    def _draw(self) -> None:
        length = max((model.end - model.start for model in self._models), default=0)
        widest = max((model.width for model in self._models), default=1)
        self._window = max(widest, self._asked or window_for(length))
        series = [running_mean(model, self._window) for model in self._models]
        self.show_series(series, Axis("byte"), Axis(f"{self._unit}, mean of {count(self._window)} bytes"))
        means = [
            f"{one.name} {fixed(_mean(model), PLACES)}"
            for one, model in zip(series, self._models, strict=True)
        ]
        self.setAccessibleDescription(f"{self._unit}: {'; '.join(means)}" if means else "")

    def _go(self, x: float | None, event_place: QPointF | None = None) -> None:
        super()._go(x, event_place)
        told = NOWHERE if x is None else self.bytes_at(x)
        if told != self._told:
            self._told = told
            self.pointed.emit(*told)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._lit == NOWHERE or not self._models:
            return
        plot = self._plot()
        y = self._y.value(self._range_y()[0])
        left, right = (self._place(plot, float(x), y).x() for x in self._lit)
        band = QRectF(left, plot.top(), max(2.0, right - left), plot.height()).intersected(plot)
        if band.isEmpty():
            return
        painter = QPainter(self)
        painter.fillRect(band, theme.color(theme.tokens().accent, 0.22))
        painter.setPen(QPen(theme.color(theme.tokens().accent), 1, Qt.PenStyle.SolidLine))
        painter.drawLine(band.topLeft(), band.bottomLeft())
        painter.drawLine(band.topRight(), band.bottomRight())


def window_for(length: int) -> int:
    """A fortieth of the text, in powers of two."""
    window = NARROWEST
    while window < WIDEST and window * 60 < length:
        window *= 2
    return window


def running_mean(model: ByteBits, window: int) -> Series:
    """The mean of the last `window` bytes, from a quarter of a window on, at `MOST_POINTS` places or so.

    Bytes that were not scored count for nothing; a stretch of them has no mean, and leaves a gap.
    """
    sums = [0.0, *accumulate(bit or 0.0 for bit in model.bits)]
    known = [0, *accumulate(bit is not None for bit in model.bits)]
    back = max(1, round(window / model.width))
    first = min(len(model.bits), max(1, back // 4))
    step = max(1, -(-len(model.bits) // MOST_POINTS))
    places = list(range(first, len(model.bits) + 1, step))
    if not model.bits:
        places = []
    elif places[-1] != len(model.bits):
        places.append(len(model.bits))
    x, y = [], []
    for place in places:
        begin = max(0, place - back)
        scored = known[place] - known[begin]
        x.append(float(model.start + place * model.width))
        y.append((sums[place] - sums[begin]) / scored if scored else float("nan"))
    return Series(model.name, model.number, x, y)


def _mean(model: ByteBits) -> float | None:
    found = [bit for bit in model.bits if bit is not None]
    return sum(found) / len(found) if found else None
