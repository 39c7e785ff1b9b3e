"""The control of a form that holds samplers: an ordered list, each opened to set it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field
from app.widgets.member_row import KIND, MakeForm
from app.widgets.sampler_row import SamplerRow, members
from core.generation.samplers import PLACES, SAMPLERS
from core.jobs.lines import parsed

if TYPE_CHECKING:
    from app.session import Session

USUAL = "Usual order"
COMMON = ("temperature", "top-k", "top-p")
"""What a preset begins with where the list is empty."""
DRAGGED = "application/x-lexigraft-sampler"
LINE = 2
"""Height of the line where a dragged row would come to stand, in pixels."""


class SamplersEditor(Editor):
    """A value is a list of dicts, in the order in which they are applied; lines are understood as well.

    A new one is put where it usually stands; a preset puts all into the order of another program; a person
    drags a row by its name, moves it with its buttons, or with Alt and the arrows.
    """

    arranged = Signal()
    """There are other controls than before, or in another order."""

    def __init__(self, field: Field, session: Session, make_form: MakeForm) -> None:
        super().__init__(field)
        self._session, self._make_form = session, make_form
        self.rows: list[SamplerRow] = []
        self._dragged: SamplerRow | None = None
        """Being dragged: rows of this list only."""
        self._line = theme.styled(QFrame(self), mark="drop")
        self._line.hide()
        self.setAcceptDrops(True)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.add = theme.styled(QPushButton(icon("add", "accent"), "add a sampler"), kind="link")
        self.add.setIconSize(QSize(14, 14))
        self._menu = QMenu(self.add)
        self._menu.setToolTipsVisible(True)
        for kind in PLACES[USUAL]:
            action = self._menu.addAction(members()[kind].title, partial(self.add_kind, kind))
            action.setToolTip(members()[kind].sentence)
        self.add.setMenu(self._menu)
        self.presets = theme.styled(QPushButton("presets"), kind="link")
        self.presets.setMenu(self._preset_menu())
        self.presets.setAccessibleName(f"{field.title}: presets")
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.add)
        foot.addWidget(self.presets)
        foot.addStretch(1)
        self.column.addLayout(self._list)
        self.column.addLayout(foot)
        self.setFocusProxy(self.add)
        self._arrange()

    def _preset_menu(self) -> QMenu:
        menu = QMenu(self.presets)
        menu.setToolTipsVisible(True)
        none = menu.addAction("None", self._clear)
        none.setToolTip("The model's own law, as it is")
        menu.addSeparator()
        for name, kinds in PLACES.items():
            action = menu.addAction(name, partial(self.put_in_order, name))
            first = [members()[kind].title for kind in kinds if kind in COMMON]
            action.setToolTip(f"Put what is listed into this order: {', '.join(first)}, …")
        return menu

    @property
    def control(self) -> QWidget:
        return self.add

    def stops(self) -> list[QWidget]:
        return [*(stop for row in self.rows for stop in row.stops()), self.add, self.presets]

    # Values

    def value(self) -> list[dict[str, Any]]:
        return [row.values() for row in self.rows]

    def set_value(self, value: Any) -> None:
        wanted = [found for item in value if (found := _as_dict(item))] if isinstance(value, list) else []
        if wanted == self.value():
            return
        self._drop_rows()
        self.rows = [self._made(values) for values in wanted]
        self._arrange()

    def fault(self, place: Sequence[object], words: str, missing: bool) -> str:
        """What is wrong at a place within the value (as pydantic tells it), after the sampler's name."""
        number = place[0] if place and isinstance(place[0], int) else None
        if number is None or number >= len(self.rows):
            return words
        member = self.rows[number].member
        title = next((field.title for field in member.fields if field.key == place[-1]), "")
        if missing:
            return f"{member.title}: say the {title[:1].lower()}{title[1:]}."
        return f"{member.title}: {title}: {words}" if title else f"{member.title}: {words}"

    # What a person does

    def add_kind(self, kind: str) -> None:
        """Add a sampler before those that usually come after it, opened."""
        order = PLACES[USUAL]
        row = self._made({KIND: kind})
        later = [at for at, one in enumerate(self.rows) if order.index(one.kind) > order.index(kind)]
        self.rows.insert(later[0] if later else len(self.rows), row)
        self._arrange()
        row.open()
        row.head.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def put_in_order(self, name: str) -> None:
        """Sort by one of `PLACES`; an empty list begins with the common ones."""
        if not self.rows:
            self.rows = [self._made({KIND: kind}) for kind in COMMON if kind in SAMPLERS]
        self.rows.sort(key=lambda row: PLACES[name].index(row.kind))
        self._arrange()
        self.changed.emit()

    def _clear(self) -> None:
        self._drop_rows()
        self._arrange()
        self.changed.emit()

    def _drop_rows(self) -> None:
        for row in self.rows:
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self.rows = []

    def _move(self, row: SamplerRow, step: int) -> None:
        self._put(row, self.rows.index(row) + step)

    def _put(self, row: SamplerRow, to: int) -> None:
        at = self.rows.index(row)
        if 0 <= to < len(self.rows) and to != at:
            self.rows.insert(to, self.rows.pop(at))
            self._arrange()
            row.head.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def _take_out(self, row: SamplerRow) -> None:
        at = self.rows.index(row)
        self.rows.remove(row)
        row.hide()
        row.setParent(None)
        row.deleteLater()
        self._arrange()
        after = self.rows[min(at, len(self.rows) - 1)].remove if self.rows else self.add
        after.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    # Dragging

    def _drag(self, row: SamplerRow) -> None:
        row.open(False)
        mime = QMimeData()
        mime.setData(DRAGGED, row.kind.encode())
        drag = QDrag(row)
        drag.setMimeData(mime)
        drag.setPixmap(row.grab())
        self._dragged = row
        try:
            drag.exec(Qt.DropAction.MoveAction)
        finally:
            self._dragged = None
            self._line.hide()

    def _gap_at(self, y: int) -> int:
        """Before which row, of those there are, a row dropped at this height would stand."""
        return sum(row.geometry().center().y() < y for row in self.rows)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dragged is not None and event.mimeData().hasFormat(DRAGGED):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        gap = self._gap_at(event.position().toPoint().y())
        place = self.rows[gap].geometry().top() - 3 if gap < len(self.rows) else self._end()
        self._line.setGeometry(0, max(0, place), self.width(), LINE)
        self._line.show()
        self._line.raise_()
        event.acceptProposedAction()

    def _end(self) -> int:
        return self.rows[-1].geometry().bottom() + 2

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._line.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._line.hide()
        row = self._dragged
        if row is None:
            return
        gap = self._gap_at(event.position().toPoint().y())
        event.acceptProposedAction()
        self._put(row, gap - 1 if gap > self.rows.index(row) else gap)

    # How it looks

    def _made(self, values: dict[str, Any]) -> SamplerRow:
        row = SamplerRow(values, self._session, self._make_form)
        row.changed.connect(self._on_change)
        row.removed.connect(partial(self._take_out, row))
        row.moved.connect(partial(self._move, row))
        row.dragged.connect(partial(self._drag, row))
        row.opened.connect(partial(self._on_opened, row))
        return row

    def _on_change(self) -> None:
        self._say()
        self.changed.emit()

    def _on_opened(self, row: SamplerRow, opened: bool) -> None:
        """One at a time: more would not fit."""
        for other in self.rows:
            if opened and other is not row:
                other.open(False)
        self.arranged.emit()

    def _arrange(self) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            self._list.addWidget(row)
            row.show()
        self._say()
        self.arranged.emit()

    def _say(self) -> None:
        for number, row in enumerate(self.rows):
            row.place(number, len(self.rows))
        names = ", ".join(row.words for row in self.rows)
        self.add.setAccessibleName(f"{self.field.title}: {names or 'none'}; add a sampler")


def _as_dict(item: object) -> dict[str, Any] | None:
    """A sampler's values, spelt out where it is a line; None for what is no sampler."""
    try:
        found = parsed(item, SAMPLERS)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get(KIND) not in SAMPLERS:
        return None
    try:
        return SAMPLERS[found[KIND]].model_validate(found).model_dump(mode="json")
    except ValidationError:  # incomplete, or wrong: shown as it is, to be mended
        return found
