"""A gap, and what may fill it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Slot

from app import theme
from app.figures import fixed, percent
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.heat_text import HeatText, Part
from app.widgets.visible_text import visible
from app.widgets.words import Words
from core.generation.fill.result import TITLES

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.fill.result import Candidate, Filling


def _log(value: float) -> str:
    return fixed(value, 1)


COLUMNS = (
    Column("filling", lambda row: visible(row.text) or "(nothing)", mono=True, raw=lambda row: row.text),
    Column("share", lambda row: row.share, percent, right=True, tip="Of the weight of all that were tried"),
    Column(
        "log₂ P(after)",
        lambda row: row.suffix,
        _log,
        right=True,
        tip="How likely what follows is after it, by the exact law",
    ),
    Column("log₂ P(filling)", lambda row: row.middle, _log, right=True, tip="After what is before it"),
)
GREEDY = (
    Column("greedy, without what follows", lambda row: TITLES[row.method]),
    Column("filling", lambda row: visible(row.text) or "(nothing)", mono=True, raw=lambda row: row.text),
    Column("log₂ P(after)", lambda row: row.suffix, _log, right=True, tip="At its best length"),
)


class FillingCard(Card):
    """The candidate chosen in the table stands in the gap; at first the best."""

    def __init__(self, session: Session) -> None:
        super().__init__("The gap, filled")
        self.text = HeatText("The text with its gap filled")
        self.text.setFont(theme.mono_font())
        self.note = Words(role="muted")
        self.table = FiguresTable(session, "Fillings", COLUMNS, stretched=0)
        self.greedy = FiguresTable(session, "Greedy continuations", GREEDY, stretched=1)
        for widget in (self.text, self.note, self.table, self.greedy):
            self.column.addWidget(widget)
        self._around = ("", "")
        self.table.selectionModel().currentRowChanged.connect(self._choose)

    def show_filling(self, filling: Filling) -> None:
        self.show_so_far(filling.prefix, filling.suffix, filling.candidates)
        self.greedy.show_rows(filling.baselines)
        self.greedy.setVisible(bool(filling.baselines))
        drawn = visible(filling.drawn) or "nothing"
        self.note.say(f"Drawn by share: “{drawn}”. Choose a filling in the table to see it in its place.")

    def show_so_far(self, prefix: str, suffix: str, candidates: Sequence[Candidate]) -> None:
        self._around = (prefix, suffix)
        self.table.show_rows(candidates)
        self.note.say("")
        self.greedy.hide()
        self._put(candidates[0].text if candidates else "")

    def _put(self, middle: str) -> None:
        prefix, suffix = self._around
        self.text.show_parts(
            prefix + middle + suffix, [Part(len(prefix), len(prefix) + len(middle), 1.0)], most=1.0
        )

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self._put(self.table.record(index.row()).text)
