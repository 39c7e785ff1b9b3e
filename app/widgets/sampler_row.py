"""One sampler in a list: what it is set to, buttons that move it and take it out, and, opened, its form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from app.widgets.form_schema import Member, member_of
from app.widgets.member_row import KIND, MakeForm, MemberRow, small_button
from app.widgets.tooltip import tooltip
from core.generation.samplers import SAMPLERS

if TYPE_CHECKING:
    from app.session import Session


@cache
def members() -> dict[str, Member]:
    """Kind → what it is and asks."""
    return {kind: member_of(cls, KIND) for kind, cls in SAMPLERS.items()}


class SamplerRow(MemberRow):
    """Alt and the arrows move it, or the pointer that takes hold of its name."""

    kinds = SAMPLERS
    not_yet = frozenset({"missing", "too_short"})

    moved = Signal(int)
    """−1 up, 1 down."""
    dragged = Signal()
    """The pointer takes it along."""

    def __init__(self, values: dict[str, Any], session: Session, make_form: MakeForm) -> None:
        member = members()[values[KIND]]
        defaults = {field.path[-1]: field.default for field in member.fields}
        super().__init__(member, {**defaults, **values}, session, make_form)
        self.head.draggable = True
        self.head.dragged.connect(self.dragged)
        self.up, self.down = small_button("up"), small_button("down")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.row.addWidget(self.head, 1)
        for button in (self.up, self.down, self.remove):
            self.row.addWidget(button)
        self._say()

    @property
    def words(self) -> str:
        """``Top-p · 0.9``"""
        return sampler_words(self.member, self._values, " · ")

    def place(self, number: int, count: int) -> None:
        """It is the `number`-th (from 0) of so many."""
        self.up.setEnabled(number > 0)
        self.down.setEnabled(number < count - 1)
        self.head.setAccessibleName(f"{number + 1}. {self.words}")

    def buttons(self) -> list[QPushButton]:
        return [self.head, self.up, self.down, self.remove]

    def _say(self) -> None:
        self.head.say(self.words)
        source = f"\narXiv {self.member.source}" if self.member.source else ""
        self.head.setToolTip(tooltip(f"{self.words}\n{self.member.sentence}{source}"))
        title = self.member.title
        for button, words in (
            (self.up, f"Apply {title} earlier"),
            (self.down, f"Apply {title} later"),
            (self.remove, f"Take out {title}"),
        ):
            button.setAccessibleName(words)
            button.setToolTip(tooltip(words))

    def _told(self) -> None:
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self.on_head() and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)


def sampler_words(member: Member, values: Mapping[str, Any], between: str = " ") -> str:
    """What it is and is set to: ``Top-p 0.9``; parameters are named where there are several."""
    given = {field: values.get(field.path[-1], field.default) for field in member.fields}
    said = [
        f"{field.title if len(field.title) == 1 else field.title.lower()} {_said(value)}"
        for field, value in given.items()
        if value not in (None, "", [])
    ]
    if len(given) == 1 and said:
        said = [_said(next(iter(given.values())))]
    return between.join([member.title, *said])


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
