"""One bar of parts of a whole, with its legend: figures on hover, a part chosen by click or key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import count
from app.widgets.tooltip import tooltip

BAR, GAP, DOT, BETWEEN = 10.0, 10.0, 9.0, 16.0
"""Height of the bar, space under it, size of a legend's dot, space between two legends, in pixels."""
LEAST = 2.0
"""Width of a part that is there but too small to see."""


@dataclass(frozen=True)
class Part:
    """`color` names a token of the theme, `words` say more on hover, `opens`: choosing it leads somewhere."""

    key: str
    label: str
    amount: int
    color: str
    words: str = ""
    opens: bool = False


class StackedBar(QWidget):
    part_chosen = Signal(str)
    """The key of a part that was clicked, or entered by key."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._parts: tuple[Part, ...] = ()
        self._at = 0
        self._legends: list[QRectF] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.figures_font())
        theme.current().changed.connect(self.update)
        self.show_parts(())

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Parts of nothing are left out."""
        self._parts = tuple(part for part in parts if part.amount > 0)
        self._at = 0
        self.setAccessibleName(self._title)
        self.setAccessibleDescription("; ".join(map(self.words, self._parts)))
        self._place_legends()
        self.update()

    @property
    def parts(self) -> tuple[Part, ...]:
        return self._parts

    def words(self, part: Part) -> str:
        """What hovering says: ``copied: 4,730 of 8,192 (57.7 %)``."""
        whole = sum(other.amount for other in self._parts)
        share = 100 * part.amount / whole
        words = f"{part.label}: {count(part.amount)} of {count(whole)} ({share:.1f} %)"
        return f"{words}\n{part.words}" if part.words else words

    # Where things lie

    def spans(self) -> list[QRectF]:
        """Where each part of the bar lies."""
        whole = sum(part.amount for part in self._parts)
        wide = self.width() - 2.0
        least = min(LEAST, wide / max(1, len(self._parts)))
        widths = [max(least, wide * part.amount / whole) for part in self._parts]
        over = sum(widths) - wide
        if widths:
            largest = widths.index(max(widths))
            widths[largest] -= over
        left, found = 1.0, []
        for width in widths:
            found.append(QRectF(left, 3.0, width, BAR))
            left += width
        return found

    def _label(self, part: Part) -> str:
        return f"{part.label} {count(part.amount)}"

    def _place_legends(self) -> None:
        metrics = self.fontMetrics()
        line, left, top = float(metrics.height()), 1.0, 3 + BAR + GAP
        self._legends = []
        for part in self._parts:
            wide = DOT + 6 + metrics.horizontalAdvance(self._label(part))
            if self._legends and left + wide > self.width():
                left, top = 1.0, top + line + 4
            self._legends.append(QRectF(left, top, wide, line))
            left += wide + BETWEEN
        height = int(top + line + 4) if self._parts else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _part_at(self, place: QPointF) -> int | None:
        for areas in (self._legends, [span.adjusted(0, -4, 0, 4) for span in self.spans()]):
            for number, area in enumerate(areas):
                if area.contains(place):
                    return number
        return None

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    # Qt's calls

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_legends()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spans = self.spans()
        if not spans:
            return
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(1, 3, self.width() - 2, BAR), BAR / 2, BAR / 2)
        painter.save()
        painter.setClipPath(whole)
        for number, (part, span) in enumerate(zip(self._parts, spans, strict=True)):
            shown = span.adjusted(0.75 if number else 0, 0, 0, 0) if span.width() > 3 else span
            painter.fillRect(shown, theme.color(getattr(tokens, part.color)))
        painter.restore()
        for part, area in zip(self._parts, self._legends, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(getattr(tokens, part.color)))
            middle = QPointF(area.left() + DOT / 2, area.center().y())
            painter.drawEllipse(middle, DOT / 2, DOT / 2)
            painter.setPen(theme.color(tokens.muted))
            painter.drawText(
                area.adjusted(DOT + 6, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter, self._label(part)
            )
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(self._legends[self._at].adjusted(0, 0, 3, 1), 4, 4)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._part_at(QPointF(event.pos()))
            words = "" if number is None else self.words(self._parts[number])
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._part_at(event.position())
        opens = number is not None and self._parts[number].opens
        self.setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._part_at(event.position())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self._go_to(number)
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() in steps and self._parts:
            self._go_to((self._at + steps[Qt.Key(event.key())]) % len(self._parts))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._parts:
            self._choose()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _choose(self) -> None:
        """Tell which part was chosen, and its figures where there is nothing more to show."""
        part = self._parts[self._at]
        self.part_chosen.emit(part.key)
        if not part.opens:
            place = self.mapToGlobal(self._legends[self._at].bottomLeft().toPoint())
            QToolTip.showText(place, tooltip(self.words(part)), self)

    def _go_to(self, number: int) -> None:
        self._at = number
        self.setAccessibleName(f"{self._title}: {self.words(self._parts[number])}")
        self.update()
