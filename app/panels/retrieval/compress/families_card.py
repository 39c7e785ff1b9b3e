"""Which methods of the literature are among the codes, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.card import Card
from app.widgets.disclosure import Disclosure
from app.widgets.figures_table import Column, FiguresTable
from core.retrieval.compress.codecs.families import COMPARED, SURVEYED

if TYPE_CHECKING:
    from app.session import Session

COLUMNS = (
    Column("method", lambda row: row.method),
    Column("code", lambda row: row.codec or None, mono=True),
    Column("", lambda row: row.words),
)


class FamiliesCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("What of the literature is here")
        for title, rows in (
            ("The fourteen methods compared in arXiv 2311.15578", COMPARED),
            ("The eight quantisers of the survey arXiv 2507.22920", SURVEYED),
        ):
            body = QWidget()
            column = QVBoxLayout(body)
            column.setContentsMargins(0, 0, 0, 0)
            table = FiguresTable(session, title, COLUMNS, stretched=2, lines=len(rows), sortable=False)
            table.show_rows(rows)
            column.addWidget(table)
            self.column.addWidget(Disclosure(title, body))
