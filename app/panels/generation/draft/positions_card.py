"""How often proposals were accepted, by their place in the round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.bar_list import Bar, BarList
from app.widgets.card import Card
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.generation.draft.result import DraftResult

WORDS = "Of those that were looked at: what follows a refused proposal is thrown away with it."


class PositionsCard(Card):
    def __init__(self) -> None:
        super().__init__("Accepted, by place in the round")
        self.bars = BarList("Share of proposals accepted, by place in the round")
        self.words = Words(WORDS, role="muted")
        self.column.addWidget(self.bars)
        self.column.addWidget(self.words)

    def show_result(self, result: DraftResult) -> None:
        bars = [
            Bar(
                name=f"{place}.",
                value=position.accepted / position.looked_at,
                text=f"{position.accepted / position.looked_at:.0%} of {position.looked_at:,}",
                limit=1.0,
                color="before",
                words=f"{position.accepted:,} accepted",
            )
            for place, position in enumerate(result.by_position, 1)
            if position.looked_at
        ]
        self.setVisible(bool(bars))
        self.bars.show_bars(bars)
