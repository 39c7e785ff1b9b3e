"""Perplexity per token and its ratio, which papers give and which two tokenizers do not share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import fixed
from app.panels.transplant import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TransplantResult

MEANING = (
    "Not comparable between tokenizers: whoever cuts into fewer tokens has more to foretell at each. Given "
    "because papers do (arXiv 2505.09738); bits per byte is the figure to go by."
)


def _two(value: float) -> str:
    return fixed(value, 2)


COLUMNS = (
    Column("slice", lambda row: words.slice_name(row.slice)),
    Column("before", lambda row: row.before, _two, right=True, tip="Per token of the base's tokenizer"),
    Column("after", lambda row: row.after, _two, right=True, tip="Per token of the target's"),
    Column("ratio", lambda row: row.ratio, _two, right=True, tip="After, over before"),
    Column("median", lambda row: row.median, _two, right=True, tip="Of the ratios of passages"),
)


class PerplexityCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Perplexity per token")
        self.table = FiguresTable(session, "Perplexity per token", COLUMNS, stretched=0, lines=10, least=96)
        self.column.addWidget(self.table)
        self.column.addWidget(Words(MEANING, "small"))
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        self.setVisible(bool(result.perplexity))
        self.table.show_rows(words.whole_first(result.perplexity))
