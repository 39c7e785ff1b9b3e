"""What each penalty leaves: nearness to the bigram against weights kept, with both controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu

from app.figures import fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.line_plot import Axis
from app.widgets.pictures import offer_picture
from app.widgets.point_plot import Point, PointPlot
from app.widgets.segmented import Segmented
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.generation.subnetwork.result import Measured, SubnetworkResult

WHOLE, EMPTY = "whole model", "no layers"
KEPT, CORRELATION = Axis("% of the layers' weights kept", logarithmic=True), Axis("r with the bigram")
MEANING = (
    "r: of the surprise at each held-out token with the bigram's, where the bigram was seen. Agrees: both "
    "think the same token likeliest. Without it, without random: loss of the whole model, in bits a token, "
    "when these weights are taken out, or as many others of each matrix."
)


@dataclass(frozen=True)
class Row:
    name: str
    share: float
    measured: Measured
    without: float | None = None
    without_random: float | None = None


def rows_of(result: SubnetworkResult) -> list[Row]:
    found = [
        Row(f"λ {each.penalty:g}", each.share, each.measured, each.without, each.without_random)
        for each in result.subnetworks
    ]
    return [Row(WHOLE, 1.0, result.whole), *found, Row(EMPTY, 0.0, result.empty)]


def kept_words(share: float) -> str:
    """``1.5 %``, ``0.40 %``."""
    return f"{100 * share:.2f} %" if 0 < share < 0.01 else f"{100 * share:.1f} %"


COLUMNS = (
    Column("penalty", lambda row: row.name),
    Column("kept", lambda row: row.share, kept_words, right=True),
    Column("r", lambda row: row.measured.correlation, partial(fixed, places=3), right=True),
    Column("agrees", lambda row: row.measured.agreement, lambda share: f"{100 * share:.1f} %", right=True),
    Column(
        "from the bigram",
        lambda row: row.measured.divergence,
        partial(fixed, places=2),
        right=True,
        tip="D_KL(bigram ‖ model), bits a token",
    ),
    Column("loss", lambda row: row.measured.loss, partial(fixed, places=2), right=True, tip="Bits a token"),
    Column("without it", lambda row: row.without, partial(fixed, places=2), right=True),
    Column("without random", lambda row: row.without_random, partial(fixed, places=2), right=True),
)


class PenaltiesCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("How little is enough")
        self.view = Segmented("Penalties", (("plot", "Plot"), ("table", "Table")))
        self.view.chosen.connect(self._switch)
        self.head.addWidget(self.view)
        self.plot = PointPlot("r with the bigram against weights kept")
        self.table = FiguresTable(session, "Bigram subnetworks by penalty", COLUMNS, stretched=0)
        self.meaning = Words(MEANING, "small")
        offer_picture(self.plot, session, more)
        self.table.menu_asked.connect(more)
        for widget in (self.plot, self.table, self.meaning):
            self.column.addWidget(widget)
        self._switch(self.view.key)

    def show_result(self, result: SubnetworkResult) -> None:
        rows = rows_of(result)
        self.table.show_rows(rows)
        points = [
            Point(
                row.name,
                number,
                100 * row.share,
                row.measured.correlation,
                None,
                None,
                f"{row.name}: {kept_words(row.share)} kept\nr {fixed(row.measured.correlation, 3)}\n"
                f"agrees {100 * row.measured.agreement:.1f} %",
            )
            for number, row in enumerate(rows)
            if row.share > 0
        ]
        self.plot.show_points(points, KEPT, CORRELATION)

    @Slot(str)
    def _switch(self, key: Any) -> None:
        self.plot.setVisible(key == "plot")
        self.table.setVisible(key == "table")
