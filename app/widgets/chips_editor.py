"""The control of a form that holds several tokenizers: a chip each, in the colour it has everywhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app import theme
from app.icons import icon
from app.widgets.dot import Dot
from app.widgets.flow import Flow
from app.widgets.form_schema import Field
from app.widgets.known_paths import path_label
from app.widgets.path_editors import PathsEditor
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.session import Session

LONGEST = 22
"""Characters of a name that a chip shows."""
ENDINGS = (".tiktoken", ".model", ".gguf", ".json", ".vocab")


def chip_name(path: Path) -> str:
    """``prose-bpe`` of a folder or the ``tokenizer.json`` in it; a file's name without its usual ending."""
    label = path_label(path).removesuffix("/tokenizer.json")
    ending = next((ending for ending in ENDINGS if label.lower().endswith(ending)), "")
    return label[: len(label) - len(ending)] if label != ending else label


class Chip(QFrame):
    """A name with its colour, and a button that takes it out; so does Delete."""

    removed = Signal()

    def __init__(self, number: int, path: Path) -> None:
        super().__init__()
        theme.styled(self, chip="true")
        name = chip_name(path)
        self.label = QLabel(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.remove = theme.styled(QPushButton(icon("close"), ""), kind="chip")
        self.remove.setIconSize(QSize(10, 10))
        self.remove.setAccessibleName(f"Take out {name}")
        self.remove.setToolTip(tooltip(f"Take out {name}"))
        self.remove.clicked.connect(self.removed)
        self.setToolTip(tooltip(str(path)))
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 1, 3, 1)
        row.setSpacing(6)
        row.addWidget(Dot(number))
        row.addWidget(self.label)
        row.addWidget(self.remove)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class ChipsEditor(PathsEditor):
    """The menu, the names and what may be dropped are those of any list of files."""

    def __init__(self, field: Field, session: Session) -> None:
        self.chips: list[Chip] = []
        self.flow: Flow | None = None
        super().__init__(field, session)
        self.row.removeWidget(self.summary)
        self.row.removeWidget(self.add)
        self.summary.hide()
        self.add.setText("add or drop")
        self.add.setIcon(icon("add", "accent"))
        self.add.setIconSize(QSize(14, 14))
        theme.styled(self.add, kind="add-chip")
        self.setFocusProxy(self.add)
        self.flow = Flow([self.add], gap=6)
        self.column.insertWidget(0, self.flow)
        self._show()

    @property
    def control(self) -> QWidget:
        return self.add

    @property
    def shown(self) -> str:
        return ""

    def _unfold(self, shown: bool) -> None:
        """There is no list beside the chips."""

    def _show(self) -> None:
        if self.flow is None:
            return
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [Chip(number, Path(path)) for number, path in enumerate(self._paths)]
        for number, chip in enumerate(self.chips):
            chip.removed.connect(partial(self._take_out, number))
        self.flow.set_widgets([*self.chips, self.add])
        names = ", ".join(chip_name(Path(path)) for path in self._paths)
        self.add.setAccessibleName(f"{self.field.title}: {names or 'none yet'}; add one")

    def _take_out(self, number: int) -> None:
        self._remove([number])
        after = self.chips[min(number, len(self.chips) - 1)].remove if self.chips else self.add
        after.setFocus(Qt.FocusReason.OtherFocusReason)
