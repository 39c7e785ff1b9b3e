"""The control of a form that holds retrieval systems: one under the other, each opened to change it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.icons import icon
from app.widgets.dropped import tell_apart
from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field
from app.widgets.member_row import KIND, MakeForm
from app.widgets.series_numbers import numbers_of
from app.widgets.system_row import SystemRow, members
from core.jobs.lines import parsed
from core.retrieval.systems import SYSTEMS

if TYPE_CHECKING:
    from app.session import Session

ORDER = ("dense", "bm25", "hybrid", "late", "rerank", "file")
"""In which kinds are offered; any other comes after these."""
BARE = ("dense", "model")
"""What a path alone stands for."""


class SystemsEditor(Editor):
    """A value is a list of dicts; lines (``bm25 k1=0.9``) are understood as well.

    A system that builds on others refers to them as it was told to, as long as that means the same one; when
    another's parameters, and so its name, change, what refers to it is changed along.
    """

    arranged = Signal()
    """There are other controls than before."""

    def __init__(self, field: Field, session: Session, make_form: MakeForm) -> None:
        super().__init__(field)
        self._session, self._make_form = session, make_form
        self.rows: list[SystemRow] = []
        self._links: dict[SystemRow, list[SystemRow | str]] = {}
        """What a row builds on: rows, and references that mean none of them."""
        self._offered: dict[SystemRow, dict[str, SystemRow]] = {}
        """How a row may refer to the others."""
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.add = theme.styled(QPushButton(icon("add", "accent"), "add a system"), kind="link")
        self.add.setIconSize(QSize(14, 14))
        self._menu = QMenu(self.add)
        self._menu.setToolTipsVisible(True)
        kinds = members()
        for kind in dict.fromkeys((*(kind for kind in ORDER if kind in kinds), *kinds)):
            action = self._menu.addAction(kinds[kind].title, partial(self.add_kind, kind))
            action.setToolTip(kinds[kind].sentence)
        self.add.setMenu(self._menu)
        self.column.addLayout(self._list)
        self.column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.add)
        self.setAcceptDrops(True)
        self._arrange()

    @property
    def control(self) -> QWidget:
        return self.add

    def stops(self) -> list[QWidget]:
        return [*(stop for row in self.rows for stop in row.stops()), self.add]

    # Values

    def value(self) -> list[dict[str, Any]]:
        return [row.values() for row in self.rows]

    def set_value(self, value: Any) -> None:
        wanted = [found for item in value if (found := _as_dict(item))] if isinstance(value, list) else []
        if wanted == self.value():
            return
        for row in self.rows:
            _take_away(row)
        self.rows = [self._made(values) for values in wanted]
        self._links = {row: self._resolved(row) for row in self.rows}
        self._offered = {}
        self._arrange()

    def names(self) -> list[str]:
        """What each is called, no two alike; by its kind while it is incomplete."""
        found: list[str] = []
        for row in self.rows:
            own = name = row.own_name() or row.member.title
            number = 2
            while name in found:
                name, number = f"{own} ({number})", number + 1
            found.append(name)
        return found

    def fault(self, place: Sequence[object], words: str, missing: bool) -> str:
        """What is wrong at a place within the value (as pydantic tells it), after the system's name."""
        number = place[0] if place and isinstance(place[0], int) else None
        if number is None or number >= len(self.rows):
            return words
        row = self.rows[number]
        title = next((field.title for field in row.member.fields if field.key == place[-1]), "")
        if missing:
            return f"{self.names()[number]}: choose the {title[:1].lower()}{title[1:]}."
        return f"{self.names()[number]}: {title}: {words}" if title else f"{self.names()[number]}: {words}"

    # What a person does

    def add_kind(self, kind: str) -> None:
        """Add a system, opened where it cannot run without being told something."""
        row = self._join({KIND: kind})
        if row.own_name() is None:
            row.open()
            stops = row.stops()
            stops[min(2, len(stops) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            row.head.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, paths: list[Path]) -> bool:
        """Dropped models and vectors become dense systems, rankings those of a file; False for no such."""
        found = tell_apart(paths)
        made = [{KIND: "dense", "model": str(path)} for path in (*found.models, *found.vectors)]
        made += [{KIND: "file", "path": str(path)} for path in found.runs]
        for values in made:
            self._join(values)
        return bool(made)

    def offer_known(self) -> None:
        for row in self.rows:
            if row.form is not None:
                row.form.offer_known()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _join(self, values: dict[str, Any]) -> SystemRow:
        row = self._made(values)
        self.rows.append(row)
        self._links[row] = self._resolved(row)
        self._arrange()
        self.changed.emit()
        return row

    def _take_out(self, row: SystemRow) -> None:
        place = self.rows.index(row)
        self.rows.remove(row)
        del self._links[row]
        self._offered.pop(row, None)
        for links in self._links.values():
            links[:] = [link for link in links if link is not row]
        _take_away(row)
        self._arrange()
        self.changed.emit()
        after = self.rows[min(place, len(self.rows) - 1)].remove if self.rows else self.add
        after.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change(self, row: SystemRow) -> None:
        offered = self._offered.get(row, {})
        self._links[row] = [offered.get(reference) or self._found(reference, row) for reference in row.of]
        self._say()
        self.changed.emit()

    # How it looks

    def _made(self, values: dict[str, Any]) -> SystemRow:
        row = SystemRow(values, self._session, self._make_form)
        row.changed.connect(partial(self._on_change, row))
        row.removed.connect(partial(self._take_out, row))
        row.opened.connect(partial(self._on_opened, row))
        return row

    def _on_opened(self, row: SystemRow, opened: bool) -> None:
        """One at a time: more would not fit."""
        for other in self.rows:
            if opened and other is not row:
                other.open(False)
        self.arranged.emit()

    def _arrange(self) -> None:
        for row in self.rows:
            self._list.addWidget(row)
            row.show()
        self._say()
        self.arranged.emit()

    def _say(self) -> None:
        """Names, colours and references, as they are now."""
        for row in self.rows:
            self._refer(row)
        names = self.names()
        numbers = numbers_of(self._session.project, names)
        called = dict(zip(self.rows, names, strict=True))
        for row, name in called.items():
            row.say(name, numbers[name])
            row.offer([(key, called[other]) for key, other in self._offered[row].items()])
        self.add.setAccessibleName(f"{self.field.title}: {', '.join(names) or 'none yet'}; add a system")

    # What refers to what

    def _refer(self, row: SystemRow) -> None:
        """Have a row refer to what it builds on, as it is called now."""
        links = self._links[row]
        given = dict(zip(links, row.of, strict=True)) if len(row.of) == len(links) else {}
        said = {
            link: link if isinstance(link, str) else self._reference(link, row, given.get(link, ""))
            for link in links
        }
        row.put_of(list(said.values()))
        others = [other for other in self.rows if other is not row]
        self._offered[row] = {said.get(other) or self._reference(other, row, ""): other for other in others}

    def _resolved(self, row: SystemRow) -> list[SystemRow | str]:
        return [self._found(reference, row) for reference in row.of]

    def _found(self, reference: str, asking: SystemRow) -> SystemRow | str:
        """As an evaluation finds it: by name, else the first of that kind or with a model so named."""
        names = dict(zip(self.rows, self.names(), strict=True))
        others = [row for row in self.rows if row is not asking]
        by_name = next((row for row in others if names[row] == reference), None)
        return by_name or next((row for row in others if reference in _short(row)), None) or reference

    def _reference(self, target: SystemRow, asking: SystemRow, before: str) -> str:
        """`before` if it still means `target`, else the shortest that does."""
        name = self.names()[self.rows.index(target)]
        for reference in (before, *_short(target), name):
            if reference and self._found(reference, asking) is target:
                return reference
        return name


def _short(row: SystemRow) -> list[str]:
    """What a system goes by besides its name: its kind, its model's folder."""
    model = row.values().get("model")
    return [row.kind, *([Path(model).name] if isinstance(model, str) else [])]


def _as_dict(item: object) -> dict[str, Any] | None:
    """A system's values, spelt out where it is a line; None for what is no system."""
    try:
        found = parsed(item, SYSTEMS, bare=BARE)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get(KIND) not in SYSTEMS:
        return None
    try:
        system = SYSTEMS[found[KIND]].model_validate(found)
    except ValidationError:  # incomplete, or wrong: shown as it is, to be mended
        return found
    return system.model_dump(mode="json", include={KIND, *found})


def _take_away(row: SystemRow) -> None:
    row.hide()
    row.setParent(None)
    row.deleteLater()
