"""The critical number of documents against the width of the vectors, with the paper's fit and our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.figures import fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis, LinePlot, Series
from app.widgets.pictures import offer_picture
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.critical.result import CriticalResult, Trial

FOUND, PAPER, OWN = range(3)
WIDTH, DOCUMENTS = Axis("dimensions"), Axis("documents")
MEANING = (
    "The paper's line is its cubic fit (arXiv 2508.21038), for 4 to 45 dimensions. An optimiser that fails "
    "has not shown that there is no solution: each number is a lower bound."
)


@dataclass(frozen=True)
class Row:
    """One width and seed. `next`: the smallest number tried that was not solved."""

    width: int
    seed: int
    n: int
    paper: float | None
    own: float | None
    next: Trial | None
    trials: int
    seconds: float


def rows_of(result: CriticalResult) -> list[Row]:
    rows = []
    for point in result.points:
        failed = [trial for trial in point.trials if not trial.solved and trial.n > point.n]
        fit = result.fit
        rows.append(
            Row(
                point.dimensions,
                point.seed,
                point.n,
                result.paper(point.dimensions),
                fit.at(point.dimensions) if fit is not None and point.dimensions >= fit.low else None,
                failed[0] if failed else None,
                len(point.trials),
                sum(trial.seconds for trial in point.trials),
            )
        )
    return rows


def _tenth(value: float) -> str:
    return fixed(value, 1)


def _next(row: Row) -> tuple[int, float] | None:
    return (row.next.n, row.next.accuracy) if row.next else None


COLUMNS = (
    Column("dimensions", lambda row: row.width, right=True),
    Column("seed", lambda row: row.seed, right=True),
    Column("critical n", lambda row: row.n, right=True, color=lambda row: "accent"),
    Column("paper's fit", lambda row: row.paper, _tenth, right=True),
    Column("our fit", lambda row: row.own, _tenth, right=True),
    Column(
        "then",
        _next,
        lambda pair: f"{pair[0]}: {pair[1]:.2%}",
        right=True,
        tip="The next number that was not solved, and how many of its relevant documents were found",
        raw=lambda row: row.next.n if row.next else "",
    ),
    Column("tried", lambda row: row.trials, right=True, tip="Numbers of documents tried"),
    Column("seconds", lambda row: row.seconds, _tenth, right=True),
)
SEED, OWN_FIT, LAST = 1, 4, 7


def lines_of(result: CriticalResult) -> list[Series]:
    widths = result.widths()
    lines = [Series("found", FOUND, [float(w) for w in widths], [result.mean(w) for w in widths])]
    known = [(float(w), value) for w in widths if (value := result.paper(w)) is not None]
    if known:
        lines.append(Series("the paper's fit", PAPER, [w for w, _ in known], [value for _, value in known]))
    if result.fit is not None:
        own = [float(w) for w in widths if w >= result.fit.low]
        lines.append(Series("our fit", OWN, own, [result.fit.at(w) for w in own]))
    return lines


class CurveCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("The last number of documents that is solved")
        self.view = Segmented("Curve", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.plot = LinePlot("Critical number of documents against dimensions")
        self.table = FiguresTable(session, "Critical numbers of documents", COLUMNS, stretched=LAST, lines=20)
        self.table.menu_asked.connect(more)
        self.words = Words(MEANING, "small")
        offer_picture(self.plot, session, more)
        for widget in (self.plot, self.table, self.words):
            self.column.addWidget(widget)
        self._switch(self.view.key)

    def show_result(self, result: CriticalResult) -> None:
        rows = rows_of(result)
        self.setVisible(bool(rows))
        self.plot.show_series(lines_of(result), WIDTH, DOCUMENTS)
        self.table.setColumnHidden(SEED, len({row.seed for row in rows}) < 2)
        self.table.setColumnHidden(OWN_FIT, result.fit is None)
        self.table.show_rows(rows)

    @Slot(str)
    def _switch(self, key: Any) -> None:
        self.plot.setVisible(key == "plot")
        self.table.setVisible(key == "table")
