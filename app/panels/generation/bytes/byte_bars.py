"""The next byte's probabilities as bars: a byte a row, a model a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from app import theme
from app.figures import percent
from app.widgets.dot import series_color
from app.widgets.row_plot import GAP, RowPlot
from core.generation.bytes.result import Law, chance, named, ranked

TOP = 8
"""Bytes that have a row of their own."""
BAR = 10.0
FIGURES = 72.0
"""Pixels for a number behind a bar, where there is room."""
WIDE = 160.0
"""Of a column, from which on numbers are written."""


@dataclass(frozen=True)
class ByteRow:
    """`byte` is None for what all other bytes have together; `plain` is what tokens alone would say."""

    name: str
    byte: int | None
    values: tuple[float, ...]
    plain: tuple[float | None, ...]


def byte_rows(laws: Sequence[Law], top: int = TOP) -> list[ByteRow]:
    """The likeliest bytes, by all models together, and what is left."""
    shown = ranked(list(laws))[:top]
    rows = [
        ByteRow(
            named(byte),
            byte,
            tuple(chance(law, byte) for law in laws),
            tuple(law.plain[byte] if law.plain is not None else None for law in laws),
        )
        for byte in shown
    ]
    rest = ByteRow(
        "other",
        None,
        tuple(max(0.0, 1.0 - sum(row.values[number] for row in rows)) for number in range(len(laws))),
        tuple(
            max(0.0, 1.0 - sum(law.plain[byte] for byte in shown)) if law.plain is not None else None
            for law in laws
        ),
    )
    return [*rows, rest]


class ByteBars(RowPlot):
    """Up and down go from byte to byte, Return or a click chooses it."""

    chosen = Signal(int)
    """A byte."""
    top = 2.0

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._names_of: tuple[str, ...] = ()
        self._numbers: tuple[int, ...] = ()
        self.setFont(theme.mono_font())

    def show_rows(self, rows: Sequence[ByteRow], names: Sequence[str], numbers: Sequence[int]) -> None:
        """`names` and `numbers` (colours) are the models', in the order of each row's values."""
        self._rows, self._at = tuple(rows), None
        self._names_of, self._numbers = tuple(names), tuple(numbers)
        self.setFixedHeight(self._row * len(self._rows) + 4)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def rows(self) -> tuple[ByteRow, ...]:
        return self._rows

    def words(self, row: ByteRow) -> str:
        """What hovering says."""
        told = []
        for name, value, plain in zip(self._names_of, row.values, row.plain, strict=True):
            said = f"{name}: {value:.6g}"
            told.append(said if plain is None else f"{said} (by tokens: {plain:.6g})")
        hint = ["Click to go on with it"] if self._can_go_on(row) else []
        return "\n".join([row.name, *told, *hint])

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    @staticmethod
    def _can_go_on(row: ByteRow) -> bool:
        return row.byte is not None and row.byte < 256

    def _columns(self) -> list[QRectF]:
        left = self._names() + GAP
        count = max(1, len(self._numbers))
        width = max(20.0, (self.width() - left - GAP * (count - 1)) / count)
        return [QRectF(left + number * (width + GAP), 0, width, self.height()) for number in range(count)]

    # Qt's calls

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        inside = self._at is not None and self._can_go_on(self._rows[self._at])
        self.setCursor(Qt.CursorShape.PointingHandCursor if inside else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self._choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self._choose(self._at)
            return
        super().keyPressEvent(event)

    def _choose(self, number: int) -> None:
        row = self._rows[number]
        if self._can_go_on(row):
            self.chosen.emit(row.byte)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        tokens, painter, columns = theme.tokens(), QPainter(self), self._columns()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        numbers_fit = columns[0].width() >= WIDE
        for number, row in enumerate(self._rows):
            y = self.top + (number + 0.5) * self._row
            if number == self._at:
                whole = QRectF(0, y - self._row / 2, self.width(), self._row)
                painter.fillRect(whole, theme.color(tokens.hover))
            painter.setPen(theme.color(tokens.text if row.byte is not None else tokens.muted))
            place = QRectF(0, y - self._row / 2, self._names(), self._row)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, row.name)
            for at, column in enumerate(columns):
                room = column.width() - (FIGURES if numbers_fit else 0.0)
                bar = QRectF(column.left(), y - BAR / 2, room, BAR)
                self._paint_bar(painter, bar, row.values[at], row.plain[at], self._numbers[at])
                if numbers_fit:
                    painter.setPen(theme.color(tokens.muted))
                    place = QRectF(bar.right() + 8, y - self._row / 2, FIGURES, self._row)
                    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, percent(row.values[at]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    @staticmethod
    def _paint_bar(painter: QPainter, bar: QRectF, value: float, plain: float | None, number: int) -> None:
        tokens = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(tokens.border))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(series_color(number))
        if value > 0:
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(1.5, bar.width() * value), BAR), 2, 2)
        if plain is not None:
            x = bar.left() + bar.width() * min(1.0, plain)
            painter.setPen(QPen(theme.color(tokens.surface), 4))
            painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 2))
            painter.setPen(QPen(theme.color(tokens.text), 1.5))
            painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3))
