"""Differences, sorted: how many fall to either side of zero, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import fixed
from app.widgets.dot import series_color
from app.widgets.scale import tick_places, ticks
from app.widgets.tooltip import tooltip

HEIGHT, GAP = 190, 8
WIDEST, LEAST = 14.0, 1.0
"""Of a bar, in pixels."""
STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_PageUp: -10,
}


@dataclass(frozen=True)
class Fall:
    """One bar. `words` say more on hover."""

    name: str
    value: float
    words: str = ""


class Waterfall(QWidget):
    """Above zero in the colour of one series, below in that of another.

    A click, or Return, chooses a bar; left and right go from one to the next. More bars than there are pixels
    are thinned evenly; keys reach all.
    """

    chosen = Signal(str)

    def __init__(self, title: str, places: int = 3) -> None:
        super().__init__()
        self._title, self._places = title, places
        self._bars: tuple[Fall, ...] = ()
        self._numbers = (0, 1)
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.current().changed.connect(self.update)

    def show_bars(self, bars: Sequence[Fall], numbers: tuple[int, int]) -> None:
        """`numbers` are the series whose colours bars above and below zero have. Bars are sorted here."""
        self._bars = tuple(sorted(bars, key=lambda bar: -bar.value))
        self._numbers, self._at = numbers, None
        above = sum(bar.value > 0 for bar in self._bars)
        below = sum(bar.value < 0 for bar in self._bars)
        self.setAccessibleDescription(f"{above} above zero, {below} below, of {len(self._bars)}")
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._bars else Qt.CursorShape.ArrowCursor)
        self.update()

    @property
    def bars(self) -> tuple[Fall, ...]:
        return self._bars

    def words(self, bar: Fall) -> str:
        """What hovering says."""
        return "\n".join(
            filter(None, (f"{bar.name}: {fixed(bar.value, self._places, signed=True)}", bar.words))
        )

    # Where things lie

    def _range(self) -> tuple[float, float]:
        low = min(0.0, *(bar.value for bar in self._bars)) if self._bars else 0.0
        high = max(0.0, *(bar.value for bar in self._bars)) if self._bars else 1.0
        return (low, high) if high > low else (-1.0, 1.0)

    def _values(self) -> list[float]:
        """Where the scale is written."""
        return ticks(*self._range(), 4)

    def _plot(self) -> QRectF:
        values = self._values()
        metrics, places = self.fontMetrics(), tick_places(values)
        words = [fixed(value, places, signed=True) for value in values]
        left = max((metrics.horizontalAdvance(word) for word in words), default=0) + GAP
        edge = metrics.height() / 2
        return QRectF(left, edge, max(20.0, self.width() - left - 2), max(20.0, self.height() - 2 * edge))

    def _slot(self, plot: QRectF) -> float:
        """Pixels from one bar to the next."""
        return min(WIDEST, plot.width() / max(1, len(self._bars)))

    def _bar_at(self, place: QPointF) -> int | None:
        plot = self._plot()
        number = int((place.x() - plot.left()) // self._slot(plot))
        return number if 0 <= number < len(self._bars) and place.x() >= plot.left() else None

    def sizeHint(self) -> QSize:
        return QSize(340, HEIGHT)

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        tokens, painter, plot = theme.tokens(), QPainter(self), self._plot()
        low, high = self._range()

        def y(value: float) -> float:
            return plot.bottom() - plot.height() * (value - low) / (high - low)

        values = self._values()
        places = tick_places(values)
        for value in values:
            painter.setPen(QPen(theme.color(tokens.border), 1))
            painter.drawLine(QPointF(plot.left(), y(value)), QPointF(plot.right(), y(value)))
            painter.setPen(theme.color(tokens.muted))
            area = QRectF(0, y(value) - 12, plot.left() - GAP, 24)
            words = fixed(value, places, signed=True)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        slot = self._slot(plot)
        thin = max(1, int(LEAST / slot))
        wide = max(LEAST, slot * thin - (1.0 if slot >= 3 else 0.0))
        for number in range(0, len(self._bars), thin):
            value = self._bars[number].value
            if value:
                top, bottom = sorted((y(value), y(0.0)))
                area = QRectF(plot.left() + number * slot, top, wide, max(1.0, bottom - top))
                painter.fillRect(area, series_color(self._numbers[0 if value > 0 else 1]))
        if self._at is not None:
            x = plot.left() + self._at * slot
            painter.fillRect(
                QRectF(x, plot.top(), max(2.0, slot), plot.height()), theme.color(tokens.text, 0.16)
            )
        painter.setPen(QPen(theme.color(tokens.border_strong), 1))
        painter.drawLine(QPointF(plot.left(), y(0.0)), QPointF(plot.right(), y(0.0)))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._bar_at(QPointF(event.pos()))
            words = "" if number is None else self.words(self._bars[number])
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._bar_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._bar_at(event.position())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(self._bars[number].name)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._bars) - 1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self.chosen.emit(self._bars[self._at].name)
        elif self._bars and (key in STEPS or key in (Qt.Key.Key_Home, Qt.Key.Key_End)):
            start = self._at if self._at is not None else -1 if STEPS.get(key, 1) > 0 else last + 1
            ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
            number = max(0, min(last, ends.get(key, start + STEPS.get(key, 0))))
            self._go_to(number)
            words = self.words(self._bars[number])
            self.setAccessibleDescription(words)
            plot = self._plot()
            place = QPointF(plot.left() + number * self._slot(plot), plot.bottom())
            QToolTip.showText(self.mapToGlobal(place.toPoint()), tooltip(words), self)
        else:
            super().keyPressEvent(event)

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
