"""Whether the model still foretells what the base did, where both tokenizers part the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.transplant import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TransplantResult

MEANING = (
    "At places where both tokenizers part the text: how often the two models' first choices agree, and how "
    "often the base's first choice is among the new model's first five. In bits: how far the two lie apart "
    "on the next byte."
)
COLUMNS = (
    Column("slice", lambda row: words.slice_name(row.slice)),
    Column("first choice, %", lambda row: 100 * row.top1, lambda value: fixed(value, 1), right=True),
    Column("among five, %", lambda row: 100 * row.top5, lambda value: fixed(value, 1), right=True),
    Column(
        "next byte, bits",
        lambda row: row.next_byte,
        lambda value: fixed(value, 3),
        right=True,
        tip="Mean Kullback-Leibler divergence of the next byte",
    ),
    Column("places", lambda row: row.positions, count, right=True),
)


class AgreementCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Agreement with the base")
        self.table = FiguresTable(
            session, "Agreement with the base", COLUMNS, stretched=0, lines=10, least=96
        )
        self.column.addWidget(self.table)
        self.column.addWidget(Words(MEANING, "small"))
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        self.setVisible(bool(result.agreement))
        self.table.show_rows(words.whole_first(result.agreement))
