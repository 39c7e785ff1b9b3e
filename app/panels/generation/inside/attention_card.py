"""Attention: choose a token, and see what it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox

from app.panels.generation.inside.layers_grid import percent
from app.widgets.card import Card
from app.widgets.token_heat import AnyToken, Heat
from app.widgets.token_text import TokenText
from app.widgets.visible_text import isolated
from app.widgets.words import Words

if TYPE_CHECKING:
    from core.generation.lens.result import LensResult, Looked

MOST_TOLD = 5
MEANING = (
    "Click a token, or go to it by the arrow keys and press Return: the stronger the tint of another, the "
    "more it takes from that. All layers: rolled out, half of each left to the residual stream (arXiv "
    "2005.00928). A first token with much of it is often only where heads rest."
)


@dataclass(frozen=True)
class Spot:
    """A token that is looked at. It has no figures of its own."""

    place: int
    text: str
    start: int
    end: int
    logprob: None = None
    rank: None = None
    entropy: None = None
    alternatives: Sequence[Any] = field(default=())


class AttentionText(TokenText):
    """Says of each token how much of the attention it has."""

    def words(self, number: int) -> str:
        said, share = isolated(self._tokens[number].text), self.tint(number)
        return said if share is None else f"{said}: {percent(share)} of the attention"


class AttentionCard(Card):
    def __init__(self) -> None:
        super().__init__("What a token looks at")
        self._looked: Looked | None = None
        self._position = -1
        self.layer, self.heads = QComboBox(), QComboBox()
        for box, name in ((self.layer, "Layer"), (self.heads, "Head")):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(self._show)
            self.head.addWidget(box)
        self.text = AttentionText("What the chosen token looks at")
        self.text.chosen.connect(self.choose)
        self.told = Words(role="body", selectable=True)
        self.meaning = Words(MEANING, "small")
        for widget in (self.text, self.told, self.meaning):
            self.column.addWidget(widget)

    @property
    def position(self) -> int:
        """The token chosen."""
        return self._position

    def show_result(self, result: LensResult) -> None:
        looked, attention = result.looked, result.looked.attention
        there = attention is not None and bool(attention.positions)
        self.setVisible(there)
        self._looked = looked if there else None
        if attention is None or not there:
            return
        self._offer(self.layer, "All layers", [f"Layer {n + 1}" for n in range(len(attention.weights))])
        self._offer(
            self.heads, "Mean of the heads", [f"Head {n + 1}" for n in range(len(attention.weights[0]))]
        )
        self.text.show_tokens(_spots(looked))
        self._position = attention.positions[-1]
        self._show()

    @Slot(int)
    def choose(self, position: int) -> None:
        """Another token, where its attention was kept."""
        if self._looked is None or self._looked.attention is None:
            return
        if position in self._looked.attention.positions:
            self._position = position
            self._show()
        else:
            self.told.say(
                "The prompt is long: only the last "
                f"{len(self._looked.attention.positions)} tokens' attention was kept."
            )

    @Slot()
    def _show(self) -> None:
        if self._looked is None or self._looked.attention is None:
            return
        layer, head = self.layer.currentData(), self.heads.currentData()
        self.heads.setEnabled(isinstance(layer, int))
        row = self._looked.attention.row(self._position, layer, head if layer is not None else None)

        def value(token: AnyToken) -> float | None:
            assert isinstance(token, Spot)
            return row[token.place] if token.place < len(row) else None

        self.text.set_heat(Heat("attention", "Attention", value, percent, max(row) or 1.0, "none", "most"))
        chosen = self.text.tokens[self._position]
        self.text.light(chosen.start, chosen.end)
        first = sorted(range(len(row)), key=lambda place: -row[place])[:MOST_TOLD]
        tokens = self._looked.tokens
        most = ", ".join(
            f"{isolated(tokens[place])} {percent(row[place])}" for place in first if row[place] > 0
        )
        self.told.say(f"{isolated(tokens[self._position])} looks at {most}.")

    @staticmethod
    def _offer(box: QComboBox, first: str, others: Sequence[str]) -> None:
        """The choice made before stays where there is one like it."""
        before = box.currentText()
        box.blockSignals(True)
        box.clear()
        box.addItem(first, None)
        for number, name in enumerate(others):
            box.addItem(name, number)
        box.setCurrentIndex(max(0, box.findText(before)))
        box.blockSignals(False)


def _spots(looked: Looked) -> list[Spot]:
    """One after the other; what stands before any text has no place of its own in it."""
    found, at = [], 0
    for place, text in enumerate(looked.tokens):
        end = at + (max(1, len(text.encode())) if place >= looked.first else 0)
        found.append(Spot(place, text, at, end))
        at = end
    return found
