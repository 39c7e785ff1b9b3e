"""A list of bars, one a row: a name, how much, and how much there might have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets.tooltip import tooltip
from app.widgets.visible_text import isolated

ROW, BAR, GAP = 27, 11.0, 12.0
"""Height of a row, height of a bar, space between columns, in pixels."""
NAMES = 0.36
"""Share of the width that names may take."""


@dataclass(frozen=True)
class Bar:
    """`text` is the value as written, `limit` is drawn as a line, `color` names a token of the theme."""

    name: str
    value: float
    text: str
    limit: float | None = None
    color: str = "approximated"
    words: str = ""
    """What hovering says besides."""
    strong: bool = False


class BarList(QWidget):
    """All bars begin at zero; up and down go from row to row, and say its figures."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._at: int | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self._bars, self._at = tuple(bars), None
        self.setFixedHeight(self._row * len(self._bars) + 4)
        self.setAccessibleDescription("; ".join(map(self.words, self._bars)))
        self.update()

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    def words(self, bar: Bar) -> str:
        """What hovering says."""
        return "\n".join(filter(None, (f"{bar.name}: {bar.text}", bar.words)))

    # Where things lie

    @property
    def _row(self) -> int:
        return max(ROW, self.fontMetrics().height() + 9)

    def _names(self) -> float:
        widest = max((self.fontMetrics().horizontalAdvance(bar.name) for bar in self._bars), default=0)
        return min(widest * 1.1 + 2, self.width() * NAMES)

    def _area(self) -> QRectF:
        """Where the bars may lie; the value is written behind the longest."""
        labels = max((self.fontMetrics().horizontalAdvance(bar.text) for bar in self._bars), default=0)
        left = self._names() + GAP
        return QRectF(left, 2, max(20.0, self.width() - left - labels - GAP), self._row * len(self._bars))

    def _row_at(self, place: QPointF) -> int | None:
        number = int((place.y() - 2) // self._row)
        return number if 0 <= number < len(self._bars) else None

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        tokens, painter, area = theme.tokens(), QPainter(self), self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        longest = max(max(bar.value, bar.limit or 0.0, 0.0) for bar in self._bars) or 1.0
        for number, bar in enumerate(self._bars):
            y = area.top() + (number + 0.5) * self._row
            if number == self._at:
                whole = QRectF(0, y - self._row / 2, self.width(), self._row)
                painter.fillRect(whole, theme.color(tokens.hover))
            self._paint_name(painter, bar, y)
            long = area.width() * max(bar.value, 0.0) / longest
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(getattr(tokens, bar.color), 0.85))
            painter.drawRoundedRect(QRectF(area.left(), y - BAR / 2, max(long, 1.5), BAR), 2, 2)
            right = long
            if bar.limit is not None:
                right = max(long, area.width() * bar.limit / longest)
                x = area.left() + area.width() * bar.limit / longest
                painter.setPen(QPen(theme.color(tokens.border_strong), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(area.left() + long, y), QPointF(x, y))
                painter.setPen(QPen(theme.color(tokens.border_strong), 2))
                painter.drawLine(QPointF(x, y - BAR / 2), QPointF(x, y + BAR / 2))
            painter.setPen(theme.color(tokens.text if bar.strong else tokens.muted))
            rest = QRectF(area.left() + right + 7, y - self._row / 2, self.width(), self._row)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, bar.text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_name(self, painter: QPainter, bar: Bar, y: float) -> None:
        font = self.font()
        font.setBold(bar.strong)
        painter.setFont(font)
        painter.setPen(theme.color(theme.tokens().text))
        area = QRectF(0, y - self._row / 2, self._names(), self._row)
        name = painter.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, isolated(name))
        painter.setFont(self.font())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._row_at(QPointF(event.pos()))
            words = "" if number is None else self.words(self._bars[number])
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() not in steps or not self._bars:
            super().keyPressEvent(event)
            return
        step = steps[Qt.Key(event.key())]
        start = (-1 if step > 0 else len(self._bars)) if self._at is None else self._at
        number = max(0, min(len(self._bars) - 1, start + step))
        self._go_to(number)
        self.setAccessibleDescription(self.words(self._bars[number]))
        place = self.mapToGlobal(QPointF(GAP, (number + 1) * self._row).toPoint())
        QToolTip.showText(place, tooltip(self.words(self._bars[number])), self)

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
