"""Every measure of every tokenizer on every text, in one table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.tokenizers.compare.figures import figure_of, headed, text_measures
from app.panels.tokenizers.compare.heat_map import spread
from app.panels.tokenizers.compare.languages import text_name
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.segmented import Segmented
from core.tokenizers.compare.result import ALL, CompareRow, CompareTokenizersResult, MeasureInfo

if TYPE_CHECKING:
    from app.session import Session


class TableCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("All measures")
        self.view = Segmented("Rows", (("all", "All texts together"), ("texts", "Text by text")))
        self.view.chosen.connect(lambda _: self._keep())
        self.head.addWidget(self.view)
        self.table = FiguresTable(session, "All measures", _columns(None), stretched=0, lines=14)
        self.column.addWidget(self.table)

    def show_result(self, result: CompareTokenizersResult) -> None:
        self.table.figures.set_columns(_columns(result))
        several = len({row.text for row in result.rows if row.text != ALL}) > 1
        self.view.setVisible(several)
        if not several:
            self.view.choose("all")
        self._keep()
        self.table.show_rows(result.rows)

    def _keep(self) -> None:
        wanted: Callable[[CompareRow], bool] = (
            (lambda row: row.text == ALL) if self.view.key == "all" else (lambda row: row.text != ALL)
        )
        self.table.keep(wanted)


def _columns(result: CompareTokenizersResult | None) -> list[Column]:
    found = [
        Column("Tokenizer", lambda row: row.tokenizer),
        Column("Text", lambda row: row.text, text=lambda key: "all" if key == ALL else text_name(key).short),
        Column("Tokens", lambda row: row.tokens, text=count, right=True),
    ]
    for measure in text_measures(result) if result is not None else ():
        assert result is not None
        found.append(
            Column(
                headed(measure),
                partial(_value, measure.key),
                text=partial(fixed, places=measure.digits),
                right=True,
                tip=measure.description,
                shade=_shade(result, measure),
            )
        )
    return found


def _value(key: str, row: CompareRow) -> float | None:
    figure = figure_of(row, key)
    return None if figure is None else figure.value


def _shade(result: CompareTokenizersResult, measure: MeasureInfo) -> Callable[[CompareRow], float | None]:
    @cache
    def limits() -> tuple[float, float]:
        """Once the column is seen."""
        return spread([value for row in result.rows if (value := _value(measure.key, row)) is not None])

    def share(row: CompareRow) -> float | None:
        value = _value(measure.key, row)
        low, high = limits()
        return None if value is None or high <= low else (value - low) / (high - low)

    return share
