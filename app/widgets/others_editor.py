"""The controls of a form for a system that builds on others: which of those in the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.widgets.form_editors import NARROWEST, Editor
from app.widgets.form_schema import Field
from app.widgets.words import Words

Offered = Sequence[tuple[str, str]]
"""How another system is referred to, and its name."""
NOTHING = "There is no other system yet."


class OthersEditor(Editor):
    """Several of them: a box to tick for each. None ticked is the field's default."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._boxes: dict[str, QCheckBox] = {}
        self._given: list[str] = []
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(2)
        self._nothing = Words(NOTHING, "small")
        self.column.addWidget(self._holder)
        self.column.addWidget(self._nothing)
        self.offer([])

    @property
    def control(self) -> QWidget:
        return next(iter(self._boxes.values()), self._holder)

    def stops(self) -> list[QWidget]:
        return list(self._boxes.values())

    def offer(self, others: Offered) -> None:
        """What there is to tick; what was ticked stays, by how it is referred to."""
        ticked = self._given
        if [(key, box.text()) for key, box in self._boxes.items()] != list(others):
            for box in self._boxes.values():
                box.hide()
                box.deleteLater()
            self._boxes = {}
            for key, name in others:
                box = self._boxes[key] = QCheckBox(name)
                box.setAccessibleName(f"{self.field.title}: {name}")
                box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                box.setToolTip(name)
                box.toggled.connect(self._toggled)
                self._list.addWidget(box)
        self._nothing.say("" if others else NOTHING)
        self._tick(ticked)

    def value(self) -> list[str] | None:
        return list(self._given) or None

    def set_value(self, value: Any) -> None:
        self._given = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
        self._tick(self._given)

    def _tick(self, wanted: Sequence[str]) -> None:
        if self._boxes:
            self._nothing.say(f"None ticked: {self.field.none}." if self.field.none and not wanted else "")
        for key, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(key in wanted)
            box.blockSignals(False)

    def _toggled(self) -> None:
        unknown = [key for key in self._given if key not in self._boxes]
        self._given = [*unknown, *(key for key, box in self._boxes.items() if box.isChecked())]
        self._tick(self._given)
        self.changed.emit()


class OtherEditor(Editor):
    """One of them."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumWidth(NARROWEST)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setFont(theme.figures_font())
        self._add_control(self.box)
        self._others: Offered = ()
        self.box.activated.connect(lambda _: self.changed.emit())
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.box

    def offer(self, others: Offered) -> None:
        self._others = tuple(others)
        self._fill(self.value())

    def value(self) -> str | None:
        found = self.box.currentData()
        return found if isinstance(found, str) else None

    def set_value(self, value: Any) -> None:
        self._fill(value if isinstance(value, str) else None)

    def _fill(self, chosen: str | None) -> None:
        self.box.blockSignals(True)
        self.box.clear()
        if self.field.nullable:
            none = self.field.none or "none"
            self.box.addItem(f"{none[:1].upper()}{none[1:]}", None)
        for key, name in self._others:
            self.box.addItem(name, key)
        if chosen is not None and chosen not in dict(self._others):
            self.box.addItem(f"{chosen} (not in the list)", chosen)
        place = [self.box.itemData(row) for row in range(self.box.count())].index(chosen) if chosen else 0
        self.box.setCurrentIndex(place if self.box.count() else -1)
        self.box.blockSignals(False)
