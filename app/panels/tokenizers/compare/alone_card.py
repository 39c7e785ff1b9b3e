"""The tokenizers by themselves: what they are, how they cut numbers, what they do not give back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from app.session import Session
    from core.tokenizers.compare.result import CompareTokenizersResult, TokenizerRow


class AloneCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("The tokenizers by themselves")
        self.table = FiguresTable(session, "The tokenizers by themselves", _columns(None), stretched=0)
        self.column.addWidget(self.table)

    def show_result(self, result: CompareTokenizersResult) -> None:
        self.table.figures.set_columns(_columns(result))
        self.table.show_rows(result.tokenizers)


def _columns(result: CompareTokenizersResult | None) -> list[Column]:
    found = [
        Column("Tokenizer", lambda row: row.name, raw=lambda row: row.path),
        Column("Format", lambda row: row.format),
        Column("Model", lambda row: row.model),
        Column("Tokens", lambda row: row.size, text=count, right=True),
        Column("Does not give back", lambda row: ", ".join(row.lossy) or None),
    ]
    if result is None:
        return found
    for measure in result.measures:
        told = any(measure.key in row.words for row in result.tokenizers)
        if measure.of == "tokenizer" and any(measure.key in row.figures for row in result.tokenizers):
            found.append(
                Column(
                    measure.title,
                    partial(_figure, measure.key),
                    text=partial(fixed, places=measure.digits),
                    right=True,
                    tip=measure.description,
                )
            )
        if told:
            title = f"{measure.title}, in words"
            found.append(Column(title, partial(_words, measure.key), tip=measure.description))
    return found


def _figure(key: str, row: TokenizerRow) -> float | None:
    figure = row.figures.get(key)
    return None if figure is None else figure.value


def _words(key: str, row: TokenizerRow) -> str | None:
    return row.words.get(key)
