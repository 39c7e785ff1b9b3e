"""What of a collection was left out or mended, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.session import Session
    from core.retrieval.result_parts import Skipped

COLUMNS = (
    Column("what", lambda row: row.what),
    Column("records", lambda row: row.count, count, right=True),
    Column("the first ones", lambda row: ", ".join(row.places) or None),
)


class SkippedCard(Card):
    """Hidden where nothing was."""

    def __init__(self, session: Session) -> None:
        super().__init__("Left out or mended")
        self.table = FiguresTable(session, "Records left out or mended", COLUMNS, stretched=2, lines=8)
        self.column.addWidget(self.table)

    def show_skipped(self, skipped: Sequence[Skipped]) -> None:
        self.setVisible(bool(skipped))
        total = sum(one.count for one in skipped)
        self.title.setText(f"Left out or mended: {count(total)} {'record' if total == 1 else 'records'}")
        self.table.show_rows(skipped)
