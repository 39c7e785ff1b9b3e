"""The first queries of a collection, each with a document that answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from app.session import Session
    from core.retrieval.collections.result import CollectionResult, Example


def _text(row: Example) -> str:
    return " ".join(f"{row.title} {row.text}".split())


COLUMNS = (
    Column("query", lambda row: row.query or None),
    Column("document", lambda row: row.document),
    Column("its text", _text),
)
_QUERY = 0


class ExamplesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("What it holds")
        self.table = FiguresTable(session, "Queries and answers", COLUMNS, stretched=2, sortable=False)
        self.column.addWidget(self.table)

    def show_result(self, result: CollectionResult) -> None:
        asked = any(example.query for example in result.examples)
        self.title.setText("Queries and documents that answer them" if asked else "Its first documents")
        self.table.setColumnHidden(_QUERY, not asked)
        self.table.show_rows(result.examples)
