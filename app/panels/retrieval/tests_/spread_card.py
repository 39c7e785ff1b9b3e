"""Histograms: the margins of triplets, and how often documents are among others' nearest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.widgets.card import Card
from app.widgets.elided_combo import ElidedCombo
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.histogram import HistogramPlot
    from core.retrieval.intrinsic.result import IntrinsicResult, TestRow

HEIGHT = 200
"""Of a histogram, in pixels."""
WHAT = {"triplets": ("triplets", "margin"), "hubs": ("documents", "occurrences")}
"""What is counted and by what, of each test that has a histogram."""


class SpreadCard(Card):
    """Hidden where no test has one."""

    def __init__(self, session: Session) -> None:
        super().__init__("Spread")
        self._session = session
        self._rows: list[TestRow] = []
        self.plots: dict[str, HistogramPlot] = {}
        self.choice = ElidedCombo("Which histogram")
        self.choice.currentIndexChanged.connect(self._show)
        self.head.addWidget(self.choice, 2)
        self.words = Words(role="small")
        self.column.addWidget(self.words)

    def show_result(self, result: IntrinsicResult) -> None:
        self._rows = [row for row in result.rows if row.spread is not None and row.test in WHAT]
        self.setVisible(bool(self._rows))
        self.choice.blockSignals(True)
        self.choice.clear()
        for place, row in enumerate(self._rows):
            self.choice.addItem(f"{row.title} · {row.data}", place)
        self.choice.blockSignals(False)
        self.choice.setVisible(len(self._rows) > 1)
        if self._rows:  # pyqtgraph takes a while to load
            self._session.ask(import_module, "pyqtgraph", then=lambda _: self._show(), owner=self, key="plot")

    @Slot()
    def _show(self) -> None:
        place = self.choice.currentData()
        row = self._rows[place] if isinstance(place, int) and place < len(self._rows) else None
        shown = None
        if row is not None and row.spread is not None:
            shown = self._plot(row.test)
            shown.show_counts(row.spread.edges, row.spread.counts)
            self.words.say(f"{row.spread.title}.")
        for plot in self.plots.values():
            plot.setVisible(plot is shown)

    def _plot(self, test: str) -> HistogramPlot:
        """Made when first needed."""
        from app.widgets.histogram import HistogramPlot

        if test not in self.plots:
            what, axis = WHAT[test]
            plot = HistogramPlot(f"How many {what} by {axis}", what, axis)
            plot.setFixedHeight(HEIGHT)
            self.column.insertWidget(1, plot)
            self.plots[test] = plot
        return self.plots[test]
