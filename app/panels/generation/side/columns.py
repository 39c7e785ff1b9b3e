"""The texts side by side, a column a model: pointing at bytes in one lights them in all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.panels.generation.side.column import Column
from app.panels.generation.side.texts import More, Text, partings
from app.widgets.model_signs import ModelSign
from app.widgets.token_heat import SURPRISE, Heat, difference
from core.generation.generate.result import same_bytes

NARROWEST = 220
"""Pixels of a column; where there is less, the columns go on in a second row."""
LEAST, SHARE, SHARE_OF_SEVERAL = 150, 0.5, 0.36
"""Pixels that a text has at least, and the share of the view's height that a row of them may have."""
DIFFERENCE = "difference"


class Columns(QWidget):
    pointed = Signal(int, int)
    """Bytes under the pointer, −1 and −1 for none."""
    chosen = Signal(int, int)
    """Place of the column and of the token."""
    menu_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[Column] = []
        self._texts: list[Text] = []
        self._heat = SURPRISE
        self._room = 600
        self._streams = False
        self._scrolls = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fit)

    # What they show

    def show_texts(self, signs: Sequence[ModelSign], texts: Sequence[Text], lead: str) -> None:
        """A column each, in their order."""
        self._texts = list(texts)
        self._streams = any(not text.stopped for text in texts)
        if [column.sign for column in self.columns] != list(signs):
            self._make(signs)
        for column, text in zip(self.columns, texts, strict=True):
            column.show_text(text, lead)
        self._mark()
        self.set_heat(self._heat)
        self._fit()

    def append(self, more: More, place: int) -> None:
        """The text at `place` has got more tokens."""
        column, text = self.columns[place], self._texts[place]
        column.text.append(text.tokens[more.first :], more.text)
        column.say(text)

    def grown(self) -> None:
        """All that came at once is in: mark where the texts part, and follow their ends."""
        self._streams = any(not text.stopped for text in self._texts)
        for column, text in zip(self.columns, self._texts, strict=True):
            column.say(text)
        self._mark()
        if self._heat.key == DIFFERENCE:
            self.set_heat(self._heat)

    def mark_branch(self, byte: int) -> None:
        """The one text leaves at this byte the one that it was branched off."""
        for column in self.columns:
            column.text.part_at(byte)

    def set_heat(self, heat: Heat) -> None:
        """Tint by this; a difference is that of each text from the first."""
        self._heat = heat
        first = self._texts[0] if self._texts else None
        for column, text in zip(self.columns, self._texts, strict=True):
            own = heat
            if heat.key == DIFFERENCE and first is not None:
                own = difference(first.tokens, same_bytes([first.text, text.text]))
            column.text.set_heat(own)

    @Slot(int, int)
    def light(self, start: int, end: int) -> None:
        for column in self.columns:
            column.text.light(start, end)

    def _mark(self) -> None:
        for column, byte in zip(self.columns, partings(self._texts), strict=True):
            column.text.part_at(byte)

    # How they lie

    def _make(self, signs: Sequence[ModelSign]) -> None:
        for column in self.columns:
            column.hide()
            column.deleteLater()
        self.columns = [Column(sign) for sign in signs]
        for place, column in enumerate(self.columns):
            column.text.pointed.connect(partial(self._point, place))
            column.text.chosen.connect(partial(self.chosen.emit, place))
            column.text.menu_asked.connect(self.menu_asked)
            column.text.resized.connect(self._later.start)
            column.view.verticalScrollBar().valueChanged.connect(partial(self._scroll, place))
        self._arrange()

    def _point(self, place: int, start: int, end: int) -> None:
        self.light(start, end)
        column = self.columns[place]
        if column.text.hasFocus() and column.text.current >= 0:
            column.show_place(column.text.current)
        self.pointed.emit(start, end)

    def _scroll(self, place: int, value: int) -> None:
        """They scroll together: what was written after as many bytes stands about as high."""
        if self._scrolls:
            return
        self._scrolls = True
        for other, column in enumerate(self.columns):
            if other != place:
                column.view.verticalScrollBar().setValue(value)
        self._scrolls = False

    def make_room(self, height: int) -> None:
        """So high is the view that they are in."""
        if height != self._room:
            self._room = height
            self._fit()

    def _per_row(self) -> int:
        many = len(self.columns)
        fit = max(1, (self.width() + 12) // (NARROWEST + 12))
        return next((n for n in (many, -(-many // 2)) if n and n <= fit), 1)

    def _arrange(self) -> None:
        per_row = self._per_row()
        for place, column in enumerate(self.columns):
            self._grid.removeWidget(column)
            self._grid.addWidget(column, place // per_row, place % per_row)
        for place in range(self._grid.columnCount()):
            self._grid.setColumnStretch(place, 1 if place < per_row else 0)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """All texts have the same height: that of the longest, as far as there is room."""
        if not self.columns:
            return
        rows = -(-len(self.columns) // self._per_row())
        most = max(LEAST, int(self._room * (SHARE if rows == 1 else SHARE_OF_SEVERAL)))
        wanted = max(column.text.minimumHeight() for column in self.columns)
        follow = self._streams and all(column.at_end for column in self.columns)
        for column in self.columns:
            column.fit(min(most, wanted + 4))
        if follow:
            QTimer.singleShot(0, self, self._follow)

    @Slot()
    def _follow(self) -> None:
        for column in self.columns:
            column.go_to_end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.columns:
            self._arrange()
