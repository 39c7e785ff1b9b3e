"""A text as it came, token by token: tinted by what each token cost, pointed at by byte, chosen by click."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from app import theme
from app.figures import fixed
from app.widgets.token_heat import SURPRISE, AnyToken, Heat, bits
from app.widgets.tooltip import tooltip
from app.widgets.visible_text import shown_token, visible

STRONGEST = 0.54
"""How opaque the tint of the largest value is: text on it keeps a contrast of 4.5:1."""
STEPS = 24
"""Of tint, from none to the strongest."""
MARGIN, GAP = 4, 5
"""Left and right of the text, and between lines, in pixels."""
BREAK = "\u2028"
JOINERS = "\u200d\ufe0e\ufe0f"
INSIDE = "\u2009"
"""In the place of a token that only goes on with a character which the one before has begun."""
RIGHT_TO_LEFT = ("R", "AL")
_NAMED = str.maketrans("␣⏎↵⇥␍", " \n\n\t\r")
_ESCAPED = re.compile(r"\\u\{([0-9A-F]{4,6})\}|\\\\")
TOLD = 10
"""Alternatives in a tooltip."""
SPOKEN = 2_000
"""Characters of the text that a screen reader is told."""


@dataclass
class _Block:
    """One or several lines that are laid out for good, or the last ones. `first` is where its text begins in
    all that is shown, as Qt counts (UTF-16)."""

    layout: QTextLayout
    first: int
    top: float = 0.0
    height: float = 0.0
    boxes: list[tuple[int, QRectF]] = field(default_factory=list)
    """Token and where it stands; one that wraps has two."""
    tints: list[tuple[int, tuple[QRect, ...]]] | None = None
    """Steps of tint, below zero where the value is, and where they are; None until it is painted."""


class TokenText(QWidget):
    """Left and right go from token to token and say what it cost, Return chooses it, Ctrl+C copies the text.

    What is appended is laid out from the last line on: a line that another one follows does not change.
    """

    pointed = Signal(int, int)
    """First and last byte (exclusive) of the token under the pointer, −1 and −1 for none."""
    chosen = Signal(int)
    """The place of a token among those given."""
    menu_asked = Signal(object)
    """A `QMenu` that is about to open."""
    resized = Signal()
    """It has another height: it grew, or its lines wrap elsewhere."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._lead = ""
        self._tokens: list[AnyToken] = []
        self._pieces: list[str] = []
        """The text of each token, as it is."""
        self._starts: list[int] = []
        """Where each begins in all that is shown."""
        self._end = 0
        self._values: list[float | None] = []
        self._heat = SURPRISE
        self._blocks: list[_Block] = []
        self._tail, self._tail_first = "", 0
        """What the last block shows, and where that begins."""
        self._rtl: bool | None = None
        """Which way the last paragraph runs; None before its first letter."""
        self._at = -1
        self._lit = (-1, -1)
        self._parting = -1
        self.setFont(theme.mono_font())
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        theme.current().changed.connect(self._lay_all)

    # What it shows

    def show_tokens(self, tokens: Sequence[AnyToken], text: str | None = None, lead: str = "") -> None:
        """`text` is what the tokens' bytes are of; without it, it is read off the tokens. `lead` stands
        before it, in grey."""
        self._lead = lead
        self._tokens, self._pieces, self._values = [], [], []
        self._at, self._lit, self._parting = -1, (-1, -1), -1
        self._take(tokens, text)
        self._lay_all()
        self._describe()

    def append(self, tokens: Sequence[AnyToken], text: str | None = None) -> None:
        """More of it; `text` is that of these tokens only, of whole characters."""
        first = len(self._tokens)
        self._take(tokens, text)
        added = self._place(first)
        self._lay_on(added)

    @property
    def tokens(self) -> Sequence[AnyToken]:
        return self._tokens

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def current(self) -> int:
        """The token that is pointed at, or that keys have gone to; −1 for none."""
        return self._at

    def set_heat(self, heat: Heat) -> None:
        """Tint by something else."""
        self._heat = heat
        self._values = [heat.value(token) for token in self._tokens]
        for block in self._blocks:
            block.tints = None
        self.update()

    def tint(self, number: int) -> float | None:
        """The value that a token is tinted by."""
        return self._values[number]

    @Slot(int, int)
    def light(self, start: int, end: int) -> None:
        """Frame the tokens that share bytes with `start` … `end` − 1."""
        if (start, end) != self._lit:
            self._lit = (start, end)
            self.update()

    def part_at(self, byte: int) -> None:
        """Underline the token with which this text goes another way than others; −1 for none."""
        if byte != self._parting:
            self._parting = byte
            self.update()

    def go_to(self, number: int) -> None:
        """Make a token the current one, as keys do."""
        if number != self._at:
            self._at = number
            token = self._tokens[number] if 0 <= number < len(self._tokens) else None
            self.pointed.emit(*((token.start, token.end) if token is not None else (-1, -1)))
            self.update()

    def place_of(self, number: int) -> QRectF:
        """Where a token stands; an empty rectangle for none."""
        for block in self._blocks:
            for token, box in block.boxes:
                if token == number:
                    return box.translated(0, block.top)
        return QRectF()

    def words(self, number: int) -> str:
        """What hovering says of a token."""
        token = self._tokens[number]
        cost = bits(token)
        said = [shown_token(self._pieces[number]) if self._pieces[number] else token.text]
        if cost is not None:
            said.append(f"{fixed(cost, 2)} bits, probability {_percent(2**-cost)}")
        if token.rank is not None:
            said.append("the likeliest" if token.rank == 0 else f"rank {token.rank + 1:,}")
        if token.entropy is not None:
            said.append(f"entropy {fixed(token.entropy, 2)} bits")
        value = self._values[number]
        if value is not None and self._heat.signed:
            said.append(self._heat.words(value))
        lines = [" · ".join(said)]
        if self._parts(token):
            lines.append("Here the texts part.")
        for other in token.alternatives[:TOLD]:
            lines.append(f"{_percent(2.718281828459045**other.logprob):>7}  {other.text}")
        return "\n".join(lines)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)

    # Reading tokens

    def _take(self, tokens: Sequence[AnyToken], text: str | None) -> None:
        self._tokens += tokens
        self._pieces += _pieces(tokens, text)
        self._values += [self._heat.value(token) for token in tokens]

    def _place(self, first: int) -> str:
        """Count where the tokens from `first` on begin in what is shown, which is given back."""
        shown = []
        for token, piece in zip(self._tokens[first:], self._pieces[first:], strict=True):
            self._starts.append(self._end)
            seen = _seen(piece) if piece else INSIDE if token.end > token.start else token.text
            self._end += _units(seen)
            shown.append(seen)
        return "".join(shown)

    def _describe(self) -> None:
        text = self.text
        self.setAccessibleDescription(text if len(text) <= SPOKEN else f"{text[:SPOKEN]}…")

    # Laying out

    @Slot()
    def _lay_all(self) -> None:
        lead = _seen(self._lead)
        self.update()
        self._blocks, self._starts = [], []
        self._tail, self._tail_first, self._rtl = "", 0, None
        self._end = _units(lead)
        self._lay_on(lead + self._place(0))

    def _lay_on(self, added: str) -> None:
        """Lay out what came: the last block again with it, what can change no more as blocks of its own."""
        if self._tail and self._blocks:
            self._blocks.pop()
        old = self._blocks[-1].top + self._blocks[-1].height if self._blocks else 0.0
        self._tail += added
        while BREAK in self._tail:
            paragraph, _, rest = self._tail.partition(BREAK)
            self._add_block(paragraph)
            self._tail, self._tail_first = rest, self._tail_first + _units(paragraph) + 1
            self._rtl = None
        if self._tail:
            last = self._add_block(self._tail)
            if last.layout.lineCount() > 1:
                self._settle(last)
        bottom = self._blocks[-1].top + self._blocks[-1].height if self._blocks else 0.0
        height = round(bottom) + 6
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)
            self.resized.emit()
        self.update(0, int(old) - GAP, self.width(), height - int(old) + GAP)

    def _settle(self, last: _Block) -> None:
        """All lines but the last of the last block are as they will stay."""
        cut = last.layout.lineAt(last.layout.lineCount() - 1).textStart()
        before, after = _split(self._tail, cut)
        self._blocks.pop()
        self._add_block(before)
        self._tail, self._tail_first = after, self._tail_first + cut
        self._add_block(after)

    def _add_block(self, text: str) -> _Block:
        if self._rtl is None:
            self._rtl = _runs_left(text)
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        rtl = Qt.LayoutDirection.RightToLeft if self._rtl else Qt.LayoutDirection.LeftToRight
        option.setTextDirection(rtl)
        if self._rtl:
            option.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout.setTextOption(option)
        lead = (self._starts[0] if self._starts else self._end) - self._tail_first
        if lead > 0:
            grey = QTextLayout.FormatRange()
            grey.start, grey.length = 0, lead
            look = QTextCharFormat()
            look.setForeground(theme.color(theme.tokens().muted))
            grey.format = look
            layout.setFormats([grey])
        top = self._blocks[-1].top + self._blocks[-1].height if self._blocks else 2.0
        block = _Block(layout, self._tail_first, top)
        width, y = max(40, self.width() - 2 * MARGIN), 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(MARGIN, y))
            y += line.height() + GAP
        layout.endLayout()
        block.height = y if y else self.fontMetrics().height() + GAP
        self._find_boxes(block)
        self._blocks.append(block)
        return block

    def _find_boxes(self, block: _Block) -> None:
        plain = block.layout.text().isascii()
        for number in range(block.layout.lineCount()):
            line = block.layout.lineAt(number)
            first = block.first + line.textStart()
            last = first + line.textLength()
            token = max(0, bisect_right(self._starts, first) - 1)
            while token < len(self._starts) and self._starts[token] < last:
                end = self._starts[token + 1] if token + 1 < len(self._starts) else self._end
                if end > first:
                    span = (max(self._starts[token], first) - block.first, min(end, last) - block.first)
                    left, right = _span(line, *span, plain)
                    box = QRectF(left, line.y() - 1, max(3.0, right - left), line.height() + 2)
                    block.boxes.append((token, box))
                token += 1

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_all()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay_all()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, clip = QPainter(self), theme.tokens(), QRectF(event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = {
            step: theme.color(tokens.before if step < 0 else tokens.after, STRONGEST * abs(step) / STEPS)
            for step in range(-STEPS if self._heat.signed else 1, STEPS + 1)
        }
        for block in self._blocks:
            if block.top + block.height < clip.top() or block.top > clip.bottom():
                continue
            painter.translate(0, block.top)
            self._paint_tints(painter, block, colors)
            self._paint_marks(painter, block)
            painter.setPen(theme.color(tokens.text))
            block.layout.draw(painter, QPointF(0, 0))
            painter.translate(0, -block.top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(tokens.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_tints(self, painter: QPainter, block: _Block, colors: dict[int, QColor]) -> None:
        """In whole pixels, corners left out: thousands of rounded boxes would take Qt ten times as long."""
        if block.tints is None:
            block.tints = [
                (step, _corners_cut(box))
                for number, box in block.boxes
                if (step := self._step(self._values[number]))
            ]
        below = colors.get(-STEPS)
        for step, rects in block.tints:
            for rect in rects:
                painter.fillRect(rect, colors[step])
            if step < 0 and below is not None:  # never by colour alone
                painter.fillRect(rects[0].left(), rects[0].bottom(), rects[0].width(), 1, below)

    def _step(self, value: float | None) -> int:
        if value is None:
            return 0
        step = round(STEPS * min(1.0, abs(value) / self._heat.most))
        return -step if self._heat.signed and value < 0 else step

    def _paint_marks(self, painter: QPainter, block: _Block) -> None:
        """Where the texts part, what another text points at, and what keys have gone to."""
        accent, text = theme.color(theme.tokens().accent), theme.color(theme.tokens().text)
        start, end = self._lit
        if end < 0 and self._at < 0 and self._parting < 0:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, box in block.boxes:
            token, inner = self._tokens[number], box.adjusted(0.5, 0, -0.5, 0)
            if self._parts(token):
                painter.setPen(QPen(accent, 2))
                painter.drawLine(inner.bottomLeft() + QPointF(1, 1), inner.bottomRight() + QPointF(-1, 1))
            lit = token.start < end and token.end > start
            if lit or number == self._at:
                painter.setPen(QPen(accent if lit else text, 1.4))
                painter.drawRoundedRect(inner, 3, 3)

    def _parts(self, token: AnyToken) -> bool:
        ends_here = token.start == token.end == self._parting
        return self._parting >= 0 and (token.start <= self._parting < token.end or ends_here)

    # What a person does

    def _token_at(self, place: QPointF) -> int:
        at = bisect_right([block.top for block in self._blocks], place.y() + GAP / 2) - 1
        if at < 0:
            return -1
        block = self._blocks[at]
        inside = place - QPointF(0, block.top)
        near = QRectF(0, -GAP / 2, 0, GAP / 2)
        for number, box in block.boxes:
            if box.adjusted(near.x(), near.y(), 0, near.height()).contains(inside):
                return number
        return -1

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._token_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tooltip(self.words(number)) if number >= 0 else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.go_to(self._token_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._token_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and number >= 0:
            self.go_to(number)
            self.chosen.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.go_to(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self._tokens) - 1
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and 0 <= self._at <= last:
            self.chosen.emit(self._at)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and last >= 0:
            step = 1 if key == Qt.Key.Key_Right else -1
            self._say(max(0, min(last, self._at + step)) if self._at >= 0 else 0 if step > 0 else last)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self._say(0 if key == Qt.Key.Key_Home else last)
        else:
            super().keyPressEvent(event)

    def _say(self, number: int) -> None:
        """Go there, and tell what hovering would."""
        self.go_to(number)
        words, place = self.words(number), self.place_of(number).toRect()
        self.setAccessibleDescription(words.partition("\n")[0])
        QToolTip.showText(self.mapToGlobal(place.bottomLeft()), tooltip(words), self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.go_to(-1)
        self.update()

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the text", QKeySequence(QKeySequence.StandardKey.Copy), self.copy)
        menu.addAction("Copy the tokens and their figures", self.copy_tokens)
        self.menu_asked.emit(menu)
        menu.popup(self.mapToGlobal(place))

    def copy_tokens(self) -> None:
        """As a table with tabs: byte, token, bits, rank, entropy."""
        lines = ["byte\ttoken\tbits\trank\tentropy"]
        for token, piece in zip(self._tokens, self._pieces, strict=True):
            figures = (bits(token), token.rank, token.entropy)
            shown = "\t".join("" if figure is None else str(figure) for figure in figures)
            lines.append(f"{token.start}\t{visible(piece) if piece else token.text}\t{shown}")
        QGuiApplication.clipboard().setText("\n".join(lines))


def _pieces(tokens: Sequence[AnyToken], text: str | None) -> list[str]:
    """The text of each token. Where tokens share a character, it is the first one's, the others have none."""
    if text is None or not tokens:
        return [_as_it_was(token.text) if token.end > token.start else "" for token in tokens]
    data, offset = text.encode(), tokens[0].start
    found = []
    for token in tokens:
        start, end = token.start - offset, token.end - offset
        while start < min(end, len(data)) and data[start] & 0xC0 == 0x80:
            start += 1
        while start < end < len(data) and data[end] & 0xC0 == 0x80:
            end += 1
        found.append(data[start:end].decode(errors="replace"))
    return found


def _as_it_was(shown: str) -> str:
    """What `core.tokenizers.shown` made visible, as it was; half characters stay told by their bytes."""
    return _ESCAPED.sub(_unescaped, shown.translate(_NAMED))


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else "\\"


@lru_cache(maxsize=16_384)
def _seen(piece: str) -> str:
    """A text with what does not show made to: spaces do between words, several in a row are told as dots."""
    if piece.isascii() and piece.isprintable() and "  " not in piece:
        return piece
    shown = []
    for at, character in enumerate(piece):
        if character == " ":
            row = " " in (piece[at - 1 : at], piece[at + 1 : at + 2])
            shown.append("·" if row else " ")
        elif character == "\n":
            shown.append(f"↵{BREAK}")
        elif (character in JOINERS and len(piece) > 1) or unicodedata.category(character).startswith("M"):
            shown.append(character)
        else:
            shown.append(visible(character))
    return "".join(shown)


def _units(text: str) -> int:
    """How long a text is as Qt counts: in UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(ord(character) > 0xFFFF for character in text)


def _split(text: str, unit: int) -> tuple[str, str]:
    data = text.encode("utf-16-le")
    return data[: 2 * unit].decode("utf-16-le"), data[2 * unit :].decode("utf-16-le")


def _runs_left(text: str) -> bool | None:
    """Whether a paragraph runs from right to left, by its first letter; None before there is one."""
    if text.isascii():
        return False if any(map(str.isalpha, text)) else None
    for character in text:
        way = unicodedata.bidirectional(character)
        if way == "L" or way in RIGHT_TO_LEFT:
            return way in RIGHT_TO_LEFT
    return None


def _span(line: QTextLine, first: int, last: int, plain: bool) -> tuple[float, float]:
    """Left and right of some units of a line; letter by letter where the text may run both ways."""
    if plain:
        return _x(line, first), _x(line, last)
    edges = (QTextLine.Edge.Leading, QTextLine.Edge.Trailing)
    ends = [_x(line, unit, edge) for unit in range(first, last) for edge in edges]
    return min(ends, default=0.0), max(ends, default=0.0)


def _x(line: QTextLine, unit: int, edge: QTextLine.Edge = QTextLine.Edge.Leading) -> float:
    found: Any = line.cursorToX(unit, edge)
    return float(found[0] if isinstance(found, tuple) else found)


def _corners_cut(box: QRectF) -> tuple[QRect, ...]:
    """A box in whole pixels with its four corner pixels left out: its middle, its left and right edge."""
    whole = box.toRect().adjusted(0, 0, -1, 0)
    left = QRect(whole.left(), whole.top() + 1, 1, whole.height() - 2)
    if whole.width() < 3:
        return (whole,)
    return whole.adjusted(1, 0, -1, 0), left, left.translated(whole.width() - 1, 0)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 else f"{100 * share:.1g} %"
