"""Both fits extended to the widths of usual embedding models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.critical.result import CriticalResult

COLUMNS = (
    Column("dimensions", lambda row: row[0], count),
    Column(
        "documents, by the paper's fit", lambda row: row[2], lambda value: count(round(value)), right=True
    ),
    Column("documents, by our fit", lambda row: row[1], lambda value: count(round(value)), right=True),
)


class ExtendedCard(Card):
    """Of pairs only: the paper's fit is for these."""

    def __init__(self, session: Session) -> None:
        super().__init__("Extended to usual widths")
        self.table = FiguresTable(session, "Fits extended", COLUMNS, stretched=0, sortable=False)
        self.words = Words(role="small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)

    def show_result(self, result: CriticalResult) -> None:
        self.setVisible(result.k == 2)
        self.table.show_rows(result.extended())
        fit = result.fit
        said = "With more documents than this, some pair cannot be found, if the fit holds so far."
        if fit is not None:
            said += (
                f" Ours is fitted on {fit.low} to {fit.high} dimensions only (r² = {fit.r2:.4f}): so far "
                "from them, it is no forecast."
            )
        else:
            said += " Ours needs five widths from 4 on."
        self.words.say(said)
