"""How well the new rows could be made: a histogram of what the method left over, token by token."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QMenu, QWidget

from app import theme
from app.panels.transplant.words import residual_figures
from app.widgets.card import Card
from app.widgets.pictures import offer_picture
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.histogram import HistogramPlot
    from core.transplant.result import TransplantResult

HEIGHT = 150
MEANING = "How much of the donor's vector its anchors leave unexplained: 0 is a perfect fit."


class ResidualsCard(Card):
    """`more` adds to the plot's context menu. The plot is made once pyqtgraph is loaded, in a thread."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Residual per token")
        self._session, self._more = session, more
        self._result: TransplantResult | None = None
        self.plot: HistogramPlot | None = None
        self.figures = theme.styled(QLabel(), role="small")
        self.figures.setFont(theme.figures_font())
        self.head.addWidget(self.figures)
        self._words = Words(MEANING, "small")
        self._kept = QWidget()  # the plot's room, so that nothing moves when it comes
        self._kept.setFixedHeight(HEIGHT)
        self.column.addWidget(self._kept)
        self.column.addWidget(self._words)
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        self._result = result
        counts = result.residuals.counts
        self.setVisible(bool(counts))
        if not counts:
            return
        self.figures.setText(residual_figures(result))
        if self.plot is not None:
            self.plot.show_counts(result.residuals.edges, counts)
        else:
            self._session.ask(
                importlib.import_module, "pyqtgraph", then=lambda _: self._draw(), owner=self, key="plot"
            )

    def _draw(self) -> None:
        from app.widgets.histogram import HistogramPlot

        if self.plot is None:
            self.plot = HistogramPlot("Residuals of the approximated tokens", "tokens", "residual")
            self.plot.setFixedHeight(HEIGHT)
            offer_picture(self.plot, self._session, self._more)
            self.column.replaceWidget(self._kept, self.plot)
            self._kept.deleteLater()
        result = self._result
        assert result is not None
        self.plot.show_counts(result.residuals.edges, result.residuals.counts)
