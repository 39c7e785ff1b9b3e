"""All figures, a row each, with what others report for the same test beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.intrinsic.result import IntrinsicFigure, IntrinsicResult, TestRow

MEANING = "Choose a row to read what its figure is, who published the other, and what was noticed."


@dataclass(frozen=True)
class Row:
    test: TestRow
    figure: IntrinsicFigure

    @property
    def published(self) -> str:
        return "; ".join(f"{each.who} {each.value}" for each in self.figure.published)

    @property
    def words(self) -> str:
        """What is said of the row when it is chosen."""
        parts = [f"{self.figure.name}: {self.figure.meaning}."]
        parts += [f"{each.who}: {each.value} ({each.source})" for each in self.figure.published]
        return "\n".join([*parts, *self.test.notes])


def value(number: float) -> str:
    """Whole numbers as they are, small ones not as 0."""
    if number == int(number) and abs(number) > 1:
        return count(int(number))
    return f"{number:.1e}" if 0 < abs(number) < 5e-4 else fixed(number, 3)


COLUMNS = (
    Column("test", lambda row: row.test.title),
    Column("set", lambda row: row.test.data),
    Column("figure", lambda row: row.figure.name),
    Column("value", lambda row: row.figure.value, value, right=True),
    Column("published", lambda row: row.published or None),
    Column("used", lambda row: row.test.used, count, right=True, tip="Items that were measured"),
    Column("of", lambda row: row.test.count, count, right=True, tip="Items of the set"),
)


class FiguresCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Figures by test")
        self.table = FiguresTable(session, "Figures by test", COLUMNS, stretched=1, lines=18)
        self.table.row_chosen.connect(self._on_row)
        self.chosen = Words(MEANING, "small", selectable=True)
        self.column.addWidget(self.table)
        self.column.addWidget(self.chosen)

    def show_result(self, result: IntrinsicResult) -> None:
        self.table.show_rows([Row(test, figure) for test in result.rows for figure in test.figures])
        unmeasured = [f"{test.data}: {' '.join(test.notes)}" for test in result.rows if not test.figures]
        self.chosen.say("\n".join([MEANING, *unmeasured]))

    @Slot(object)
    def _on_row(self, row: Row | None) -> None:
        self.chosen.say(MEANING if row is None else row.words)
