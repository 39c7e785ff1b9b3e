"""A text read as it is, and with merged tokens: how much shorter, and how much worse foretold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.figures import count, fixed
from app.panels.generation.merged.words import piece_words
from app.widgets.card import Card
from app.widgets.figures_table import Column, FiguresTable
from app.widgets.token_pills import TokenPills
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from core.merged.result import Reading, WrittenPiece

MOST = 120
"""Tokens of the text that are shown."""
BITS = "Bits for each byte of the token after each merged one, which is foretold both ways"


def columns(tokens: int) -> tuple[Column, ...]:
    """`tokens`: of the text, unmerged."""
    return (
        Column("merges", lambda point: point.merges, count),
        Column("tokens", lambda point: point.tokens, count, right=True),
        Column(
            "saved", lambda point: 1 - point.tokens / max(1, tokens), lambda share: f"{share:.0%}", right=True
        ),
        Column(
            "plain bits",
            lambda point: point.bits_plain,
            lambda value: fixed(value, 3),
            right=True,
            tip=f"{BITS}: read as it is",
        ),
        Column(
            "merged bits",
            lambda point: point.bits_merged,
            lambda value: fixed(value, 3),
            right=True,
            tip=f"{BITS}: read merged",
        ),
        Column(
            "difference",
            lambda point: point.bits_merged - point.bits_plain,
            lambda value: fixed(value, 3, signed=True),
            right=True,
        ),
    )


class ReadingCard(Card):
    def __init__(self, session: Session) -> None:
        super().__init__("Read with merged tokens")
        self.table = FiguresTable(session, "Reading by merges", columns(0), stretched=0, sortable=False)
        self.words = Words(role="muted")
        self.pills = TokenPills("The text’s first tokens, merged")
        for widget in (self.table, self.words, self.pills):
            self.column.addWidget(widget)

    def show_reading(self, reading: Reading, pieces: Sequence[WrittenPiece]) -> None:
        self.table.figures.set_columns(columns(reading.tokens))
        self.table.show_rows(reading.points)
        self.words.say(
            f"Unmerged, {reading.bytes:,} bytes are {reading.tokens:,} tokens of "
            f"{reading.plain_bits_per_byte:.3f} bits per byte. With all merges, as the text then begins "
            "(merged tokens are tinted and underlined):"
        )
        some = pieces[:MOST]
        self.pills.show_tokens(
            [piece.text for piece in some], [piece.merged for piece in some], piece_words(some)
        )
