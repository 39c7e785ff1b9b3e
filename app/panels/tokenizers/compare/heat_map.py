"""Text × tokenizer: one figure a cell, shaded by its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import fixed
from app.widgets.dot import paint_dot
from app.widgets.figures_table import tint
from app.widgets.tooltip import tooltip
from core.tokenizers.compare.result import Figure

ROW = 30
"""Pixels of a row at least."""
TALLEST_HEAD = 150
"""Pixels of names that stand on end."""
CELL, WIDEST_CELL = 58, 110
"""Pixels of a column."""
MANY = 40
"""Figures from which on outliers are shaded as the largest of the others."""
NAMES = 0.34
"""Share of the width that names may take."""


def spread(values: Sequence[float]) -> tuple[float, float]:
    """From where to where shades go: of many values without the largest twentieth, which may be outliers."""
    if not values:
        return 0.0, 1.0
    rising = sorted(values)
    return rising[0], rising[-1 if len(rising) < MANY else int(0.95 * len(rising))]


@dataclass(frozen=True)
class Text:
    """`key` as the result calls it; `name` in a heading; `tip` says more."""

    key: str
    name: str
    tip: str
    strong: bool = False


@dataclass(frozen=True)
class Heat:
    """`figures[text][tokenizer]`; None where there is none. `tokenizers`: names, in the order of colours."""

    title: str
    unit: str
    digits: int
    texts: Sequence[Text]
    tokenizers: Sequence[str]
    figures: Sequence[Sequence[Figure | None]]


class _Shape(NamedTuple):
    """Pixels of the names' column, of a cell's width and of the head; how many columns and rows.

    `upright`: names of tokenizers stand on end, for want of room beside each other.
    """

    flat: bool
    names: float
    cell: float
    columns: int
    rows: int
    head: int
    upright: bool


EMPTY = Heat("", "", 2, (), (), ())


class HeatMap(QWidget):
    """Tokenizers are rows where there is room for every text beside each other; otherwise texts are.

    Arrow keys go from cell to cell; a click or Return chooses.
    """

    chosen = Signal(str, int)
    """The key of a text, and which tokenizer."""

    def __init__(self) -> None:
        super().__init__()
        self._heat = EMPTY
        self._at: tuple[int, int] | None = None
        """Text and tokenizer."""
        self._known: tuple[object, _Shape] | None = None
        self.setAccessibleName("Heat map of texts and tokenizers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFont(theme.figures_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self.update)

    def show_heat(self, heat: Heat) -> None:
        self._heat, self._at = heat, None
        self.setAccessibleName(f"{heat.title}, by text and tokenizer")
        self._fit()
        self.update()

    @property
    def heat(self) -> Heat:
        return self._heat

    def words(self, text: int, tokenizer: int) -> str:
        """What hovering says: ``German (deu) · Llama 3: 3.42 bytes/token (95 %: 3.40 to 3.45)``."""
        heat = self._heat
        figure = heat.figures[text][tokenizer]
        where = f"{heat.texts[text].tip} · {heat.tokenizers[tokenizer]}"
        if figure is None:
            return f"{where}: not measured"
        unit = f" {heat.unit}" if heat.unit else ""
        said = f"{where}: {fixed(figure.value, heat.digits)}{unit}"
        if figure.low is not None and figure.high is not None:
            low, high = fixed(figure.low, heat.digits), fixed(figure.high, heat.digits)
            said += f"\n95 % interval: {low} to {high}"
        return said

    # Where things lie

    @property
    def flat(self) -> bool:
        """Whether tokenizers are rows."""
        return self._shape().flat

    def _shape(self) -> _Shape:
        """Worked out once for what is shown, the width and the font."""
        key = id(self._heat), self.width(), self.font().key()
        if self._known is None or self._known[0] != key:
            self._known = key, self._worked_out()
        return self._known[1]

    def _worked_out(self) -> _Shape:
        metrics, heat = self.fontMetrics(), self._heat
        texts = max((metrics.horizontalAdvance(text.name) for text in heat.texts), default=0)
        tokenizers = max((metrics.horizontalAdvance(name) for name in heat.tokenizers), default=0)
        names = min(tokenizers * 1.08 + 34, self.width() * NAMES)
        wanted = max(CELL, min(WIDEST_CELL, texts + 20))
        if names + wanted * len(heat.texts) <= self.width():
            cell = (self.width() - names) / max(1, len(heat.texts))
            return _Shape(True, names, cell, len(heat.texts), len(heat.tokenizers), self._row, False)
        names = min(texts * 1.08 + 20, self.width() * NAMES)
        cell = (self.width() - names) / max(1, len(heat.tokenizers))
        upright = tokenizers + 30 > cell
        head = min(TALLEST_HEAD, tokenizers + 28) if upright else self._row
        return _Shape(False, names, cell, len(heat.tokenizers), len(heat.texts), head, upright)

    @property
    def _row(self) -> int:
        return max(ROW, self.fontMetrics().height() + 11)

    def _fit(self) -> None:
        shape = self._shape()
        height = shape.head + shape.rows * self._row + 2
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Text and tokenizer under a point."""
        shape = self._shape()
        column = int((place.x() - shape.names) // shape.cell)
        row = int((place.y() - shape.head) // self._row)
        if not (0 <= column < shape.columns and 0 <= row < shape.rows):
            return None
        return (column, row) if shape.flat else (row, column)

    def _area(self, text: int, tokenizer: int) -> QRectF:
        shape, high = self._shape(), self._row
        column, row = (text, tokenizer) if shape.flat else (tokenizer, text)
        return QRectF(shape.names + column * shape.cell, shape.head + row * high, shape.cell, high)

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._heat.figures:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape, tall, tokens = self._shape(), self._row, theme.tokens()
        flat, names, cell = shape.flat, shape.names, shape.cell
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        for column in range(shape.columns):
            area = QRectF(names + column * cell, 0, cell - 10, shape.head)
            if flat:
                text = self._heat.texts[column]
                self._write(painter, area, text.name, right=True, font=bold if text.strong else None)
            elif shape.upright:
                self._write_upright(painter, area, column)
            else:
                self._write_tokenizer(painter, area, column, right=True)
        painter.setPen(QPen(theme.color(tokens.border), 1))
        painter.drawLine(QPointF(0, shape.head - 0.5), QPointF(self.width(), shape.head - 0.5))
        low, high = self._range()
        for row in range(shape.rows):
            top = shape.head + row * tall
            if not event.rect().intersects(QRectF(0, top, self.width(), tall).toAlignedRect()):
                continue
            area = QRectF(8, top, names - 12, tall)
            if flat:
                self._write_tokenizer(painter, area, row, right=False)
            else:
                text = self._heat.texts[row]
                self._write(
                    painter, area, text.name, right=False, font=bold if text.strong else None, ink=True
                )
            for column in range(shape.columns):
                at = (column, row) if flat else (row, column)
                self._paint_cell(painter, at, low, high)
        if self._at is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent if self.hasFocus() else tokens.text), 2))
            painter.drawRoundedRect(self._area(*self._at).adjusted(1, 1, -1, -1), 3, 3)
        elif self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _range(self) -> tuple[float, float]:
        return spread([figure.value for row in self._heat.figures for figure in row if figure is not None])

    def _paint_cell(self, painter: QPainter, at: tuple[int, int], low: float, high: float) -> None:
        figure, tokens = self._heat.figures[at[0]][at[1]], theme.tokens()
        area = self._area(*at)
        if figure is not None:
            share = (figure.value - low) / (high - low) if high > low else 0.0
            painter.fillRect(area.adjusted(0, 0, -1, -1), tint(share))
        painter.setFont(self.font())
        painter.setPen(theme.color(tokens.text if figure is not None else tokens.muted))
        text = fixed(figure.value if figure is not None else None, self._heat.digits)
        room = area.adjusted(2, 0, -10, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _write_tokenizer(self, painter: QPainter, area: QRectF, number: int, *, right: bool) -> None:
        """Its sign, and its name."""
        metrics = self.fontMetrics()
        name = self._heat.tokenizers[number]
        room = area.width() - 16
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(room))
        wide = metrics.horizontalAdvance(shown)
        left: float = area.right() - wide - 16 if right else area.left()
        paint_dot(painter, QRectF(left, area.center().y() - 4.5, 9, 9), number)
        painter.setFont(self.font())
        painter.setPen(theme.color(theme.tokens().text))
        rest = QRectF(left + 15, area.top(), wide + 4, area.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _write_upright(self, painter: QPainter, area: QRectF, number: int) -> None:
        """Its sign, and its name upwards."""
        metrics = self.fontMetrics()
        middle = area.right() - 8
        paint_dot(painter, QRectF(middle - 4.5, area.bottom() - 15, 9, 9), number)
        room = int(area.height() - 26)
        name = metrics.elidedText(self._heat.tokenizers[number], Qt.TextElideMode.ElideMiddle, room)
        painter.save()
        painter.translate(middle, area.bottom() - 20)
        painter.rotate(-90)
        painter.setFont(self.font())
        painter.setPen(theme.color(theme.tokens().text))
        painter.drawText(QPointF(0, (metrics.ascent() - metrics.descent()) / 2), name)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        words: str,
        *,
        right: bool,
        font: QFont | None = None,
        ink: bool = False,
    ) -> None:
        tokens = theme.tokens()
        painter.setFont(font or self.font())
        painter.setPen(theme.color(tokens.text if ink or font else tokens.muted))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(area.width()))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side | Qt.AlignmentFlag.AlignAbsolute, shown)

    # What a person does

    def _go(self, at: tuple[int, int] | None, where: QPoint | None = None) -> None:
        if at == self._at and where is None:
            return
        self._at = at
        self.update()
        if at is None:
            QToolTip.hideText()
            return
        words = self.words(*at)
        self.setAccessibleDescription(words.replace("\n", "; "))
        place = where or self.mapToGlobal(self._area(*at).bottomLeft().toPoint())
        QToolTip.showText(place, tooltip(words), self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.cell_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if at else Qt.CursorShape.ArrowCursor)
        self._go(at, event.globalPosition().toPoint() if at != self._at else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and at is not None:
            self.chosen.emit(self._heat.texts[at[0]].key, at[1])

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._go(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._go(None)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            return True  # shown as the mouse goes
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self.chosen.emit(self._heat.texts[self._at[0]].key, self._at[1])
        elif key in steps and self._heat.figures:
            across, down = steps[key]
            step = (across, down) if self.flat else (down, across)
            text, tokenizer = self._at or (-step[0], -step[1])
            most = len(self._heat.texts) - 1, len(self._heat.tokenizers) - 1
            self._go((max(0, min(most[0], text + step[0])), max(0, min(most[1], tokenizer + step[1]))))
        else:
            super().keyPressEvent(event)
