"""The text, token by token: which the draft proposed, and which are the target's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.panels.generation.draft.words import piece_words
from app.widgets.card import Card
from app.widgets.token_pills import TokenPills
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.generation.draft.result import DraftPiece

LEGEND = (
    "Tinted and underlined: proposed by the draft, accepted by the target. Plain: the target’s own, in place "
    "of a proposal that it refused, or after the last one."
)
MOST = 2_000
"""Tokens that are shown."""


class TextCard(Card):
    def __init__(self) -> None:
        super().__init__("What was written")
        self.pills = TokenPills("Tokens written, accepted and corrected")
        self.legend = Words(LEGEND, role="muted")
        self.column.addWidget(self.pills)
        self.column.addWidget(self.legend)

    def show_pieces(self, pieces: Sequence[DraftPiece]) -> None:
        some = pieces[:MOST]
        self.pills.show_tokens(
            [piece.text for piece in some],
            [piece.accepted for piece in some],
            [piece_words(piece) for piece in some],
        )
        rest = len(pieces) - len(some)
        self.legend.say(f"{LEGEND} {rest:,} more are not shown." if rest else LEGEND)
