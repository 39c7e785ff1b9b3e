"""The answer on the right: nothing yet, a run under way or ended badly, or its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QWidget

from app.panels.transplant.heading_card import LISTED, HeadingCard
from app.panels.transplant.norms_card import NormsCard
from app.panels.transplant.residuals_card import ResidualsCard
from app.panels.transplant.slices_card import SlicesCard
from app.panels.transplant.tokens_card import TokensCard
from app.widgets.notice import Notice
from app.widgets.pictures import offer_picture
from app.widgets.run_state import RunState
from app.widgets.scrolled import ScrolledColumn
from app.widgets.warning_cards import Warnings

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord
    from core.transplant.result import TransplantResult

EMPTY = (
    "Nothing has been run here yet. Choose a model, the tokenizer to give it and some text of yours; "
    "Run shows what the change costs, in bits per byte."
)
WIDE = 700
"""Pixels from which two cards stand side by side."""


class ResultView(ScrolledColumn):
    """`more` adds to the context menu of every plot and table."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__()
        self.setAccessibleName("Result")
        self.empty = Notice("transplant", EMPTY)
        self.state = RunState()
        self.heading = HeadingCard()
        self.warnings = Warnings()
        self.slices = SlicesCard(session)
        self.residuals = ResidualsCard(session, more)
        self.norms = NormsCard(session)
        self.tokens = TokensCard(session)
        for plot in (self.heading.bar, self.slices.dots):
            offer_picture(plot, session, more)
        for table in (self.slices.table, self.norms.table, self.tokens.table):
            table.menu_asked.connect(more)
        self.heading.part_chosen.connect(self._on_part)
        self.slices.view.chosen.connect(self._arrange)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(12)
        self._pair.addWidget(self.slices, 3)
        self._pair.addWidget(self.residuals, 2)
        self.column.setContentsMargins(0, 0, 4, 0)
        self.column.setSpacing(12)
        for widget in (self.empty, self.state, self.heading, self.warnings):
            self.column.addWidget(widget, 1 if widget is self.empty else 0)
        self.column.addLayout(self._pair)
        self.column.addWidget(self.tokens)
        self.column.addWidget(self.norms)
        self._rest = QWidget()
        self.column.addWidget(self._rest, 1)
        self._known: TransplantResult | None = None
        self.show_empty()

    # What is shown

    def show_empty(self) -> None:
        self._show(self.empty)
        self.warnings.say([])

    def show_state(self, warnings: Sequence[str] = (), known: TransplantResult | None = None) -> None:
        """The state card, which the caller has filled, over what is known so far."""
        self.warnings.say(warnings)
        if known is not None and known is self._known and self.state.isVisibleTo(self):
            return
        self._known = known
        self._show(self.state)
        if known is not None:
            if known.vocab_size:
                self.heading.show_so_far(known)
                self.heading.show()
            for card in (self.slices, self.residuals, self.norms):
                card.show_result(known)

    def show_result(self, run: RunRecord, result: TransplantResult) -> None:
        self._show(self.heading)
        self.heading.show_result(run, result)
        self.warnings.say(result.warnings)
        self.slices.show_result(result)
        self.residuals.show_result(result)
        self.norms.show_result(result)
        self.tokens.show_result(result)

    def _show(self, *widgets: QWidget) -> None:
        cards = (self.heading, self.slices, self.residuals, self.norms, self.tokens)
        for widget in (self.empty, self.state, *cards):
            widget.setVisible(widget in widgets)
        self._rest.setVisible(self.empty not in widgets)

    def _on_part(self, key: str) -> None:
        """Approximated tokens are listed below; go there."""
        if key == LISTED and self.tokens.isVisibleTo(self):
            self.ensureWidgetVisible(self.tokens)
            self.tokens.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Two cards side by side where there is room; the table of slices wants the whole width."""
        wide = self.viewport().width() >= WIDE and self.slices.view.key == "plot"
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._pair.direction() is not way:
            self._pair.setDirection(way)
