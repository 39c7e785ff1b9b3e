"""Two systems, query by query: where one does better than the other, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu

from app import theme
from app.figures import fixed
from app.panels.retrieval import words
from app.widgets.card import Card
from app.widgets.elided_combo import ElidedCombo
from app.widgets.pictures import offer_picture
from app.widgets.waterfall import Fall, Waterfall
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.evaluate.result import EvaluationResult

TIE = 1e-9
"""Values that differ by less are equal."""


class DifferencesCard(Card):
    asked = Signal(str)
    """The id of a query whose bar was chosen."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("By query")
        self._result: EvaluationResult | None = None
        self._measure = ""
        self._numbers: Mapping[str, int] = {}
        hint = theme.styled(QLabel("press a bar: why"), role="small")
        self.head.addWidget(hint)
        self.first, self.second = ElidedCombo("First system"), ElidedCombo("Second system")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.first, 1)
        row.addWidget(theme.styled(QLabel("−"), role="muted"))
        row.addWidget(self.second, 1)
        self.plot = Waterfall("Differences by query")
        self.plot.chosen.connect(self.asked)
        offer_picture(self.plot, session, more)
        self.words = Words(role="small")
        self.words.setFont(theme.figures_font())
        self.column.addLayout(row)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.words)
        for box in (self.first, self.second):
            box.activated.connect(self._on_pair)

    @property
    def pair(self) -> tuple[str, str]:
        return self.first.currentText(), self.second.currentText()

    def show_measure(self, result: EvaluationResult, measure: str, numbers: Mapping[str, int]) -> None:
        """With another result, the best two of this measure are looked at."""
        told = [system for system in result.systems if measure in system.per_query]
        self.setVisible(len(told) > 1)
        pair = words.best_pair(result, measure)
        if len(told) < 2 or pair is None:
            return
        if result is not self._result:
            for box, name in zip((self.first, self.second), pair, strict=True):
                box.clear()
                box.addItems([system.name for system in told])
                box.setCurrentText(name)
        self._result, self._measure, self._numbers = result, measure, numbers
        self._show()

    @Slot()
    def _on_pair(self) -> None:
        """Never one and the same: the other makes way."""
        if self.first.currentText() == self.second.currentText():
            other = self.second if self.sender() is self.first else self.first
            other.setCurrentIndex(0 if other.currentIndex() else 1)
        self._show()

    def _show(self) -> None:
        result, (a, b) = self._result, self.pair
        if result is None or not a or not b:
            return
        values = {system.name: system.per_query[self._measure] for system in result.systems}
        bars = [
            Fall(query, 0.0 if abs(x - y) < TIE else x - y, f"{a} {fixed(x, 3)}, {b} {fixed(y, 3)}")
            for query, x, y in zip(result.queries, values[a], values[b], strict=True)
        ]
        self.plot.setAccessibleName(f"{self._measure} of {a} less that of {b}, by query")
        self.plot.show_bars(bars, (self._numbers[a], self._numbers[b]))
        better, worse = sum(bar.value > 0 for bar in bars), sum(bar.value < 0 for bar in bars)
        self.words.say(f"{better} better · {worse} worse · {len(bars) - better - worse} equal")
