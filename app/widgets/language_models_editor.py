"""The control of a form that holds language models: one a line, in the colour it has everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.figures import size
from app.icons import icon
from app.widgets.dot import Dot
from app.widgets.elided_label import ElidedLabel
from app.widgets.form_schema import Field
from app.widgets.model_signs import ModelSign, model_signs
from app.widgets.models_in_memory import models_in_memory
from app.widgets.path_editors import PathsEditor
from app.widgets.tooltip import tooltip
from core.generation.result_parts import Resident

if TYPE_CHECKING:
    from app.session import Session

MOST = 4
"""Models side by side."""
WEIGHTS = ("*.safetensors", "*.bin", "*.gguf", "*.pt")
"""What a model's folder may keep its weights in, the first that is there."""


class ModelRow(QFrame):
    """A name with its colour, what it takes in memory (or on disk, while it is not there), and buttons that
    give the memory back and take it out; so does Delete."""

    removed = Signal()
    unloaded = Signal()

    def __init__(self, path: Path, sign: ModelSign) -> None:
        super().__init__()
        self.path, self.sign = path, sign
        theme.styled(self, chip="system")
        self.name = ElidedLabel()
        self.name.say(sign.name)
        self.memory = theme.styled(QLabel(), role="muted")
        self.memory.setTextFormat(Qt.TextFormat.PlainText)
        self.memory.setFont(theme.figures_font())
        self.unload = theme.styled(QPushButton("unload"), kind="link")
        self.unload.setAccessibleName(f"Give back the memory of {sign.name}")
        self.unload.setToolTip(tooltip("Give its memory back; the next run reads it again"))
        self.unload.clicked.connect(self.unloaded)
        self.unload.hide()
        self.remove = theme.styled(QPushButton(icon("close"), ""), kind="chip")
        self.remove.setIconSize(QSize(10, 10))
        self.remove.setAccessibleName(f"Take out {sign.name}")
        self.remove.setToolTip(tooltip(f"Take out {sign.name}"))
        self.remove.clicked.connect(self.removed)
        self.setToolTip(tooltip(str(path)))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 8, 6)
        row.setSpacing(6)
        row.addWidget(Dot(sign.number))
        row.addWidget(self.name, 1)
        for widget in (self.memory, self.unload, self.remove):
            row.addWidget(widget)

    def say(self, resident: Resident | None, on_disk: int | None) -> None:
        """What it takes now."""
        self.unload.setVisible(resident is not None)
        if resident is not None:
            words = size(resident.bytes)
            more = f"In memory: {words} as {resident.dtype} on {resident.device}"
        else:
            words = size(on_disk) if on_disk else ""
            more = f"{words} on disk; not in memory" if words else "Not in memory"
        self.memory.setText(words if resident is not None or not words else f"{words} on disk")
        self.memory.setToolTip(tooltip(more))
        self.setAccessibleName(f"{self.sign.name}. {more}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class LanguageModelsEditor(PathsEditor):
    """The menu, and what may be dropped, are those of any list of folders; a fifth model takes the place of
    the last."""

    arranged = Signal()
    """There are other controls than before."""

    def __init__(self, field: Field, session: Session) -> None:
        self.rows: list[ModelRow] = []
        self._list: QVBoxLayout | None = None
        self._memory = models_in_memory(session)
        self._on_disk: dict[str, int] = {}
        super().__init__(field, session)
        self.row.removeWidget(self.summary)
        self.row.removeWidget(self.add)
        self.summary.hide()
        theme.styled(self.add, kind="link")
        self.add.setText("add a model")
        self.add.setIcon(icon("add", "accent"))
        self.add.setIconSize(QSize(14, 14))
        self.setFocusProxy(self.add)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.column.insertLayout(0, self._list)
        self.column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._memory.changed.connect(self._on_memory)
        session.project_changed.connect(self._show)
        self._show()

    @property
    def control(self) -> QWidget:
        return self.add

    @property
    def shown(self) -> str:
        return ""

    def stops(self) -> list[QWidget]:
        inner = [button for row in self.rows for button in (row.unload, row.remove) if not button.isHidden()]
        return [*inner, self.add]

    def take(self, paths: list[Path]) -> None:
        """Folders join the list; a file stands for the folder that it is in."""
        wanted = [str(path if path.is_dir() or not path.suffix else path.parent) for path in paths]
        new = [path for path in dict.fromkeys(wanted) if path not in self._paths]
        room = max(0, MOST - len(new))
        self.set_value([*self._paths[:room], *new][:MOST])
        self.changed.emit()

    # How it looks

    def _unfold(self, shown: bool) -> None:
        """There is no list to be folded away."""

    def _show(self) -> None:
        if self._list is None:
            return
        for row in self.rows:
            row.hide()
            row.deleteLater()
        signs = model_signs(self._session.project, self._paths, keep=False)
        self.rows = [ModelRow(Path(path), sign) for path, sign in zip(self._paths, signs, strict=True)]
        for number, row in enumerate(self.rows):
            row.removed.connect(partial(self._take_out, number))
            row.unloaded.connect(partial(self._memory.unload, str(row.path)))
            self._list.addWidget(row)
        self._say()
        unknown = [path for path in self._paths if path not in self._on_disk]
        if unknown:
            self._session.ask(_weights, unknown, then=self._weighed, owner=self, key="weights")
        self.arranged.emit()

    def _say(self) -> None:
        resident = {one.path: one for one in self._memory.residents.models}
        for row in self.rows:
            row.say(resident.get(str(row.path)), self._on_disk.get(str(row.path)))
        names = ", ".join(row.sign.name for row in self.rows)
        self.add.setVisible(len(self.rows) < MOST)
        self.add.setAccessibleName(f"{self.field.title}: {names or 'none yet'}; add one")

    def _weighed(self, sizes: dict[str, int]) -> None:
        self._on_disk.update(sizes)
        self._say()

    def _take_out(self, number: int) -> None:
        self._remove([number])
        after = self.rows[min(number, len(self.rows) - 1)].remove if self.rows else self.add
        after.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_memory(self) -> None:
        self._say()
        self.arranged.emit()


def _weights(paths: Sequence[str]) -> dict[str, int]:
    """What each folder's weights take on disk; 0 for what cannot be read: the preview tells why."""
    found: dict[str, int] = {}
    for path in paths:
        try:
            kinds = ([file.stat().st_size for file in Path(path).glob(kind)] for kind in WEIGHTS)
            found[path] = next((sum(sizes) for sizes in kinds if sizes), 0)
        except OSError:
            found[path] = 0
    return found
