"""The text under each model, side by side: tinted by what its tokens cost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.figures import count
from app.widgets.card import Card
from app.widgets.dot import Dot
from app.widgets.elided_label import ElidedLabel
from app.widgets.flow import Flow
from app.widgets.heat_legend import HeatLegend
from app.widgets.scrolled import ScrolledColumn
from app.widgets.segmented import Segmented
from app.widgets.token_heat import ENTROPY, RANK, SURPRISE, Heat, difference
from app.widgets.token_text import TokenText
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.widgets.model_signs import ModelSign
    from core.generation.result_parts import TokenRecord
    from core.generation.score.result import ScoreResult

PORTION = 250
"""Tokens that are laid out at a time: a frame's work."""
HIGHEST = 380
"""Pixels of the text; beyond, it scrolls."""
GAP = 16
NOWHERE = (-1, -1)
CONTINUED = {bytes([byte]) for byte in range(0x80, 0xC0)}
"""Bytes that go on with a character."""
BESIDE = difference([], 0)


class TextCard(Card):
    """Pointing at a token lights the same bytes under the other models."""

    pointed = Signal(int, int)
    """The bytes [begin, end) under the pointer; −1, −1 for none."""

    def __init__(self) -> None:
        super().__init__("Token by token")
        heats = (SURPRISE, ENTROPY, RANK, BESIDE)
        self._heats: dict[str, Heat] = {heat.key: heat for heat in heats}
        self.tint = Segmented("Tint", [(heat.key, heat.title) for heat in heats])
        self.legend = HeatLegend()
        self.rest = Words(role="small")
        self._data = b""
        self._records: list[list[TokenRecord]] = []
        self._laid: list[int] = []
        """How many tokens are laid out, one a model."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._lay_more)
        self.texts: list[TokenText] = []
        self._starts: list[list[int]] = []
        self._names = QWidget()
        self._scroll = ScrolledColumn()
        self._scroll.setAccessibleName("The text, token by token")
        self._scroll.column.setContentsMargins(0, 0, 0, 0)
        self._columns = QWidget()
        self._scroll.column.addWidget(self._columns)
        self._scroll.column.addStretch(1)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (Flow([self.tint, self.legend], gap=12), self._names, self._scroll, self.rest):
            self.column.addWidget(widget)
        self.tint.chosen.connect(self._tint)

    def show_result(self, result: ScoreResult, signs: Sequence[ModelSign]) -> None:
        self._lay_out(signs)
        self._starts = [[token.start for token in records] for records in result.records]
        end = max((records[-1].end for records in result.records if records), default=0)
        if result.records:
            self._heats[BESIDE.key] = difference(result.records[0], end)
        several = len(signs) > 1
        self.tint.buttons[BESIDE.key].setVisible(several)
        if not several and self.tint.key == BESIDE.key:
            self.tint.choose(SURPRISE.key)
        self._data, self._records = result.text.encode(), result.records
        self._laid = [0] * len(self.texts)
        self._tint(self.tint.key)
        self._lay_more()
        whole = sum(text.bytes for text in result.slices)
        left = f"The first {count(end)} of {count(whole)} bytes; the curve shows all."
        self.rest.say(left if end < whole else "")

    @Slot(int, int)
    def light(self, start: int, end: int) -> None:
        """Frame the tokens of these bytes under every model."""
        for text in self.texts:
            text.light(start, end)

    def show_bytes(self, start: int, end: int) -> None:
        """Frame these bytes, and scroll to them."""
        while any(laid < len(records) for laid, records in zip(self._laid, self._records, strict=True)):
            self._lay_more()
        self.light(start, end)
        for text, starts in zip(self.texts, self._starts, strict=True):
            number = bisect_right(starts, start) - 1
            if 0 <= number < len(starts):
                place = text.place_of(number).center().toPoint()
                self._scroll.ensureVisible(0, place.y() + text.y(), 0, 60)
                return

    @Slot()
    def _lay_more(self) -> None:
        """Lay out the next portion under each model; the window is drawn in between."""
        for place, (text, records) in enumerate(zip(self.texts, self._records, strict=True)):
            begin = self._laid[place]
            end = self._laid[place] = _whole_character(self._data, records, begin + PORTION)
            if begin < end:
                tokens = records[begin:end]
                text.append(tokens, self._data[tokens[0].start : tokens[-1].end].decode())
        self._fit()
        if any(laid < len(records) for laid, records in zip(self._laid, self._records, strict=True)):
            self._timer.start()

    def _lay_out(self, signs: Sequence[ModelSign]) -> None:
        """A column a model, made anew where there are other models."""
        names = QWidget()
        columns = QWidget()
        head, row = QHBoxLayout(names), QHBoxLayout(columns)
        for layout in (head, row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(GAP)
        self.texts = []
        for sign in signs:
            name = ElidedLabel("subheading")
            name.say(sign.name)
            line = QHBoxLayout()
            line.setSpacing(6)
            line.addWidget(Dot(sign.number))
            line.addWidget(name, 1)
            head.addLayout(line, 1)
            text = TokenText(f"The text under {sign.name}")
            text.pointed.connect(self._point)
            below = QVBoxLayout()
            below.addWidget(text)
            below.addStretch(1)
            row.addLayout(below, 1)
            self.texts.append(text)
        for place, old, new in (
            (self.column, self._names, names),
            (self._scroll.column, self._columns, columns),
        ):
            place.replaceWidget(old, new)
            old.hide()
            old.deleteLater()
        self._names, self._columns = names, columns
        names.setVisible(len(signs) > 1)

    def _fit(self) -> None:
        """As high as the text, up to what a page has room for."""
        high = max((text.sizeHint().height() for text in self.texts), default=0)
        self._scroll.setFixedHeight(min(HIGHEST, high + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot(str)
    def _tint(self, key: str) -> None:
        heat = self._heats[key]
        self.legend.show_heat(heat)
        for number, text in enumerate(self.texts):
            # Beside itself the first model differs nowhere: it keeps its surprise.
            text.set_heat(SURPRISE if key == BESIDE.key and number == 0 else heat)

    @Slot(int, int)
    def _point(self, start: int, end: int) -> None:
        source = self.sender()
        for text in self.texts:
            text.light(*(NOWHERE if text is source else (start, end)))
        self.pointed.emit(start, end)


def _whole_character(data: bytes, records: Sequence[TokenRecord], end: int) -> int:
    """The first token from `end` on before which a character ends."""
    while end < len(records) and data[records[end].start : records[end].start + 1] in CONTINUED:
        end += 1
    return min(end, len(records))
