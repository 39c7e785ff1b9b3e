"""The controls of a form for a choice of many: one of them, or one with its parameters in a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QWidget

from app import theme
from app.icons import icon
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field, Member
from app.widgets.member_list import Line, MemberList
from app.widgets.tooltip import tooltip

MANY = 8
"""Members from which a choice is searched, and not unfolded."""
SIGN = 12
"""Pixels of the sign that says there is more."""
SAME = "-"
"""Stands for there being none among names."""


class _Chosen(QPushButton):
    """Looks like a field; the down key opens it, too."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        theme.styled(self, kind="field")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words = ""
        self.clicked.connect(self.asked)

    def say(self, words: str) -> None:
        self.words = words
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 46
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRect(self.width() - 12 - SIGN, (self.height() - SIGN) // 2, SIGN, SIGN)
        icon("chevron-down").paint(QPainter(self), place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit()
        else:
            super().keyPressEvent(event)


class ChoiceEditor(Editor):
    """One of many members: a list to search opens under it."""

    def __init__(self, field: Field, titles: Mapping[str, str]) -> None:
        super().__init__(field)
        self._titles = titles
        self._name = ""
        self._open: MemberList | None = None
        self.box = _Chosen()
        self._add_control(self.box)
        self.box.asked.connect(self.unfold)
        self.set_value((field.default or {}).get(field.discriminator))

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> str:
        return self._name

    def set_value(self, value: Any) -> None:
        """By the member's name; an unknown one is taken for the default."""
        names = [member.name for member in self.field.members]
        default = (self.field.default or {}).get(self.field.discriminator, names[0])
        self._show(value if value in names else default)

    @Slot()
    def unfold(self) -> None:
        self._open = MemberList(self.box, self.field.title)
        self._open.chosen.connect(self._choose)
        self._open.closed.connect(self._open.deleteLater)
        self._open.offer(lines_of(self.field.members, self._titles), self._name)

    @Slot(str)
    def _choose(self, name: str) -> None:
        if name != self._name:
            self._show(name)
            self.changed.emit()

    def _show(self, name: str) -> None:
        self._name = name
        member = next(member for member in self.field.members if member.name == name)
        self.box.say(member.title)
        self.box.setAccessibleName(f"{self.field.title}: {member.title}")


class SpeltEditor(Editor):
    """A member and its parameters as one line of text, or none: ``omp k=8``."""

    def __init__(self, field: Field, titles: Mapping[str, str]) -> None:
        super().__init__(field)
        self._titles = titles
        self._name = SAME
        self._open: MemberList | None = None
        self.box = _Chosen()
        self._add_control(self.box)
        self.box.asked.connect(self.unfold)
        self.parameters = QLineEdit()
        self.parameters.setFont(theme.mono_font())
        self.parameters.setAccessibleName(f"{field.title}: its parameters")
        self.parameters.setToolTip(tooltip("Only what differs from the default"))
        self.parameters.textChanged.connect(lambda _: self.changed.emit())
        self.column.addWidget(self.parameters)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def value(self) -> str | None:
        if self._name == SAME:
            return None
        return f"{self._name} {self.parameters.text().strip()}".strip()

    def set_value(self, value: Any) -> None:
        name, _, parameters = (value if isinstance(value, str) else "").strip().partition(" ")
        self.blockSignals(True)
        self.parameters.setText(parameters)
        self._show(name if any(member.name == name for member in self.field.members) else SAME)
        self.blockSignals(False)

    @Slot()
    def unfold(self) -> None:
        self._open = MemberList(self.box, self.field.title)
        self._open.chosen.connect(self._choose)
        self._open.closed.connect(self._open.deleteLater)
        none = Line(SAME, _capital(self.field.none or "none"), self.field.help)
        self._open.offer([none, *lines_of(self.field.members, self._titles)], self._name)

    @Slot(str)
    def _choose(self, name: str) -> None:
        if name != self._name:
            self.parameters.clear()
            self._show(name)
            self.changed.emit()

    @property
    def member(self) -> Member | None:
        """The one chosen, if any."""
        return next((member for member in self.field.members if member.name == self._name), None)

    def _show(self, name: str) -> None:
        self._name = name
        member = self.member
        title = member.title if member is not None else _capital(self.field.none or "none")
        self.box.say(title)
        self.box.setAccessibleName(f"{self.field.title}: {title}")
        takes = " ".join(_takes(member)) if member is not None else ""
        self.parameters.setVisible(bool(takes))
        self.parameters.setPlaceholderText(takes)


def lines_of(members: Sequence[Member], titles: Mapping[str, str]) -> list[Line]:
    """In groups by what they need, those that need nothing first. `titles` are of the request's fields."""
    groups = {member.needs for member in members}

    def group(member: Member) -> str:
        if len(groups) == 1:
            return ""
        needs = [_lower(titles.get(name, name)) for name in member.needs]
        return f"Needs {' and '.join(needs)}" if needs else "Needs nothing else"

    ordered = sorted(members, key=lambda member: (len(member.needs), member.needs))
    return [Line(m.name, m.title, m.sentence, m.source, group(m)) for m in ordered]


def _takes(member: Member) -> list[str]:
    """Its parameters as they are written, at their defaults."""
    return [f"{field.path[-1]}={_said(field.default)}" for field in member.fields]


def _said(value: Any) -> str:
    if value is None:
        return "…"
    return value if isinstance(value, str) else json.dumps(value)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"
