"""The cuts at which the three ways differ most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.figures import fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.visible_text import visible
from core.generation.fill.result import METHODS, TITLES

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.fill.result import Cut, Method

TAIL = 22
"""Characters of a prompt that are shown."""


def _bits(method: Method) -> Column:
    return Column(
        TITLES[method],
        lambda row: row.bits[method],
        lambda value: fixed(value, 1),
        right=True,
        tip="Bits of what follows, and the byte it holds likeliest first",
    )


def _guess(method: Method) -> Column:
    return Column("next", lambda row: visible(row.guess[method]), mono=True, tip="The likeliest next byte")


COLUMNS = (
    Column("before", lambda row: visible(row.before[-TAIL:]), mono=True, raw=lambda row: row.before),
    Column("after", lambda row: visible(row.after), mono=True, raw=lambda row: row.after),
    Column(
        "token", lambda row: visible(row.token), mono=True, tip="The token of the text that it goes through"
    ),
    *(column for method in METHODS for column in (_bits(method), _guess(method))),
    Column("text", lambda row: f"{row.text}, byte {row.place:,}"),
)


class CutsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Where they differ most")
        self.table = FiguresTable(session, "Cuts at which the methods differ most", COLUMNS, stretched=1)
        self.column.addWidget(self.table)

    def show_cuts(self, cuts: Sequence[Cut]) -> None:
        self.table.show_rows(cuts)
