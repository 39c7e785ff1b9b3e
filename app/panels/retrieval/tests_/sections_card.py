"""Analogies by group: which relations the vectors know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.figures import count
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.intrinsic.result import IntrinsicResult


def _share(row: Any) -> float | None:
    return row.right / row.asked if row.asked else None


COLUMNS = (
    Column("group", lambda row: row.name),
    Column("right", lambda row: row.right, count, right=True),
    Column("asked", lambda row: row.asked, count, right=True),
    Column("share", _share, lambda share: f"{share:.1%}", right=True, shade=_share),
)


class SectionsCard(Card):
    """Hidden where there are no analogies."""

    def __init__(self, session: Session) -> None:
        super().__init__("Analogies by group, 3CosAdd")
        self.table = FiguresTable(session, "Analogies by group", COLUMNS, stretched=0, lines=15)
        self.column.addWidget(self.table)

    def show_result(self, result: IntrinsicResult) -> None:
        sections = [section for row in result.rows for section in row.sections]
        self.setVisible(bool(sections))
        self.table.show_rows(sections)
