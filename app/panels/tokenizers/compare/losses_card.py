"""The first text of each kind that a tokenizer does not give back, around the place where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count
from app.panels.tokenizers.compare.languages import text_name
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.visible_text import shown_token

if TYPE_CHECKING:
    from app.session import Session
    from core.tokenizers.compare.result import CompareTokenizersResult

COLUMNS = (
    Column("Tokenizer", lambda loss: loss.tokenizer),
    Column("Text", lambda loss: loss.text, text=lambda key: text_name(key).short),
    Column("Document", lambda loss: loss.document, text=count, right=True),
    Column("Why", lambda loss: loss.why),
    Column("Before", lambda loss: loss.before, text=shown_token, mono=True),
    Column("After", lambda loss: loss.after, text=shown_token, mono=True),
)


class LossesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("What does not come back")
        self.table = FiguresTable(session, "What does not come back", COLUMNS, stretched=5, lines=10)
        self.column.addWidget(self.table)

    def show_result(self, result: CompareTokenizersResult) -> None:
        self.table.show_rows(result.losses)
        self.setVisible(bool(result.losses))
