"""The law of the next byte, of each model, and what it was worth."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import theme
from app.panels.generation.bytes import words
from app.panels.generation.bytes.byte_bars import ByteBars, byte_rows
from app.widgets.card import Card
from app.widgets.dot import Dot
from app.widgets.model_signs import ModelSign
from app.widgets.segmented import Segmented
from app.widgets.words import Words
from core.generation.bytes.result import Law

CONVENTIONS = (("valid", "The tokenizer's own"), ("all", "Every spelling"))


class LawCard(Card):
    """A click on a bar, or Return, goes on with its byte; the switch asks again the other way."""

    chosen = Signal(int)
    switched = Signal(str)

    def __init__(self) -> None:
        super().__init__("Next byte")
        self.exact = theme.styled(QLabel(words.EXACT), role="muted")
        self.convention = Segmented("Which tokenizations count", CONVENTIONS)
        self.convention.setToolTip(
            "Whether only what the tokenizer would write counts, or every way to spell the text"
        )
        self.convention.chosen.connect(self.switched)
        self.head.addWidget(self.exact)
        self.head.addWidget(self.convention)
        self._legend = QWidget()
        self._legend_row = QHBoxLayout(self._legend)
        self._legend_row.setContentsMargins(0, 0, 0, 0)
        self._legend_row.setSpacing(6)
        self.bars = ByteBars("Next byte, by probability")
        self.bars.chosen.connect(self.chosen)
        self.facts = Words(role="muted", selectable=True)
        self.characters = Words(role="muted", selectable=True)
        self.tokens = Words(role="muted", selectable=True)
        for widget in (self._legend, self.bars, self.facts, self.characters, self.tokens):
            self.column.addWidget(widget)

    def show_laws(
        self, prompt: str, prompt_bytes: int, convention: str, laws: Sequence[Law], signs: Sequence[ModelSign]
    ) -> None:
        """Of the models that have told theirs so far."""
        self.title.setText(words.law_title(prompt))
        self.setAccessibleName(self.title.text())
        self.convention.blockSignals(True)
        self.convention.choose(convention)
        self.convention.blockSignals(False)
        names = [sign.name for sign in signs]
        self._show_legend(signs)
        self.bars.show_rows(byte_rows(laws), names, [sign.number for sign in signs])
        several = len(laws) > 1
        self.facts.say(
            "\n".join(
                f"{name}: {words.law_facts(law, prompt_bytes)}"
                if several
                else words.law_facts(law, prompt_bytes)
                for law, name in zip(laws, names, strict=True)
            )
        )
        told = [words.characters(law) for law in laws]
        self.characters.say(
            "\n".join(
                f"{name}: {said}" if several else said for said, name in zip(told, names, strict=True) if said
            )
        )
        cuts = [words.cut(law) for law in laws]
        lines = [
            f"{name}: {said}" if several else said for said, name in zip(cuts, names, strict=True) if said
        ]
        self.tokens.say("\n".join([words.BY_TOKENS, *lines]) if lines else "")

    def wait(self) -> None:
        """Another answer is under way."""
        self.exact.setText("asking…")

    def answered(self) -> None:
        self.exact.setText(words.EXACT)

    def say_failed(self, sentence: str) -> None:
        self.answered()
        self.facts.say(sentence)

    def _show_legend(self, signs: Sequence[ModelSign]) -> None:
        while (item := self._legend_row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for sign in signs:
            self._legend_row.addWidget(Dot(sign.number))
            label = QLabel(sign.name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._legend_row.addWidget(label)
            self._legend_row.addSpacing(10)
        self._legend_row.addStretch(1)
