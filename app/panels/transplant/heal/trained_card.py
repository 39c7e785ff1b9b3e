"""What was trained, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.figures import count
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.heal.result import HealResult


def _said(value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return count(value) if whole else f"{value:g}" if isinstance(value, float) else str(value)


COLUMNS = (
    Column("setting", lambda row: row[0].replace("_", " ")),
    Column("value", lambda row: row[1], _said, right=True),
)


class TrainedCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("What was trained")
        self.words = Words(role="body")
        self.table = FiguresTable(session, "Settings of the healing", COLUMNS, stretched=0, sortable=False)
        self.column.addWidget(self.words)
        self.column.addWidget(self.table)

    def show_result(self, result: HealResult) -> None:
        self.words.say(f"{result.what()} All else is the transplant's, byte for byte.")
        rows = [(name, value) for name, value in result.settings.items() if value is not None]
        self.table.show_rows(rows)
