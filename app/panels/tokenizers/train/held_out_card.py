"""The new tokenizer on text that it was not trained on, beside plain BPE of the same size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.tokenizers.train.words import short_title
from app.widgets.bar_list import Bar, BarList
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.tokenizers.train.result import HeldOut

MEANING = (
    "Measured on the end of each text, which was kept from the training. Bytes per token: higher is shorter. "
    "Fertility: tokens a word between spaces."
)

COLUMNS = (
    Column("tokenizer", lambda row: row.tokenizer),
    Column("tokens", lambda row: row.tokens, count, right=True, tip="On the held-out text"),
    Column("bytes per token", lambda row: row.bytes_per_token, lambda value: fixed(value, 3), right=True),
    Column(
        "fertility",
        lambda row: row.fertility,
        lambda value: fixed(value, 3),
        right=True,
        tip="Tokens a word, between spaces",
    ),
    Column(
        "% space inside",
        lambda row: 100 * row.across_spaces,
        lambda value: fixed(value, 1),
        right=True,
        tip="Share of the vocabulary's text tokens with a space inside: tokens of several words",
    ),
    Column(
        "Rényi",
        lambda row: row.renyi_efficiency,
        lambda value: fixed(value, 3),
        right=True,
        tip="Rényi efficiency at α = 2.5: how evenly the tokens are used; 1 is the most (arXiv 2306.16842)",
    ),
    Column(
        "seconds",
        lambda row: row.seconds,
        lambda value: fixed(value, 1),
        right=True,
        tip="That its training took",
    ),
)


class HeldOutCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("On held-out text")
        self.bars = BarList("Bytes per token on held-out text")
        self.table = FiguresTable(session, "On held-out text", COLUMNS, stretched=0, sortable=False)
        self.column.addWidget(self.bars)
        self.column.addWidget(self.table)
        self.column.addWidget(Words(MEANING, "small"))

    def show_rows(self, rows: Sequence[HeldOut]) -> None:
        """The new tokenizer first; hides where nothing was held out."""
        self.setVisible(bool(rows))
        self.bars.setVisible(len(rows) > 1)
        self.bars.show_bars(
            [
                Bar(
                    short_title(row.tokenizer),
                    row.bytes_per_token,
                    f"{fixed(row.bytes_per_token, 2)} bytes per token",
                    color="after" if place == 0 else "before",
                    strong=place == 0,
                )
                for place, row in enumerate(rows)
            ]
        )
        self.table.show_rows(rows)
