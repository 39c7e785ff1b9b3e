"""A text each of whose characters has the colour of the model that it owes most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCharFormat

from app.figures import fixed
from app.widgets.dot import series_color
from app.widgets.heat_text import FAINTEST, STRONGEST, HeatText, Part
from app.widgets.visible_text import visible

if TYPE_CHECKING:
    from app.widgets.model_signs import ModelSign
    from core.generation.ensemble.result import Character


class OwedText(HeatText):
    """The stronger the tint, the more it owes that one model; none where all had the same part in it."""

    def __init__(self) -> None:
        super().__init__("What was written, by the model that each character owes most")
        self._characters: tuple[Character, ...] = ()
        self._signs: tuple[ModelSign, ...] = ()
        self._first = 0
        """The place of the first character's part: the prompt's is before it."""

    def show_written(self, prompt: str, characters: Sequence[Character], signs: Sequence[ModelSign]) -> None:
        self._characters, self._signs = tuple(characters), tuple(signs)
        parts = [Part(0, len(prompt), None)] if prompt else []
        self._first, at = len(parts), len(prompt)
        for one in self._characters:
            even = 1 / len(one.owed)
            parts.append(Part(at, at + len(one.text), (max(one.owed) - even) / (1 - even)))
            at += len(one.text)
        self.show_parts(prompt + "".join(one.text for one in self._characters), parts, most=1.0)

    def tint(self, look: QTextCharFormat, number: int) -> None:
        value = self.parts[number].value
        if value is None or value <= FAINTEST:
            return
        owed = self._characters[number - self._first].owed
        sign = self._signs[owed.index(max(owed))]
        look.setBackground(series_color(sign.number, STRONGEST * value))

    def words(self, part: Part) -> str:
        """What hovering says: ``“t”, 1.3 bits: prose-bpe 0.72, prose-unigram 0.28``."""
        if part.value is None:
            return "the prompt"
        one = self._characters[self.parts.index(part) - self._first]
        shares = ", ".join(
            f"{sign.name} {fixed(share, 2)}" for sign, share in zip(self._signs, one.owed, strict=True)
        )
        return f"“{visible(one.text)}”, {fixed(one.bits, 1)} bits: {shares}"
