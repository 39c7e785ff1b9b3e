"""Which measure is looked at: its name, and those of the others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.widgets.segmented import Segmented

MOST = 5
"""Names that fit beside each other."""


class MeasureSwitch(QWidget):
    """A few names side by side; a list where there are many."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._inner: Segmented | QComboBox | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    @property
    def name(self) -> str:
        inner = self._inner
        if isinstance(inner, Segmented):
            return inner.key
        return inner.currentText() if inner is not None else ""

    def offer(self, names: Sequence[str], chosen: str) -> None:
        """Show these, one of them chosen."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self._make()
        self.choose(chosen)

    def choose(self, name: str) -> None:
        """Unknown names are ignored."""
        inner = self._inner
        if isinstance(inner, Segmented):
            inner.choose(name)
        elif inner is not None and name in self._names:
            inner.setCurrentIndex(self._names.index(name))

    def _make(self) -> None:
        if self._inner is not None:
            self._row.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        if len(self._names) <= MOST:
            segments = Segmented("Measure", [(name, name) for name in self._names])
            segments.chosen.connect(self.chosen)
            self._inner = segments
        else:
            box = QComboBox()
            box.setAccessibleName("Measure")
            box.addItems(list(self._names))
            box.currentTextChanged.connect(self.chosen)
            self._inner = box
        self._row.addWidget(self._inner)
