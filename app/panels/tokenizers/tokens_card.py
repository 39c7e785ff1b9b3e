"""A card of tokens as boxes, with a line on what they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton

from app.widgets.card import Card
from app.widgets.token_pills import TokenPills
from app.widgets.words import Words


class TokensCard(Card):
    def __init__(self, title: str, words: str) -> None:
        super().__init__(title)
        self.words = Words(words, "small")
        self.pills = TokenPills(title)
        self.copy = QPushButton("Copy")
        self.copy.setAccessibleName(f"Copy: {title}")
        self.copy.clicked.connect(self.pills.copy)
        self.head.addWidget(self.copy)
        self.column.addWidget(self.words)
        self.column.addWidget(self.pills)

    def show_tokens(self, tokens: Sequence[str], words: str | None = None) -> None:
        """Hides where there are none."""
        self.setVisible(bool(tokens))
        if words is not None:
            self.words.say(words)
        self.pills.show_tokens(tokens)
