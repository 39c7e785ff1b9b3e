"""The cards of a comparison's result, in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from app.panels.tokenizers.compare.alone_card import AloneCard
from app.panels.tokenizers.compare.curves_card import CurvesCard
from app.panels.tokenizers.compare.losses_card import LossesCard
from app.panels.tokenizers.compare.measures_card import MeasuresCard
from app.panels.tokenizers.compare.pairs_card import PairsCard
from app.panels.tokenizers.compare.table_card import TableCard

if TYPE_CHECKING:
    from app.session import Session


class Cards:
    """`more` adds to the context menu of every plot and table."""

    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        self.measures = MeasuresCard(session, more)
        self.table = TableCard(session)
        self.curves = CurvesCard(session, more)
        self.pairs = PairsCard(session)
        self.losses = LossesCard(session)
        self.alone = AloneCard(session)
        self.all = (self.measures, self.table, self.curves, self.pairs, self.losses, self.alone)
        for card in (self.table, self.pairs, self.losses, self.alone):
            card.table.menu_asked.connect(more)

    def state(self) -> dict[str, Any]:
        """How they were left, as JSON data."""
        return {
            "measure": self.measures.key,
            "curve": self.curves.view.key,
            "rows": self.table.view.key,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """The reverse of `state`; bears what an older version wrote."""
        self.measures.show_measure(str(state.get("measure") or ""))
        self.curves.view.choose(str(state.get("curve", "")))
        self.table.view.choose(str(state.get("rows", "")))
