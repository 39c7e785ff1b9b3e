"""One sampler in a list: what it is set to, buttons that move it and take it out, and, opened, its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.form_schema import Field, Member, member_of
from app.widgets.row_head import RowHead
from app.widgets.system_row import fault_words
from app.widgets.tooltip import tooltip
from core.generation.samplers import SAMPLERS

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.form import Form

MakeForm = Callable[[Sequence[Field], "Session", QWidget], "Form"]
KIND = "kind"


@cache
def members() -> dict[str, Member]:
    """Kind → what it is and asks."""
    return {kind: member_of(cls, KIND) for kind, cls in SAMPLERS.items()}


class SamplerRow(QFrame):
    """Delete takes it out, Alt and the arrows move it; its name opens and closes the form."""

    changed = Signal()
    opened = Signal(bool)
    removed = Signal()
    moved = Signal(int)
    """−1 up, 1 down."""

    def __init__(self, values: dict[str, Any], session: Session, make_form: MakeForm) -> None:
        super().__init__()
        self.kind: str = values[KIND]
        self.member = members()[self.kind]
        defaults = {field.path[-1]: field.default for field in self.member.fields}
        self._values = {**defaults, **{key: value for key, value in values.items() if key != KIND}}
        self._session, self._make_form = session, make_form
        self.form: Form | None = None
        theme.styled(self, chip="system")
        self.head = RowHead()
        self.head.toggled.connect(self._toggle)
        self.up, self.down = _button("up"), _button("down")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.remove = _button("close")
        self.remove.clicked.connect(self.removed)
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        row.addWidget(self.head, 1)
        for button in (self.up, self.down, self.remove):
            row.addWidget(button)
        self._body = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(self._body)
        self._body_margins(False)
        self._say()

    def values(self) -> dict[str, Any]:
        """As JSON data that the request validates."""
        return {KIND: self.kind, **self._values}

    @property
    def words(self) -> str:
        """``Top-p · 0.9``"""
        return sampler_words(self.member, self._values, " · ")

    def place(self, number: int, count: int) -> None:
        """It is the `number`-th (from 0) of so many."""
        self.up.setEnabled(number > 0)
        self.down.setEnabled(number < count - 1)
        self.head.setAccessibleName(f"{number + 1}. {self.words}")

    def open(self, opened: bool = True) -> None:
        self.head.setChecked(opened)

    def stops(self) -> list[QWidget]:
        """What takes the focus, in order."""
        inner = self.form.stops() if self.form is not None and self.head.isChecked() else []
        return [self.head, self.up, self.down, self.remove, *inner]

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

    def _toggle(self, opened: bool) -> None:
        if opened and self.form is None:
            self.form = self._make_form(self.member.fields, self._session, self)
            self.form.set_values(self._values)
            self._body.addWidget(self.form)
            self.form.changed.connect(self._on_change)
        if self.form is not None:
            self.form.setVisible(opened)
            self._check()
        self._body_margins(opened)
        self.head.setAccessibleDescription("shown" if opened else "folded away")
        self.opened.emit(opened)

    def _body_margins(self, opened: bool) -> None:
        self._body.setContentsMargins(10, 2 if opened else 0, 10, 12 if opened else 0)

    def _on_change(self) -> None:
        assert self.form is not None
        self._values = self.form.values()
        self._check()
        self._say()
        self.changed.emit()

    def _check(self) -> None:
        """Say beside the fields what is wrong; what is only missing yet is not."""
        problems: dict[str, str] = {}
        try:
            SAMPLERS[self.kind].model_validate(self.values())
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["type"] not in ("missing", "too_short"):
                    problems[str(fault["loc"][0])] = fault_words(fault["msg"])
        if self.form is not None:
            self.form.show_lines({}, problems)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        on_head = any(button.hasFocus() for button in (self.head, self.up, self.down, self.remove))
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if on_head and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif on_head and step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)


def _button(name: str) -> QPushButton:
    button = theme.styled(QPushButton(icon(name), ""), kind="chip")
    button.setIconSize(QSize(10, 10))
    return button


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
