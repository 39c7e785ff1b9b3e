"""The ribbons: each tokenizer's cut of one text as coloured boxes, drawn as far as they are seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QStaticText,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QSizePolicy

from app import theme
from app.panels.tokenizers.compare.layout import Aligned, Box, Layout, Line, Reading, box_at, overlapping
from app.panels.tokenizers.compare.token_text import TokenText, token_text
from app.widgets.dot import paint_dot, series_color
from core.tokenizers.live.result import Ribbon

Mode = Literal["aligned", "reading"]
PAD = 3.0
"""Pixels on either side of a token's text."""
GAP = 4
"""Between the rows of a line,"""
LINE_GAP = 14
"""between lines of all rows,"""
READING_GAP = 4
"""and between the lines of one."""
NARROWEST_NAMES, WIDEST_NAMES = 60, 150
"""Pixels of the column of names."""
LEAST_WIDE = 360
"""Pixels below which the names stand over their rows."""
MOST_TEXTS = 20_000
"""Token texts kept drawn."""


@dataclass(frozen=True)
class RibbonRow:
    """`number` gives the colour; `note` stands in place of the tokens: ``opening…``, or what is wrong."""

    name: str
    number: int
    ribbon: Ribbon | None = None
    note: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Placed:
    """A laid-out line and where it lies: `top`, and the height of each of its rows."""

    line: Line
    top: float
    height: float


class RibbonView(QAbstractScrollArea):
    """Hovering a token (or going there with the arrow keys) lights the same bytes in every other row."""

    pointed = Signal(int, int, QPoint)
    """Row, token and where on the screen; −1 and −1 when none is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Ribbons of tokens; arrow keys go from token to token")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.mode: Mode = "aligned"
        self.most = 420
        """Pixels in height before it scrolls."""
        self._data = b""
        self._rows: list[RibbonRow] = []
        self._placed: list[Placed] = []
        self._coming: Iterator[Line] = iter(())
        self._layout: Layout | None = None
        self._bottom = 0.0
        self._complete = True
        self._at: tuple[int, int] | None = None
        self._names = NARROWEST_NAMES
        self._texts: dict[TokenText, tuple[QStaticText, float]] = {}
        self._measure_fonts()
        self.verticalScrollBar().valueChanged.connect(lambda _: self.viewport().update())
        theme.current().changed.connect(self.viewport().update)

    # What it shows

    def show_rows(self, text: str, rows: Sequence[RibbonRow]) -> None:
        """`text` is what the ribbons of `rows` are of; a row without a ribbon shows its note."""
        self._data = text.encode(errors="replace")
        self._rows = list(rows)
        metrics = QFontMetricsF(self._bold)
        widest = max((metrics.horizontalAdvance(row.name) for row in rows), default=0.0) + 26
        self._names = round(max(NARROWEST_NAMES, min(WIDEST_NAMES, widest)))
        self._at = None
        self._relayout()

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self._relayout()

    @property
    def rows(self) -> list[RibbonRow]:
        return list(self._rows)

    @property
    def at(self) -> tuple[int, int] | None:
        """Row and token that is pointed at."""
        return self._at

    def piece(self, row: int, token: int) -> bytes:
        """The bytes of the text that a token stands for."""
        ribbon = self._rows[row].ribbon
        assert ribbon is not None
        begin, end = ribbon.spans[token]
        return self._data[begin:end]

    def lit(self) -> list[tuple[int, int]]:
        """The tokens of all rows that share bytes with the one pointed at."""
        if self._at is None:
            return []
        row, token = self._at
        ribbon = self._rows[row].ribbon
        if ribbon is None or token >= len(ribbon.spans):
            return []
        begin, end = ribbon.spans[token]
        found = []
        for number, other in enumerate(self._rows):
            if other.ribbon is not None and number != row and begin < end:
                found += [(number, place) for place in overlapping(other.ribbon.spans, begin, end)]
        return [(row, token), *found]

    # Fonts and widths

    def _measure_fonts(self) -> None:
        self._mono, self._wide = theme.mono_font(), QFont(QApplication.font())
        self._mono.setStyleHint(QFont.StyleHint.Monospace)
        self._small = QFont(self._mono)
        self._small.setPointSizeF(self._mono.pointSizeF() * 0.82)
        self._bold = QFont(QApplication.font())
        self._bold.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetricsF(self._mono)
        self._height = round(max(metrics.height(), QFontMetricsF(self._wide).height()) * 1.5 + 2)
        self._texts.clear()

    def _static(self, data: bytes) -> tuple[QStaticText, float]:
        found = token_text(data)
        known = self._texts.get(found)
        if known is None:
            if len(self._texts) > MOST_TEXTS:
                self._texts.clear()
            text = QStaticText(found.text[:400])
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            text.prepare(font=self._font_of(found))
            known = self._texts[found] = text, text.size().width()
        return known

    def _font_of(self, text: TokenText) -> QFont:
        return self._small if text.partial else self._wide if text.wide else self._mono

    def _width_of(self, data: bytes) -> float:
        return min(self._static(data)[1] + 2 * PAD, self._room)

    # Layout

    @property
    def _stacked(self) -> bool:
        """Whether names stand over their rows, for want of room."""
        return self.viewport().width() < LEAST_WIDE

    @property
    def _left(self) -> int:
        return 0 if self._stacked else self._names

    @property
    def _room(self) -> float:
        return max(80.0, self.viewport().width() - self._left - 6.0)

    def _relayout(self) -> None:
        spans = [row.ribbon.spans if row.ribbon is not None else () for row in self._rows]
        kind = Aligned if self.mode == "aligned" else Reading
        self._layout = kind(self._data, spans, self._width_of, self._room)
        self._coming = self._layout.lines()
        self._placed, self._bottom, self._complete = [], 0.0, False
        notes = [number for number, row in enumerate(self._rows) if row.ribbon is None]
        if notes:
            self._place(Line([[] for _ in self._rows], notes, first=True))
        self._lay_out_to(self.most * 2)
        self._fit()
        self.viewport().update()

    def _place(self, line: Line) -> None:
        name = self._name_height if line.first or self.mode == "aligned" else 0
        height = self._height + name
        reading = self.mode == "reading"
        gap = READING_GAP if reading else GAP
        whole = len(line.rows) * (height + gap) - gap
        if reading and line.first and self._placed:
            self._bottom += LINE_GAP - READING_GAP
        self._placed.append(Placed(line, self._bottom, height))
        self._bottom += whole + (READING_GAP if reading else LINE_GAP)

    @property
    def _name_height(self) -> int:
        return self._height if self._stacked else 0

    def _lay_out_to(self, bottom: float) -> None:
        while not self._complete and self._bottom < bottom:
            line = next(self._coming, None)
            if line is None:
                self._complete = True
            else:
                self._place(line)

    def _content_height(self) -> int:
        """Known once all is laid out; before that, judged by the share of the text that is."""
        share = self._layout.share if self._layout is not None else 1.0
        whole = self._bottom if self._complete or not share else self._bottom / share
        return max(round(whole - LINE_GAP + 4), self._height)

    def _fit(self) -> None:
        content = self._content_height()
        shown = content if content <= self.most else self._whole_lines()
        if shown != self.height():
            self.setFixedHeight(shown)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, content - shown))
        bar.setPageStep(shown)
        bar.setSingleStep(self._height)

    def _whole_lines(self) -> int:
        """The height of as many lines as may be seen at once, none of them cut."""
        bottoms = [placed.top - 2 for placed in self._placed[1:] if placed.top <= self.most]
        return max(round(bottoms[-1]) if bottoms else 0, round(self.most * 0.6))

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._relayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._measure_fonts()
            self._relayout()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        scrolled = self.verticalScrollBar().value()
        before = self._bottom
        self._lay_out_to(scrolled + self.viewport().height() + self.most)
        if self._bottom != before:
            self._fit()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, -scrolled)
        self.paint(painter, scrolled + event.rect().top(), scrolled + event.rect().bottom())
        if self.hasFocus() and self._at is None:
            painter.resetTransform()
            painter.setPen(QPen(theme.color(theme.tokens().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """Draw the lines between two heights of the whole."""
        lit = set(self.lit())
        for placed in self._placed:
            if placed.top > bottom:
                break
            gap = READING_GAP if self.mode == "reading" else GAP
            whole = len(placed.line.rows) * (placed.height + gap)
            if placed.top + whole < top:
                continue
            for place, row in enumerate(placed.line.rows):
                self._paint_row(painter, placed, row, placed.top + place * (placed.height + gap), lit)

    def _paint_row(
        self, painter: QPainter, placed: Placed, row: int, top: float, lit: set[tuple[int, int]]
    ) -> None:
        shown = self._rows[row]
        if placed.line.first or self.mode == "aligned":
            self._paint_name(painter, shown, top)
        top += placed.height - self._height
        if shown.ribbon is None:
            tokens = theme.tokens()
            painter.setFont(self._wide)
            painter.setPen(theme.color(tokens.error if shown.failed else tokens.muted))
            room = QRectF(self._left, top, self._room, self._height)
            text = painter.fontMetrics().elidedText(
                shown.note, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            return
        light = theme.tokens().name == "light"
        shades = [series_color(shown.number, alpha) for alpha in ((0.40, 0.20) if light else (0.46, 0.26))]
        for box in placed.line.boxes[row]:
            self._paint_box(painter, box, shown, top, shades[box.token % 2], (row, box.token) in lit)

    def _paint_name(self, painter: QPainter, row: RibbonRow, top: float) -> None:
        middle = top + self._height / 2
        paint_dot(painter, QRectF(0, middle - 4.5, 9, 9), row.number)
        painter.setFont(self._bold)
        painter.setPen(theme.color(theme.tokens().text))
        room = (self.viewport().width() if self._stacked else self._names) - 22
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(14, top, room + 4, self._height), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_box(
        self, painter: QPainter, box: Box, row: RibbonRow, top: float, shade: QColor, lit: bool
    ) -> None:
        ribbon, tokens = row.ribbon, theme.tokens()
        assert ribbon is not None
        area = QRectF(self._left + box.x + 0.5, top, max(box.width - 1.0, 2.0), self._height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(area, 3, 3)
        if lit:
            strong = series_color(row.number)
            painter.setBrush(theme.color(strong.name(), 0.35))
            painter.setPen(QPen(strong, 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3)
        elif ribbon.unknown[box.token]:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.error), 1.2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        elif ribbon.kinds[box.token] == "special":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.text), 1))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self._at is not None and (row is self._rows[self._at[0]] and box.token == self._at[1]):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.text), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3)
        begin, end = ribbon.spans[box.token]
        if begin == end or box.begun:
            return
        data = self._data[begin:end]
        text, width = self._static(data)
        painter.setFont(self._font_of(token_text(data)))
        painter.setPen(theme.color(tokens.text))
        place = QPointF(area.left() + PAD - 0.5, top + (self._height - text.size().height()) / 2)
        if width > area.width() + 1:
            painter.save()
            painter.setClipRect(area)
            painter.drawStaticText(place, text)
            painter.restore()
        else:
            painter.drawStaticText(place, text)

    # Pointing

    def token_at(self, place: QPoint) -> tuple[int, int] | None:
        """Row and token under a point of the viewport."""
        y = place.y() + self.verticalScrollBar().value()
        gap = READING_GAP if self.mode == "reading" else GAP
        for placed in self._placed:
            step = placed.height + gap
            if placed.top <= y < placed.top + len(placed.line.rows) * step:
                row = placed.line.rows[int((y - placed.top) / step)]
                box = box_at(placed.line.boxes[row], place.x() - self._left)
                return (row, box.token) if box is not None else None
        return None

    def point(self, row: int, token: int) -> None:
        """Go to a token, scrolling if need be."""
        self._point((row, token))
        area = self._area_of(row, token)
        if area is not None:
            bar = self.verticalScrollBar()
            if area.top() < bar.value():
                bar.setValue(area.top())
            elif area.bottom() > bar.value() + self.viewport().height():
                bar.setValue(area.bottom() - self.viewport().height())

    def _area_of(self, row: int, token: int) -> QRect | None:
        """In the whole, not in the viewport."""
        gap = READING_GAP if self.mode == "reading" else GAP
        while True:
            for placed in self._placed:
                for box in placed.line.boxes[row]:
                    if box.token == token:
                        top = placed.top + placed.line.rows.index(row) * (placed.height + gap)
                        whole = QRectF(self._left + box.x, top, box.width, placed.height)
                        return whole.toAlignedRect()
            if self._complete:
                return None
            self._lay_out_to(self._bottom + self.most)

    def _point(self, at: tuple[int, int] | None, where: QPoint | None = None) -> None:
        if at == self._at:
            return
        self._at = at
        self.viewport().update()
        if at is None:
            self.pointed.emit(-1, -1, QPoint())
            return
        if where is None:
            area = self._area_of(*at)
            corner = area.bottomLeft() if area is not None else QPoint()
            where = self.viewport().mapToGlobal(corner - QPoint(0, self.verticalScrollBar().value()))
        self.pointed.emit(*at, where)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.token_at(event.position().toPoint()), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(None)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right: the token before or after. Up and down: the same bytes in another row."""
        key = Qt.Key(event.key())
        usable = [
            number for number, row in enumerate(self._rows) if row.ribbon is not None and row.ribbon.ids
        ]
        if key == Qt.Key.Key_Escape and self._at is not None:
            self._point(None)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down) and usable:
            self.point(*self._next(key, usable))
        else:
            super().keyPressEvent(event)

    def _next(self, key: Qt.Key, usable: list[int]) -> tuple[int, int]:
        if self._at is None:
            return usable[0], 0
        row, token = self._at
        ribbon = self._rows[row].ribbon
        assert ribbon is not None
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            return row, max(0, min(len(ribbon.ids) - 1, token + step))
        place = usable.index(row) + (1 if key == Qt.Key.Key_Down else -1)
        other = usable[max(0, min(len(usable) - 1, place))]
        there = self._rows[other].ribbon
        assert there is not None
        begin, end = ribbon.spans[token]
        found = overlapping(there.spans, begin, max(end, begin + 1))
        return other, found[0] if found else len(there.ids) - 1

    def wheelEvent(self, event: QWheelEvent) -> None:
        """At either end the page scrolls on."""
        bar = self.verticalScrollBar()
        down = event.angleDelta().y() < 0
        if bar.maximum() == 0 or (bar.value() == (bar.maximum() if down else bar.minimum())):
            event.ignore()
        else:
            super().wheelEvent(event)
