"""Tokenizers against each other: where they cut alike, and what their vocabularies share."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.figures import fixed
from app.panels.tokenizers.compare.languages import text_name
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.segmented import Segmented
from core.tokenizers.compare.result import ALL, PairRow

if TYPE_CHECKING:
    from app.session import Session
    from core.tokenizers.compare.result import CompareTokenizersResult


class PairsCard(Card):
    """Over all texts together, with the vocabularies by themselves: one row a pair; or text by text."""

    def __init__(self, session: Session) -> None:
        super().__init__("Against each other")
        self.view = Segmented("Pairs", (("all", "All texts together"), ("texts", "Text by text")))
        self.view.chosen.connect(lambda _: self._keep())
        self.head.addWidget(self.view)
        self.table = FiguresTable(session, "Against each other", _columns(None), stretched=0)
        self.column.addWidget(self.table)

    def show_result(self, result: CompareTokenizersResult) -> None:
        self.table.figures.set_columns(_columns(result))
        rows = _whole(result)
        self.setVisible(bool(rows))
        several = len({row.text for row in rows}) > 2
        self.view.setVisible(several)
        if not several:
            self.view.choose("all")
        self._keep()
        self.table.show_rows(rows)

    def _keep(self) -> None:
        whole = self.view.key == "all"
        self.table.keep(lambda row: (row.text == ALL) is whole)


def _whole(result: CompareTokenizersResult) -> list[PairRow]:
    """The figures of all texts and those of the vocabularies in one row; text by text behind them."""
    merged: dict[tuple[str, str], PairRow] = {}
    others = []
    for row in result.pairs:
        if row.text in ("", ALL):
            before = merged.get((row.first, row.second))
            figures = {**(before.figures if before is not None else {}), **row.figures}
            merged[row.first, row.second] = row.model_copy(update={"figures": figures, "text": ALL})
        else:
            others.append(row)
    return [*merged.values(), *others]


def _columns(result: CompareTokenizersResult | None) -> list[Column]:
    found = [
        Column("First", lambda row: row.first),
        Column("Second", lambda row: row.second),
        Column("Text", lambda row: row.text, text=lambda key: "all" if key == ALL else text_name(key).short),
    ]
    for measure in result.measures if result is not None else ():
        if measure.of == "pair":
            found.append(
                Column(
                    measure.title,
                    partial(_figure, measure.key),
                    text=partial(fixed, places=measure.digits),
                    right=True,
                    tip=measure.description,
                    shade=partial(_figure, measure.key) if _is_share(result, measure.key) else None,
                )
            )
    return found


def _is_share(result: CompareTokenizersResult | None, key: str) -> bool:
    values = [row.figures[key].value for row in result.pairs if key in row.figures] if result else []
    return all(0 <= value <= 1 for value in values)


def _figure(key: str, row: PairRow) -> float | None:
    figure = row.figures.get(key)
    return None if figure is None else figure.value
