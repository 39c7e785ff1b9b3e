"""The cards of an evaluation's result, and the measure that they look at together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.panels.retrieval.costs_card import CostsCard
from app.panels.retrieval.differences_card import DifferencesCard
from app.panels.retrieval.figures_card import FiguresCard
from app.panels.retrieval.means_card import MeansCard
from app.panels.retrieval.pairs_card import PairsCard
from app.panels.retrieval.skipped_card import SkippedCard
from app.widgets.series_numbers import keep_numbers
from app.widgets.side_by_side import SideBySide

if TYPE_CHECKING:
    from app.widgets.run_page import RunPage
    from core.retrieval.evaluate.result import EvaluationResult


class ResultCards(QObject):
    """Evaluate and Compare show their results with these."""

    asked = Signal(str)
    """The id of a query: why does it differ?"""

    def __init__(self, page: RunPage) -> None:
        super().__init__(page)
        self._page, self._session = page, page.session
        self._result: EvaluationResult | None = None
        self.means = MeansCard(self._session, page.fill_menu)
        self.differences = DifferencesCard(self._session, page.fill_menu)
        self.figures = FiguresCard(self._session)
        self.pairs = PairsCard(self._session)
        self.costs = CostsCard(self._session)
        self.skipped = SkippedCard(self._session)
        self._both = SideBySide([self.means], [self.differences])
        cards: tuple[QWidget, ...] = (self._both, self.figures, self.pairs, self.costs, self.skipped)
        for card in cards:
            page.add(card)
        for table in (self.figures.table, self.pairs.table, self.costs.table, self.skipped.table):
            table.menu_asked.connect(page.fill_menu)
        self.means.switch.chosen.connect(self._show_measure)
        self.differences.asked.connect(self.asked)

    @property
    def measure(self) -> str:
        """The one that is looked at."""
        return self.means.switch.name

    def show_result(self, result: EvaluationResult) -> None:
        self._result = result
        names = list(result.systems[0].measures)
        self.means.switch.offer(names, result.primary)
        self.figures.show_result(result)
        self.costs.show_result(result)
        self.skipped.show_skipped(result.skipped)
        self._show_measure(result.primary)

    @Slot(str)
    def _show_measure(self, measure: str) -> None:
        result = self._result
        if result is None:
            return
        numbers = keep_numbers(self._session.project, [system.name for system in result.systems])
        self.means.show_measure(result, measure, numbers)
        self.differences.show_measure(result, measure, numbers)
        self.pairs.show_measure(result, measure)
        self._both.fit()
