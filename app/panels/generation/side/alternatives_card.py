"""The token that was chosen: what might have stood in its place, and how to go on from there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from app import theme
from app.figures import count, fixed
from app.panels.generation.side.texts import Text
from app.widgets.alternatives_list import AlternativesList, Choice
from app.widgets.card import Card
from app.widgets.dot import Dot
from app.widgets.model_signs import ModelSign
from app.widgets.token_heat import bits
from app.widgets.words import Words
from core.generation.result_parts import TokenRecord

HINT = "Press a token, or go there with the arrow keys and press Return: here is what might have stood there."
NONE = "No alternatives were kept of this token."


@dataclass(frozen=True)
class Place:
    """A token of a text."""

    column: int
    text: Text
    number: int

    @property
    def token(self) -> TokenRecord:
        return self.text.tokens[self.number]


class AlternativesCard(Card):
    branch_asked = Signal(object, object)
    """A `Place`, and the `Choice` that is to stand there."""
    bytes_asked = Signal(object)
    """A `Place`: what comes next there, byte by byte?"""

    def __init__(self) -> None:
        super().__init__("What might have stood there")
        self.place: Place | None = None
        self.dot = Dot(0)
        self.model = theme.styled(QLabel(), role="small")
        self.model.setTextFormat(Qt.TextFormat.PlainText)
        self.head.addWidget(self.dot)
        self.head.addWidget(self.model)
        self.facts = Words(HINT, "muted")
        self.list = AlternativesList("Alternatives of this token")
        self.branch = QPushButton("Branch from here")
        self.branch.setToolTip("Write on with the chosen token in place of this one: a run of its own")
        self.next = theme.styled(QPushButton("Next byte here…"), kind="link")
        self.next.setToolTip("What each model foretells at this place, byte by byte")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.branch)
        row.addWidget(self.next)
        row.addStretch(1)
        self.column.addWidget(self.facts)
        self.column.addWidget(self.list)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self.list.chosen.connect(self._picked)
        self.list.taken.connect(self._take)
        self.branch.clicked.connect(self._branch)
        self.next.clicked.connect(lambda: self.bytes_asked.emit(self.place))
        self.clear()

    def clear(self) -> None:
        """No token is chosen."""
        self.place = None
        self.title.setText("What might have stood there")
        self.facts.say(HINT)
        for widget in (self.dot, self.model, self.list, self.branch, self.next):
            widget.hide()

    def show_place(self, place: Place, sign: ModelSign, shown: str) -> None:
        """`shown` is the token as it can be seen."""
        self.place = place
        token, cost = place.token, bits(place.token)
        self.title.setText(f"In place of “{shown}”")
        self.dot.number = sign.number
        self.dot.update()
        self.model.setText(sign.name)
        said = [f"Byte {count(token.start)}"]
        if cost is not None:
            said.append(f"{fixed(cost, 2)} bits")
        if token.rank is not None:
            said.append("the likeliest" if token.rank == 0 else f"rank {count(token.rank + 1)}")
        if token.entropy is not None:
            said.append(f"entropy {fixed(token.entropy, 2)} bits")
        if token.sampled is not None and cost is not None and abs(token.sampled + cost * math.log(2)) > 1e-4:
            said.append(f"drawn with {fixed(100 * math.exp(token.sampled), 1)} %")
        choices = choices_of(token, shown)
        self.facts.say(" · ".join(said) + (f"\n{NONE}" if len(choices) < 2 else ""))
        self.list.show_choices(choices, sign.number)
        for widget in (self.dot, self.model, self.next):
            widget.show()
        self.list.setVisible(bool(choices))
        self.branch.setVisible(len(choices) > 1)
        other = next((at for at, choice in enumerate(choices) if not choice.taken), -1)
        self.list.pick(other)

    @Slot(object)
    def _picked(self, choice: Choice) -> None:
        self.branch.setText(f"Branch from “{choice.name}”" if not choice.taken else "Branch from here")
        self.branch.setEnabled(not choice.taken)

    @Slot(object)
    def _take(self, choice: Choice) -> None:
        if not choice.taken and self.place is not None:
            self.branch_asked.emit(self.place, choice)

    @Slot()
    def _branch(self) -> None:
        if self.list.picked is not None:
            self._take(self.list.picked)


def choices_of(token: TokenRecord, shown: str) -> list[Choice]:
    """The alternatives, the likeliest first; after them what stands in the text, if it is not among them."""
    found, together = [], 0.0
    for other in token.alternatives:
        share = math.exp(other.logprob)
        together += share
        found.append(Choice(other.id, other.text, share, together, taken=other.id == token.id))
    if token.logprob is not None and not any(choice.taken for choice in found):
        rank = f"Rank {count(token.rank + 1)}" if token.rank is not None else ""
        found.append(Choice(token.id, token.text or shown, math.exp(token.logprob), None, True, rank))
    return found
