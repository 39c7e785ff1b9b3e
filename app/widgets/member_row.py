"""One entry of a list, each set up by itself: its name, a button to take it out, and, opened, its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.form_schema import Field, Member
from app.widgets.row_head import RowHead

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.form import Form

MakeForm = Callable[[Sequence[Field], "Session", QWidget], "Form"]
KIND = "kind"


class MemberRow(QFrame):
    """Delete takes it out; its name opens and closes the form, which is made when it is first opened.

    A subclass puts what it shows into `row`, says what it is of, and what it is called.
    """

    kinds: ClassVar[Mapping[str, type[BaseModel]]]
    """What validates the values of each kind."""
    not_yet: ClassVar[frozenset[str]] = frozenset({"missing"})
    """Faults, as pydantic names them, that are not told: something is only missing yet."""

    changed = Signal()
    """A person changed a parameter."""
    opened = Signal(bool)
    removed = Signal()

    def __init__(self, member: Member, values: dict[str, Any], session: Session, make_form: MakeForm) -> None:
        super().__init__()
        self.kind: str = values[KIND]
        self.member = member
        self._values = {key: value for key, value in values.items() if key != KIND}
        self._session, self._make_form = session, make_form
        self.form: Form | None = None
        theme.styled(self, chip="system")
        self.head = RowHead()
        self.head.toggled.connect(self._toggle)
        self.remove = small_button("close")
        self.remove.clicked.connect(self.removed)
        self.row = QHBoxLayout()
        self.row.setContentsMargins(8, 3, 8, 3)
        self.row.setSpacing(4)
        self._body = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.row)
        column.addLayout(self._body)
        self._body_margins(False)

    def values(self) -> dict[str, Any]:
        """As JSON data that the request validates."""
        return {KIND: self.kind, **self._values}

    def open(self, opened: bool = True) -> None:
        self.head.setChecked(opened)

    def buttons(self) -> list[QPushButton]:
        """What stands in the row and takes the focus, in order."""
        return [self.head, self.remove]

    def stops(self) -> list[QWidget]:
        """What takes the focus, in order."""
        inner = self.form.stops() if self.form is not None and self.head.isChecked() else []
        return [*self.buttons(), *inner]

    def _made(self) -> None:
        """The form has just been made."""

    def _told(self) -> None:
        """A person has just changed a parameter."""

    def _toggle(self, opened: bool) -> None:
        if opened and self.form is None:
            self.form = self._make_form(self.member.fields, self._session, self)
            self.form.set_values(self._values)
            self._made()
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
        self._told()
        self.changed.emit()

    def _check(self) -> None:
        """Say beside the fields what is wrong; what is only missing yet is not."""
        problems: dict[str, str] = {}
        try:
            self.kinds[self.kind].model_validate(self.values())
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["type"] not in self.not_yet:
                    problems[str(fault["loc"][0])] = fault_words(fault["msg"])
        if self.form is not None:
            self.form.show_lines({}, problems)

    def on_head(self) -> bool:
        """Whether the focus is in the row itself, not in the form."""
        return any(button.hasFocus() for button in self.buttons())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.on_head() and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


def small_button(name: str) -> QPushButton:
    """With the icon of that name alone."""
    button = theme.styled(QPushButton(icon(name), ""), kind="chip")
    button.setIconSize(QSize(10, 10))
    return button


def fault_words(message: str) -> str:
    """What pydantic says is wrong, as a sentence."""
    words = message.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."
