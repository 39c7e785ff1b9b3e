"""The five designs of arXiv 2409.02727 against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import fixed
from app.panels.retrieval import words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.result_parts import Comparison
    from core.retrieval.study.result import StudyResult

MEANING = (
    "The paper trains the model as well, on 1.4 million examples, and finds bidirectional attention with "
    "multi-layer pooling significantly better in retrieval, not in clustering and classification. Here the "
    "heads alone are trained, on a frozen model: on few pairs they may well lose to plain pooling."
)


def _color(row: Comparison) -> str:
    return "success" if row.adjusted < words.ALPHA else ""


COLUMNS = (
    Column("difference of", lambda row: f"{row.a} − {row.b}"),
    Column(
        "nDCG@10",
        lambda row: row.difference,
        lambda value: fixed(value, 4, signed=True),
        right=True,
        color=_color,
    ),
    Column(
        "95 % interval",
        lambda row: (row.low, row.high),
        lambda ends: words.interval(*ends),
        right=True,
        raw=lambda row: f"{row.low} {row.high}",
    ),
    Column("p", lambda row: row.p, words.p_value, right=True),
    Column("adjusted", lambda row: row.adjusted, words.p_value, right=True, color=_color),
    Column(
        "W / T / L",
        lambda row: (row.wins - row.losses, row.wins, row.ties, row.losses),
        lambda counts: " / ".join(map(str, counts[1:])),
        raw=lambda row: f"{row.wins}/{row.ties}/{row.losses}",
        right=True,
    ),
)


class DesignsCard(Card):
    """Hidden where fewer than two of the five are there."""

    def __init__(self, session: Session) -> None:
        super().__init__("The five designs")
        self.designs = Words(role="body", selectable=True)
        self.table = FiguresTable(session, "Differences between the designs", COLUMNS, stretched=0, least=260)
        self.meaning = Words(MEANING, "small")
        for widget in (self.designs, self.table, self.meaning):
            self.column.addWidget(widget)

    def show_result(self, result: StudyResult) -> None:
        self.setVisible(bool(result.between_designs))
        figures = {cell.name: cell.measures["nDCG@10"].value for cell in result.cells}
        self.designs.say(
            " · ".join(f"{what} {fixed(figures[name], 3)}" for what, name in result.designs.items())
        )
        self.table.show_rows(result.between_designs)
