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
    from collections.abc import Sequence

    from app.session import Session
    from core.retrieval.intrinsic.result import IntrinsicFigure, TestRow

SMALL = 5e-4
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


class Value(float):
    """A figure, sorted and copied as the number; small ones are not shown as 0."""

    whole = False

    @property
    def text(self) -> str:
        if self.whole:
            return count(self)
        return f"{self:.1e}" if 0 < abs(self) < SMALL else fixed(self, 3)


def value(row: Row) -> Value:
    found = Value(row.figure.value)
    found.whole = row.figure.whole
    return found


COLUMNS = (
    Column("test", lambda row: row.test.title),
    Column("figure", lambda row: row.figure.name),
    Column("value", value, lambda shown: shown.text, right=True),
    Column("published", lambda row: row.published or None),
    Column("set", lambda row: row.test.data),
    Column("used", lambda row: row.test.used, count, right=True, tip="Items that were measured"),
    Column("of", lambda row: row.test.count, count, right=True, tip="Items of the set"),
)
PUBLISHED, SET = 3, 4


class FiguresCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Figures by test")
        self.table = FiguresTable(session, "Figures by test", COLUMNS, stretched=SET, lines=18, least=90)
        self.table.row_chosen.connect(self._on_row)
        self.chosen = Words(MEANING, "small", selectable=True)
        self.column.addWidget(self.table)
        self.column.addWidget(self.chosen)

    def show_tests(self, tests: Sequence[TestRow]) -> None:
        rows = [Row(test, figure) for test in tests for figure in test.figures]
        self.table.setColumnHidden(PUBLISHED, not any(row.published for row in rows))
        self.table.show_rows(rows)
        unmeasured = [f"{test.data}: {' '.join(test.notes)}" for test in tests if not test.figures]
        self.chosen.say("\n".join([MEANING, *unmeasured]))

    @Slot(object)
    def _on_row(self, row: Row | None) -> None:
        self.chosen.say(MEANING if row is None else row.words)
