"""One retrieval system in a list: its colour and name, a button to take it out, and, opened, its form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.dot import Dot
from app.widgets.form_schema import Field, Member, member_of
from app.widgets.others_editor import Offered, OtherEditor, OthersEditor
from app.widgets.row_head import RowHead
from app.widgets.tooltip import tooltip
from core.retrieval.systems import SYSTEMS

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.form import Form

MakeForm = Callable[[Sequence[Field], "Session", QWidget], "Form"]
OF, KIND, NAME = "of", "kind", "label"


@cache
def members() -> dict[str, Member]:
    """Kind → what it is and asks. The model comes first, the name last."""
    return {kind: _arranged(member_of(cls, KIND)) for kind, cls in SYSTEMS.items()}


def _arranged(member: Member) -> Member:
    fields = [
        replace(field, kind="others" if field.kind == "lines" else "other") if field.key == OF else field
        for field in member.fields
    ]
    return replace(member, fields=tuple(sorted(fields, key=lambda field: field.key == NAME)))


class SystemRow(QFrame):
    """Delete takes it out; its name opens and closes the form, which is made when it is first opened."""

    changed = Signal()
    """A person changed a parameter."""
    opened = Signal(bool)
    removed = Signal()

    def __init__(self, values: dict[str, Any], session: Session, make_form: MakeForm) -> None:
        super().__init__()
        self.kind: str = values[KIND]
        self.member = members()[self.kind]
        self._values = {key: value for key, value in values.items() if key != KIND}
        self._session, self._make_form = session, make_form
        self._others: Offered = ()
        self.form: Form | None = None
        theme.styled(self, chip="system")
        self.dot = Dot(0)
        self.head = RowHead()
        self.head.toggled.connect(self._toggle)
        self.remove = theme.styled(QPushButton(icon("close"), ""), kind="chip")
        self.remove.setIconSize(QSize(10, 10))
        self.remove.clicked.connect(self.removed)
        row = QHBoxLayout()
        row.setContentsMargins(10, 3, 8, 3)
        row.setSpacing(4)
        row.addWidget(self.dot)
        row.addWidget(self.head, 1)
        row.addWidget(self.remove)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(10, 2, 10, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(self._body)
        self._body_margins(False)

    # What it holds

    def values(self) -> dict[str, Any]:
        """As JSON data that the request validates."""
        return {KIND: self.kind, **self._values}

    def own_name(self) -> str | None:
        """As the system itself says it; None while something is missing or wrong."""
        try:
            return SYSTEMS[self.kind].model_validate(self.values()).named()
        except ValidationError:
            return None

    @property
    def of(self) -> list[str]:
        """How the systems are referred to that it builds on, where it says so."""
        value = self._values.get(OF)
        return [value] if isinstance(value, str) else list(value or ())

    def put_of(self, references: Sequence[str]) -> None:
        """Refer to others in this way from now on."""
        if OF in self._values and self.of != list(references):
            several = not isinstance(self._values[OF], str)
            self._values[OF] = (list(references) or None) if several else next(iter(references), None)
            if self._values[OF] is None:
                del self._values[OF]

    def offer(self, others: Offered) -> None:
        """Those that it may build on."""
        self._others = others
        if self.form is not None:
            self._offer()

    def say(self, name: str, number: int) -> None:
        """What it is called, and its colour."""
        self.dot.number = number
        self.dot.update()
        self.head.say(name)
        self.head.setAccessibleName(f"{name}, {self.member.title}")
        self.head.setToolTip(tooltip(f"{name}\n{self.member.title}: {self.member.sentence}"))
        self.remove.setAccessibleName(f"Take out {name}")
        self.remove.setToolTip(tooltip(f"Take out {name}"))

    # Its form

    def open(self, opened: bool = True) -> None:
        self.head.setChecked(opened)

    def stops(self) -> list[QWidget]:
        """What takes the focus, in order."""
        inner = self.form.stops() if self.form is not None and self.head.isChecked() else []
        return [self.head, self.remove, *inner]

    def _toggle(self, opened: bool) -> None:
        if opened and self.form is None:
            self.form = self._make_form(self.member.fields, self._session, self)
            self.form.set_values(self._values)
            self._offer()
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

    def _offer(self) -> None:
        for box in self.form.boxes() if self.form is not None else ():
            if isinstance(box.editor, OtherEditor | OthersEditor):
                box.editor.offer(self._others)
                box.editor.set_value(self._values.get(OF, box.field.default))

    def _on_change(self) -> None:
        assert self.form is not None
        self._values = self.form.values()
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        """Say beside the fields what is wrong; what is only missing yet is not."""
        problems: dict[str, str] = {}
        try:
            SYSTEMS[self.kind].model_validate(self.values())
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["type"] != "missing":
                    problems[str(fault["loc"][0])] = fault_words(fault["msg"])
        if self.form is not None:
            self.form.show_lines({}, problems)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        on_head = self.head.hasFocus() or self.remove.hasFocus()
        if on_head and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


def fault_words(message: str) -> str:
    """What pydantic says is wrong, as a sentence."""
    words = message.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."
