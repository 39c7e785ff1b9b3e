"""What the models wrote together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel

from app import theme
from app.figures import fixed
from app.panels.generation.ensemble.owed_text import OwedText
from app.widgets.card import Card
from app.widgets.dot import Dot

if TYPE_CHECKING:
    from app.widgets.model_signs import ModelSign
    from core.generation.ensemble.result import Character


class WrittenCard(Card):
    """Each character has the colour of the model that it owes most; the legend says how much of all."""

    def __init__(self) -> None:
        super().__init__("Written together")
        self.text = OwedText()
        self.text.setFont(theme.mono_font())
        self.legend: list[QLabel] = []
        self._signs: tuple[ModelSign, ...] = ()
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        self.head.addLayout(self._row)
        self.column.addWidget(self.text)

    def show_written(self, prompt: str, characters: Sequence[Character], signs: Sequence[ModelSign]) -> None:
        """`characters` may be those so far."""
        self.text.show_written(prompt, characters, signs)
        if tuple(signs) != self._signs:
            self._signs = tuple(signs)
            self._make_legend()
        for place, (label, sign) in enumerate(zip(self.legend, signs, strict=True)):
            share = sum(one.owed[place] for one in characters) / max(1, len(characters))
            label.setText(f"{sign.name} {fixed(100 * share, 0)} %")

    def _make_legend(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.legend = []
        for sign in self._signs:
            label = theme.styled(QLabel(), role="muted")
            label.setToolTip(f"How much of the text is owed to {sign.name}: its weight times what it gave")
            self._row.addWidget(Dot(sign.number))
            self._row.addWidget(label)
            self.legend.append(label)
