"""Each model's figures, and those of each text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.score.result import ScoreResult, SliceFigures

EXACT = 2


@dataclass(frozen=True)
class Row:
    name: str
    bits_per_byte: float
    exact: float | None
    tokens: int
    bytes_per_token: float
    perplexity: float
    calls: int | None


def rows_of(result: ScoreResult, signs: Sequence[ModelSign]) -> list[Row]:
    exact = result.exact
    return [
        Row(
            sign.name,
            result.bits_per_byte[place],
            exact.bits_per_byte[place] if exact else None,
            result.tokens[place],
            result.bytes[place] / max(1, result.tokens[place]),
            result.perplexity[place],
            exact.evaluations[place] if exact else None,
        )
        for place, sign in enumerate(signs)
    ]


COLUMNS = (
    Column("model", lambda row: row.name),
    Column(
        "bits per byte",
        lambda row: row.bits_per_byte,
        lambda value: fixed(value, 3),
        right=True,
        tip="Of the tokenizer's own tokens: the only figure that compares across tokenizers",
    ),
    Column(
        "byte by byte",
        lambda row: row.exact,
        lambda value: fixed(value, 3),
        right=True,
        tip="Exact: other ways to write the same bytes count, too, so that it is no higher",
    ),
    Column("tokens", lambda row: row.tokens, count, right=True),
    Column("bytes per token", lambda row: row.bytes_per_token, lambda value: fixed(value, 2), right=True),
    Column(
        "perplexity",
        lambda row: row.perplexity,
        lambda value: fixed(value, 1),
        right=True,
        tip="Per token: does not compare across tokenizers",
    ),
)
TEXT = (
    Column("text", lambda text: text.name),
    Column("bytes", lambda text: text.bytes, count, right=True),
)


class FiguresCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Figures")
        self.table = FiguresTable(session, "Figures of each model", COLUMNS, stretched=0)
        self.texts = FiguresTable(session, "Bits per byte of each text", TEXT, stretched=0)
        self.column.addWidget(self.table)
        self.column.addWidget(self.texts)

    def show_result(self, result: ScoreResult, signs: Sequence[ModelSign]) -> None:
        self.table.show_rows(rows_of(result, signs))
        self.table.setColumnHidden(EXACT, result.exact is None)
        several = len(result.slices) > 1
        self.texts.setVisible(several)
        if several:
            self.texts.figures.set_columns(_of_texts(signs))
            self.texts.show_rows(result.slices)


def _of_texts(signs: Sequence[ModelSign]) -> list[Column]:
    def rate(place: int) -> Column:
        def value(text: SliceFigures) -> float | None:
            return text.bits_per_byte[place]

        return Column(signs[place].name, value, lambda found: fixed(found, 3), right=True)

    return [
        *TEXT,
        *(rate(place) for place in range(len(signs))),
    ]
