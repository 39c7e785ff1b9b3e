"""A text whose parts are tinted by how much each of them counts, for or against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import fixed
from app.widgets.tooltip import tooltip

STRONGEST, FAINTEST = 0.62, 0.04
"""How opaque the tint of the part that counts most is, and under what none is seen."""


@dataclass(frozen=True)
class Part:
    """Characters `start` … `end` - 1. `value` is None where nothing is known of it."""

    start: int
    end: int
    value: float | None


class HeatText(QWidget):
    """What counts for is tinted blue, what counts against orange and underlined.

    Left and right go from part to part, and say its figure.
    """

    pointed = Signal(int)
    """The place of a part among those given, -1 for none."""

    def __init__(self, title: str, places: int = 3) -> None:
        super().__init__()
        self._places = places
        self._text = ""
        self._parts: tuple[Part, ...] = ()
        self._most = 1.0
        self._at = -1
        self._marked: frozenset[int] = frozenset()
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def show_parts(self, text: str, parts: Sequence[Part], most: float | None = None) -> None:
        """`most` is the value that has the strongest tint; by default the largest of them."""
        self._text = text.translate({ord("\n"): " ", ord("\r"): " ", ord("\t"): " "})
        self._parts = tuple(parts)
        values = [abs(part.value) for part in self._parts if part.value is not None]
        self._most = most or max(values, default=0.0) or 1.0
        self._at, self._marked = -1, frozenset()
        ranked = sorted(
            (part for part in self._parts if part.value is not None), key=lambda part: -(part.value or 0.0)
        )
        self.setAccessibleDescription("; ".join(map(self.words, ranked[:10])))
        self._fit()
        self.update()

    @property
    def parts(self) -> tuple[Part, ...]:
        return self._parts

    def mark(self, places: Sequence[int]) -> None:
        """Set some parts apart by a frame."""
        self._marked = frozenset(places)
        self.update()

    def words(self, part: Part) -> str:
        """What hovering says."""
        said = self._text[part.start : part.end].strip() or "a special token"
        return said if part.value is None else f"{said}: {fixed(part.value, self._places, signed=True)}"

    def tint(self, look: QTextCharFormat, number: int) -> None:
        """Colour the part at place `number`."""
        value = self._parts[number].value
        share = 0.0 if value is None else min(1.0, abs(value) / self._most)
        if share > FAINTEST and value is not None:
            color = theme.tokens().before if value > 0 else theme.tokens().after
            look.setBackground(theme.color(color, STRONGEST * share))
            look.setFontUnderline(value < 0)

    # Where things lie

    def _layout(self) -> QTextLayout:
        tokens = theme.tokens()
        layout = QTextLayout(self._text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        units = _units(self._text)
        formats = []
        for number, part in enumerate(self._parts):
            look = QTextCharFormat()
            self.tint(look, number)
            if number in self._marked or number == self._at:
                look.setTextOutline(QPen(theme.color(tokens.text), 0.6))
                look.setFontUnderline(True)
            mark = QTextLayout.FormatRange()
            mark.start, mark.length = units[part.start], units[part.end] - units[part.start]
            mark.format = look
            formats.append(mark)
        layout.setFormats(formats)
        layout.beginLayout()
        top = 2.0
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(60, self.width() - 4))
            line.setPosition(QPointF(2, top))
            top += line.height() + 3
        layout.endLayout()
        return layout

    def _fit(self) -> None:
        height = int(self._layout().boundingRect().height()) + 12 if self._text else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _part_at(self, place: QPointF) -> int:
        layout = self._layout()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            if line.rect().adjusted(0, -1, 0, 2).contains(place):
                found = line.xToCursor(place.x(), layout.lineAt(number).CursorPosition.CursorOnCharacter)
                unit = int(found[0] if isinstance(found, tuple) else found)
                character = bisect_right(_units(self._text), unit) - 1
                return next(
                    (n for n, part in enumerate(self._parts) if part.start <= character < part.end), -1
                )
        return -1

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    # Qt's calls

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(theme.tokens().text))
        self._layout().draw(painter, QPointF(0, 0), clip=QRectF(self.rect()))
        if self.hasFocus():
            painter.setPen(QPen(theme.color(theme.tokens().accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._part_at(QPointF(event.pos()))
            words = self.words(self._parts[number]) if number >= 0 else ""
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._part_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        shown = [number for number, part in enumerate(self._parts) if part.end > part.start]
        if step is None or not shown:
            super().keyPressEvent(event)
            return
        at = shown.index(self._at) + step if self._at in shown else (0 if step > 0 else len(shown) - 1)
        self._go_to(shown[max(0, min(len(shown) - 1, at))])
        words = self.words(self._parts[self._at])
        self.setAccessibleDescription(words)
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), tooltip(words), self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go_to(-1)
        self.update()

    def _go_to(self, number: int) -> None:
        if number != self._at:
            self._at = number
            self.pointed.emit(number)
            self.update()


def _units(text: str) -> list[int]:
    """Where each character (and the end) begins as Qt counts: in UTF-16 units."""
    found, unit = [], 0
    for character in text:
        found.append(unit)
        unit += 2 if ord(character) > 0xFFFF else 1
    return [*found, unit]
