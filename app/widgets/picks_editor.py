"""The control of a form that picks several things with parameters: methods of a sweep, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.widgets.form_editors import Editor, LinesEditor
from app.widgets.form_schema import Field, Pick
from app.widgets.segmented import Segmented
from app.widgets.tooltip import tooltip
from app.widgets.words import Words

EVERY, CHOSEN = "every", "chosen"
INDENT, GAP = 24, 8
"""Pixels by which what belongs to a pick stands in, and under it."""


class _Box(QCheckBox):
    """Cuts its words at the end where there is no room for them; they are read out, and shown, whole."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - INDENT - 4
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))


class PickRow(QWidget):
    """One thing to pick; what it is and its parameters come to light when it is picked."""

    changed = Signal()

    def __init__(self, pick: Pick) -> None:
        super().__init__()
        self.pick = pick
        self.box = _Box(pick.title)
        self.box.setToolTip(tooltip(f"{pick.title}: {pick.sentence}"))
        self.box.setAccessibleDescription(pick.sentence)
        self.sentence = Words(pick.sentence, "small")
        self.parameters = QLineEdit()
        self.parameters.setFont(theme.mono_font())
        self.parameters.setPlaceholderText(pick.takes)
        self.parameters.setAccessibleName(f"Parameters of {pick.title}")
        self.parameters.setToolTip(
            tooltip("Only what differs from the default; several values after commas are tried each.")
        )
        self._more = more = QVBoxLayout()
        more.setSpacing(3)
        more.addWidget(self.sentence)
        more.addWidget(self.parameters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addLayout(more)
        self.box.toggled.connect(self._show)
        self.box.toggled.connect(lambda _: self.changed.emit())
        self.parameters.textChanged.connect(lambda _: self.changed.emit())
        self._show(False)

    @property
    def line(self) -> str:
        """``omp k=8,16``; nothing where it is not picked."""
        return f"{self.pick.name} {self.parameters.text().strip()}".strip() if self.box.isChecked() else ""

    def put(self, parameters: str | None) -> None:
        """Pick it with these parameters, or (None) leave it out."""
        self.box.setChecked(parameters is not None)
        self.parameters.setText(parameters or "")

    @Slot(bool)
    def _show(self, picked: bool) -> None:
        self._more.setContentsMargins(INDENT, 0, 0, GAP if picked else 0)
        self.sentence.setVisible(picked)
        self.parameters.setVisible(picked and bool(self.pick.takes))


class PicksEditor(Editor):
    """Everything, or a list to tick; under either, lines in words for whatever a list cannot say.

    A value is lines: a pick's name and its parameters each. The field's `every` is the line for all of them;
    without one there is the list only, and without an `example`, or where no pick takes parameters, no lines
    in words.
    """

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.rows = {pick.name: PickRow(pick) for pick in field.picks}
        self.which = Segmented(field.title, ((EVERY, "All of them"), (CHOSEN, "Choose")))
        self.which.setVisible(bool(field.every))
        self.list = QWidget()
        column = QVBoxLayout(self.list)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        for row in self.rows.values():
            column.addWidget(row)
            row.changed.connect(self.changed)
        self.more = LinesEditor(Field(field.path, f"{field.title}, in words", "lines", default=[]))
        self.more.box.setPlaceholderText(field.example)
        self.more.changed.connect(self.changed)
        head = QHBoxLayout()
        head.addWidget(self.which)
        head.addStretch(1)
        words = QLabel("Also, in words, one a line")
        theme.styled(words, role="small")
        words.setBuddy(self.more.box)
        self.column.addLayout(head)
        self.column.addWidget(self.list)
        self.column.addWidget(words)
        self.column.addWidget(self.more)
        self.which.chosen.connect(self._switch)
        self.which.setVisible(bool(field.every))
        lines = bool(field.example) and any(pick.takes for pick in field.picks)
        words.setVisible(lines)
        self.more.setVisible(lines)
        self.setFocusProxy(self.control)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.which.buttons[self.which.key] if self.field.every else next(iter(self.rows.values())).box

    def value(self) -> list[str]:
        picked = [self.field.every] if self.which.key == EVERY else self._picked()
        return [*picked, *(self.more.value() or ())]

    def set_value(self, value: Any) -> None:
        lines = [line for line in value if isinstance(line, str)] if isinstance(value, list) else []
        self.blockSignals(True)
        every = bool(self.field.every) and self.field.every in lines
        others = self._tick([line for line in lines if line != self.field.every])
        self.more.set_value(others)
        self.which.choose(EVERY if every else CHOSEN)
        self.list.setVisible(not every)
        self.blockSignals(False)

    def _picked(self) -> list[str]:
        return [row.line for row in self.rows.values() if row.line]

    def _tick(self, lines: Sequence[str]) -> list[str]:
        """Tick what the lines say; those that the list cannot say."""
        ticked: dict[str, str] = {}
        others = []
        for line in lines:
            name, _, parameters = line.strip().partition(" ")
            if name in self.rows and name not in ticked and "/" not in parameters:
                ticked[name] = parameters.strip()
            else:
                others.append(line)
        for name, row in self.rows.items():
            row.put(ticked.get(name))
        return others

    @Slot(str)
    def _switch(self, key: str) -> None:
        self.list.setVisible(key == CHOSEN)
        self.changed.emit()
