"""The large vocabulary and its index: how big, how fast, and how much of what is best it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import duration, size
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.merged.result import LargeVocabulary

COLUMNS = (
    Column("", lambda row: row[0]),
    Column("value", lambda row: row[1], right=True),
)


def rows_of(found: LargeVocabulary) -> list[tuple[str, str]]:
    return [
        ("tokens", f"{found.size:,}"),
        ("of them seen once in the texts", f"{found.seen_once:,}"),
        ("rows, in 16 bits", size(found.rows_bytes)),
        ("index", size(found.index_bytes)),
        (
            "found, made and indexed in",
            "kept from before" if found.was_kept else duration(found.build_seconds),
        ),
        ("recall@1", f"{found.recall_1:.3f}"),
        ("recall@10", f"{found.recall_10:.3f}"),
        ("recall of all candidates", f"{found.recall_all:.3f}"),
        ("probability on rows not found", f"{found.missing_mass:.3f}"),
        ("one search", f"{found.search_ms:.2f} ms"),
        ("all rows compared", f"{found.exact_ms:.2f} ms"),
    ]


class VocabularyCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("The large vocabulary")
        self.table = FiguresTable(session, "The large vocabulary", COLUMNS, stretched=0, sortable=False)
        self.words = Words(role="muted")
        self.column.addWidget(self.table)
        self.column.addWidget(self.words)

    def show_vocabulary(self, found: LargeVocabulary) -> None:
        self.table.show_rows(rows_of(found))
        self.words.say(
            f"Measured at {found.positions:,} places of the text, beside all rows. What the index "
            "proposes is scored again exactly; what it does not find has no chance to be written."
        )
