"""How the indicator of training is spread over all tokens, with those known to be unused marked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

from app.panels.tokenizers.audit import words
from app.widgets.card import Card
from app.widgets.pictures import offer_picture
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.histogram import HistogramPlot
    from core.audit.result import AuditResult

HEIGHT = 170


class IndicatorCard(Card):
    """`more` adds to the plot's context menu. The plot is made once pyqtgraph is loaded, in a thread."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("How well the tokens were trained")
        self._session, self._more = session, more
        self._result: AuditResult | None = None
        self.plot: HistogramPlot | None = None
        self.words = Words(role="small")
        self._kept = QWidget()  # the plot's room, so that nothing moves when it comes
        self._kept.setFixedHeight(HEIGHT)
        self.column.addWidget(self._kept)
        self.column.addWidget(self.words)

    def show_result(self, result: AuditResult) -> None:
        self._result = result
        self.setVisible(bool(result.counts))
        if not result.counts:
            return
        self.words.say(words.histogram(result))
        if self.plot is not None:
            self._fill()
        else:
            self._session.ask(
                importlib.import_module, "pyqtgraph", then=lambda _: self._draw(), owner=self, key="plot"
            )

    def _draw(self) -> None:
        from app.widgets.histogram import HistogramPlot

        if self.plot is None:
            self.plot = HistogramPlot("Indicator of all tokens", "tokens", "indicator")
            self.plot.setFixedHeight(HEIGHT)
            offer_picture(self.plot, self._session, self._more)
            self.column.replaceWidget(self._kept, self.plot)
            self._kept.deleteLater()
        self._fill()

    def _fill(self) -> None:
        result = self._result
        assert result is not None
        assert self.plot is not None
        self.plot.show_counts(result.edges, result.counts, result.reference_counts)
