"""What each way costs: the model's passes, the pooling itself, and the training of heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed, size
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.study.result import StudyResult

FLOAT_BYTES = 4


@dataclass(frozen=True)
class Row:
    name: str
    recall: float | None
    read: float | None
    """Seconds of the pass that it shares with others."""
    pool: float
    width: int


def rows_of(result: StudyResult) -> list[Row]:
    passes = {(each.attention, each.echo): each.seconds for each in result.passes}
    rows = []
    for cell in result.best_first():
        recall = cell.measures.get("R@100")
        echo = cell.pooling.startswith("echo")
        rows.append(
            Row(
                cell.name,
                recall.value if recall else None,
                passes.get((cell.attention, echo)),
                cell.pool_seconds,
                cell.width,
            )
        )
    return rows


def _seconds(value: float) -> str:
    return fixed(value, 2)


COLUMNS = (
    Column("way", lambda row: row.name),
    Column("R@100", lambda row: row.recall, lambda value: fixed(value, 3), right=True),
    Column(
        "reading s",
        lambda row: row.read,
        _seconds,
        right=True,
        tip="All documents and queries through the model; once for all ways with this attention",
    ),
    Column(
        "pooling s", lambda row: row.pool, _seconds, right=True, tip="Vectors of the states that are there"
    ),
    Column("width", lambda row: row.width, count, right=True),
    Column("a document", lambda row: FLOAT_BYTES * row.width, size, right=True, tip="As float32"),
)
HEADS = (
    Column("trained head", lambda row: row.name),
    Column("weights", lambda row: row.parameters, count, right=True),
    Column("seconds", lambda row: row.seconds, lambda value: fixed(value, 1), right=True),
    Column("first loss", lambda row: row.losses[0] if row.losses else None, _seconds, right=True),
    Column("last loss", lambda row: row.losses[-1] if row.losses else None, _seconds, right=True),
    Column("folder", lambda row: row.path, mono=True, tip="Give it where an encoder is asked for"),
)


class CostsCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Costs")
        self.table = FiguresTable(session, "Costs of each way", COLUMNS, stretched=0, lines=10, least=220)
        self.heads = FiguresTable(session, "Trained heads", HEADS, stretched=5, least=200)
        self.pairs = Words(role="small", selectable=True)
        for widget in (self.table, self.heads, self.pairs):
            self.column.addWidget(widget)

    def show_result(self, result: StudyResult) -> None:
        self.table.show_rows(rows_of(result))
        self.heads.setVisible(bool(result.trainings))
        self.heads.show_rows(result.trainings)
        self.pairs.say(
            f"Heads were trained on {count(result.pairs)} pairs: {result.pairs_from}. None is a query of "
            "the collection."
            if result.trainings
            else ""
        )
