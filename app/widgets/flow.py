"""A row of buttons that goes on in a second row where there is no room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

GAP = 8


class Flow(QWidget):
    """Places its widgets itself, from left to right; hidden ones take no room."""

    def __init__(self, widgets: Sequence[QWidget], gap: int = GAP) -> None:
        super().__init__()
        self._gap = gap
        self._widgets: list[QWidget] = []
        self.set_widgets(widgets)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Show these, in this order, in the place of those before; who takes one out hides it."""
        self._widgets = list(widgets)
        for widget in self._widgets:
            if widget.parent() is not self:
                widget.setParent(self)
                widget.show()
        self.place()

    def place(self) -> None:
        """Lay out again, after some were shown or hidden."""
        left = top = high = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint().expandedTo(widget.minimumSize())
            if left and left + size.width() > self.width():
                left, top, high = 0, top + high + self._gap, 0
            widget.setGeometry(QRect(left, top, min(size.width(), max(self.width(), 40)), size.height()))
            left += size.width() + self._gap
            high = max(high, size.height())
        if top + high != self.minimumHeight():
            self.setFixedHeight(top + high)

    def sizeHint(self) -> QSize:
        wide = sum(widget.sizeHint().width() + self._gap for widget in self._widgets if not widget.isHidden())
        return QSize(wide, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.FontChange):
            self.place()
        return done
