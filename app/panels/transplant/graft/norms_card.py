"""How long the rows are: the base's, those copied, those made. Rows of another length make other scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.figures import decimals, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.transplant.result import TransplantResult

QUANTILES = 5
"""Of each kind of row: 5, 25, 50, 75 and 95 %."""


class Lengths(NamedTuple):
    """`places` is how many decimals the figures of the table are shown with."""

    rows: str
    low: float
    median: float
    high: float
    places: int


def _column(title: str, place: int) -> Column:
    """A quantile of the lengths, all with as many decimals."""
    return Column(
        title,
        lambda row: (row[place], row.places),
        lambda pair: fixed(*pair),
        right=True,
        raw=lambda row: row[place],
    )


COLUMNS = (
    Column("rows", lambda row: row.rows),
    _column("5 %", 1),
    _column("median", 2),
    _column("95 %", 3),
)


class NormsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Length of rows")
        self.table = FiguresTable(
            session, "Length of rows", COLUMNS, stretched=0, lines=3, sortable=False, least=96
        )
        self.words = Words(role="small")
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)
        self.column.addStretch(1)

    def show_result(self, result: TransplantResult) -> None:
        norms = result.norms
        found = [
            (name, values)
            for name, values in (
                ("base", norms.base),
                ("copied", norms.copied),
                ("approximated", norms.approximated),
            )
            if len(values) == QUANTILES
        ]
        self.setVisible(bool(found))
        places = max(2, decimals([values[2] for _, values in found]) - 1) if found else 2
        self.table.show_rows(
            [Lengths(name, values[0], values[2], values[4], places) for name, values in found]
        )
        self.words.say(_drift(norms.base, norms.approximated))


def _drift(base: list[float], made: list[float]) -> str:
    """How far the new rows' usual length lies from the base's, in one sentence."""
    if len(base) != QUANTILES or len(made) != QUANTILES or not base[2]:
        return ""
    share = made[2] / base[2]
    if abs(share - 1) < 0.005:
        return "The new rows are as long as the base's."
    return f"The new rows are {share:.2f} times as long as the base's."
