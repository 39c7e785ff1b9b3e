"""The control of a form that holds measures: a chip each, and a line to name one more."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app import theme
from app.icons import icon
from app.widgets.flow import Flow
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field
from app.widgets.tooltip import tooltip
from app.widgets.words import Words

CUT = ("nDCG", "R", "P", "RR", "AP", "Success", "Judged")
CUTS = (1, 3, 5, 10, 20, 50, 100, 1000)
COMMON = (
    *("nDCG@10", "R@100", "AP", "RR", "P@10", "Success@1", "R@10", "RR@10", "nDCG@100"),
    *("Rprec", "Bpref", "Judged@10", "nDCG"),
)
"""Offered at once, in this order; with a cut-off any of `CUT`."""


class MeasureChip(QFrame):
    """A name that is pressed to come first, and a button that takes it out; so does Delete."""

    chosen = Signal()
    removed = Signal()

    def __init__(self, name: str, first: bool) -> None:
        super().__init__()
        theme.styled(self, chip="true")
        self.label = theme.styled(QPushButton(name), kind="chip-name")
        words = "The answer speaks of this one" if first else f"Have the answer speak of {name}"
        self.label.setAccessibleName(f"{name}, first" if first else name)
        self.label.setToolTip(tooltip(words))
        self.label.clicked.connect(self.chosen)
        font = self.label.font()
        font.setBold(first)
        self.label.setFont(font)
        self.remove = theme.styled(QPushButton(icon("close"), ""), kind="chip")
        self.remove.setIconSize(QSize(10, 10))
        self.remove.setAccessibleName(f"Take out {name}")
        self.remove.setToolTip(tooltip(f"Take out {name}"))
        self.remove.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 3, 1)
        row.setSpacing(2)
        row.addWidget(self.label)
        row.addWidget(self.remove)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class MeasuresEditor(Editor):
    """The first one is what a result's sentence speaks of. A name that is not known says why, and stays in
    the line to be mended."""

    arranged = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._names: list[str] = []
        self.chips: list[MeasureChip] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText("add: P@5, …")
        self.line.setAccessibleName(f"{field.title}: name one to add")
        self.line.setFixedWidth(112)
        theme.styled(self.line, kind="chip")
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._complete)
        self.line.setCompleter(completer)
        self.line.textEdited.connect(self._offer)
        self.line.returnPressed.connect(self._add)
        self.line.editingFinished.connect(self._add)
        self._wrong = Words(role="error")
        self.flow = Flow([self.line], gap=6)
        self.column.insertWidget(0, self.flow)
        self.column.addWidget(self._wrong)
        self._wrong.hide()
        self.setFocusProxy(self.line)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.line

    @property
    def wrong(self) -> str:
        """Why what stands in the line is no measure."""
        return self._wrong.text()

    def stops(self) -> list[QWidget]:
        return [*(stop for chip in self.chips for stop in (chip.label, chip.remove)), self.line]

    def value(self) -> list[str]:
        return list(self._names)

    def set_value(self, value: Any) -> None:
        wanted = value if isinstance(value, list) else []
        self._show([name for name in wanted if isinstance(name, str)])

    def _show(self, names: list[str]) -> None:
        self._names = list(dict.fromkeys(names))
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [MeasureChip(name, place == 0) for place, name in enumerate(self._names)]
        for name, chip in zip(self._names, self.chips, strict=True):
            chip.chosen.connect(partial(self._put_first, name))
            chip.removed.connect(partial(self._take_out, name))
        self.flow.set_widgets([*self.chips, self.line])
        self._offer(self.line.text())
        self.arranged.emit()

    def _offer(self, typed: str) -> None:
        """Complete what is typed: its cut-offs, once a measure that takes one is named."""
        begun = typed.partition("@")[0].strip().casefold()
        named = [name for name in CUT if name.casefold() == begun]
        known = [*COMMON, *(f"{name}@{cut}" for name in named for cut in CUTS)]
        self._known.setStringList([name for name in dict.fromkeys(known) if name not in self._names])
        if not typed:
            self._say("")

    def _complete(self, name: str) -> None:
        self.line.setText(name)
        self._add()

    def _add(self) -> None:
        """Take what is in the line, several after commas or spaces; what is wrong stays there."""
        words = self.line.text().replace(",", " ").split()
        names, left = list(self._names), []
        said = ""
        for word in words:
            try:
                names.append(_measure(word))
            except ValueError as error:
                left.append(word)
                said = said or str(error)
        self.line.setText(" ".join(left))
        self._say(f"{said[:1].upper()}{said[1:]}" if said else "")
        if names != self._names:
            self._show(names)
            self.changed.emit()

    def _say(self, words: str) -> None:
        self._wrong.say(words)
        theme.styled(self.line, invalid=bool(words))
        self.line.setAccessibleDescription(words)

    def _put_first(self, name: str) -> None:
        if self._names[0] != name:
            self._show([name, *(other for other in self._names if other != name)])
            self.changed.emit()
        self.chips[0].label.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_out(self, name: str) -> None:
        place = self._names.index(name)
        self._show([other for other in self._names if other != name])
        self.changed.emit()
        after = self.chips[min(place, len(self.chips) - 1)].remove if self.chips else self.line
        after.setFocus(Qt.FocusReason.OtherFocusReason)


def _measure(text: str) -> str:
    """Its name as it is shown.

    Raises:
        ValueError: there is no such measure; a sentence.
    """
    from core.retrieval.measures.spelt import measure

    return measure(text).name
