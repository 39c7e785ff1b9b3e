"""Texts before and after: one figure as paired dots, all of them as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.paired_dots import Pair, PairedDots, PairLegend
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.run_page import RunPage


class BeforeAfterCard(Card):
    """`unit` is what the dots measure, `better` says which way is good, `words` stand below."""

    def __init__(
        self,
        session: Session,
        page: RunPage,
        unit: str,
        better: str,
        columns: Sequence[Column],
        words: str = "",
    ) -> None:
        super().__init__(f"{unit[:1].upper()}{unit[1:]}")
        self.legend = PairLegend(better)
        self.view = Segmented("Texts before and after", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.legend)
        self.head.addWidget(self.view)
        self.dots = PairedDots(f"{unit[:1].upper()}{unit[1:]} by text", unit)
        self.table = FiguresTable(session, "Texts before and after", columns, stretched=0)
        offer_picture(self.dots, session, page.fill_menu)
        self.table.menu_asked.connect(page.fill_menu)
        self.words = Words(role="small")
        self.column.addWidget(self.dots)
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)
        self.words.say(words)
        self._switch(self.view.key)

    def show_texts(self, pairs: Sequence[Pair], rows: Sequence[Any]) -> None:
        """`pairs` for the dots, `rows` for the table; hides where there is nothing."""
        self.setVisible(bool(rows))
        self.dots.show_pairs(pairs)
        self.table.show_rows(rows)

    def _switch(self, key: str) -> None:
        self.dots.setVisible(key == "plot")
        self.legend.setVisible(key == "plot")
        self.table.setVisible(key == "table")
