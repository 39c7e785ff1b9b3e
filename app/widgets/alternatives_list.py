"""What might have stood in a token's place: a bar each, its probability, and that of all so far together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from app import theme
from app.figures import fixed
from app.widgets.dot import series_color
from app.widgets.row_plot import GAP, RowPlot
from app.widgets.visible_text import isolated

BAR = 11.0
TAKEN = "✓ "


@dataclass(frozen=True)
class Choice:
    """`together` is the probability of this one and all before it; None for one that is not among the
    likeliest. `taken`: it is what stands in the text."""

    id: int
    name: str
    share: float
    together: float | None
    taken: bool = False
    words: str = ""


class AlternativesList(RowPlot):
    """Up and down choose; Return or a double click takes the chosen one."""

    top = 22.0
    chosen = Signal(object)
    """A `Choice`."""
    taken = Signal(object)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.number = 0
        """Of the colour of the bars."""
        self._picked = -1

    def show_choices(self, choices: Sequence[Choice], number: int) -> None:
        self._rows, self._at, self._picked, self.number = tuple(choices), None, -1, number
        self.setFixedHeight(round(self.top) + self._row * len(self._rows) + 4)
        self.setAccessibleDescription("; ".join(map(self.words, self._rows)))
        self.update()

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._rows

    @property
    def picked(self) -> Choice | None:
        return self._rows[self._picked] if 0 <= self._picked < len(self._rows) else None

    def pick(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self._picked = place
            self.update()
            self.chosen.emit(self._rows[place])

    def words(self, choice: Choice) -> str:
        """What hovering says."""
        said = f"{choice.name}: {_percent(choice.share)}"
        if choice.together is not None:
            said += f", together with those before {_percent(choice.together)}"
        return "\n".join(filter(None, (said, "It stands in the text." if choice.taken else "", choice.words)))

    # Qt's calls

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def _names(self) -> float:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(f"{TAKEN}{row.name}") for row in self._rows), default=0)
        return min(widest * 1.15 + 2, self.width() * 0.4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        figure = metrics.horizontalAdvance("100.0 %") + 6.0
        left = self._names() + GAP + 6
        right = self.width() - 2 * figure - GAP - 4
        self._paint_head(painter, right, figure)
        middle = Qt.AlignmentFlag.AlignVCenter
        for number, row in enumerate(self._rows):
            whole = QRectF(0, self.top + number * self._row, self.width(), self._row)
            if number in (self._at, self._picked):
                picked = number == self._picked
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(tokens.accent_soft if picked else tokens.hover))
                painter.drawRoundedRect(whole, 5, 5)
            font = theme.mono_font()
            font.setBold(row.taken)
            painter.setFont(font)
            painter.setPen(theme.color(tokens.text))
            name = f"{TAKEN}{row.name}" if row.taken else row.name
            room = int(left - GAP - 6)
            cut = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(whole.adjusted(6, 0, 0, 0), middle, isolated(cut))
            painter.setFont(self.font())
            painter.setPen(Qt.PenStyle.NoPen)
            bar = QRectF(left, whole.center().y() - BAR / 2, max(4.0, right - left), BAR)
            painter.setBrush(theme.color(tokens.border))
            painter.drawRoundedRect(bar, 2, 2)
            painter.setBrush(series_color(self.number))
            filled = QRectF(bar.left(), bar.top(), max(1.5, bar.width() * min(1.0, row.share)), BAR)
            painter.drawRoundedRect(filled, 2, 2)
            ends = Qt.AlignmentFlag.AlignRight | middle
            painter.setPen(theme.color(tokens.text))
            painter.drawText(QRectF(right, whole.top(), figure, whole.height()), ends, _percent(row.share))
            painter.setPen(theme.color(tokens.muted))
            together = QRectF(right + figure, whole.top(), figure + GAP - 4, whole.height())
            said = _percent(row.together) if row.together is not None else "–"
            painter.drawText(together, ends, said)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_head(self, painter: QPainter, right: float, figure: float) -> None:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        painter.setPen(theme.color(theme.tokens().muted))
        ends = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(right - 60, 0, figure + 60, self.top), ends, "probability")
        painter.drawText(QRectF(right + figure, 0, figure + GAP - 4, self.top), ends, "together")
        painter.setFont(self.font())

    def leaveEvent(self, event: object) -> None:
        self._go_to(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        place = self._row_at(event.position())
        if place is not None:
            self.pick(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.picked is not None:
            self.taken.emit(self.picked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self._rows:
            self.pick(max(0, min(len(self._rows) - 1, self._picked + step)))
            self.setAccessibleDescription(self.words(self._rows[self._picked]))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.picked is not None:
            self.taken.emit(self.picked)
        else:
            super().keyPressEvent(event)


def _percent(share: float) -> str:
    return f"{fixed(100 * share, 1)} %" if share >= 0.0005 or share == 0 else f"{100 * share:.1g} %"
