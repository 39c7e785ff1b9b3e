"""Kinds of new tokens: how well each could be made, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TransplantResult

MEANING = (
    "Which kinds of new tokens the method found hard (residual), and which cost your text most (bits added)."
)
COLUMNS = (
    Column("kind", lambda row: row.token_class),
    Column("tokens", lambda row: row.tokens, count, right=True, tip="New tokens of this kind"),
    Column("occurs", lambda row: row.occurs, count, right=True, tip="How often, in the measured text"),
    Column(
        "residual",
        lambda row: row.mean_residual,
        lambda value: fixed(value, 2),
        right=True,
        tip="How much of the donor's vectors stays unexplained, on average",
        shade=lambda row: row.mean_residual,
    ),
    Column(
        "bits added",
        lambda row: row.added_bits,
        lambda value: fixed(value, 0),
        right=True,
        tip="What all their occurrences together cost more than the base needed for the same bytes",
    ),
)
RESIDUAL = 3


class ClassesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("New tokens by kind")
        self.table = FiguresTable(session, "New tokens by kind", COLUMNS, stretched=0, lines=10, least=96)
        self.column.addWidget(self.table)
        self.column.addWidget(Words(MEANING, "small"))
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        self.setVisible(bool(result.classes))
        none = all(row.mean_residual is None for row in result.classes)
        self.table.setColumnHidden(RESIDUAL, none)
        self.table.show_rows(result.classes)
