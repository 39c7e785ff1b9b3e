"""A card of a result: a title, something at its right (below, where there is no room), and what it holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout

from app import theme


class _Head(QBoxLayout):
    """A row as long as there is room for one, else a column: so it asks for no more width than a column."""

    def __init__(self) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight)

    def minimumSize(self) -> QSize:
        widest = max((width for width in self._widths()), default=0)
        return QSize(widest, super().minimumSize().height())

    def fit(self, width: int) -> None:
        widths = [one for one in self._widths() if one]
        room = sum(widths) + self.spacing() * (len(widths) - 1)
        way = QBoxLayout.Direction
        wanted = way.LeftToRight if room <= width else way.TopToBottom
        if wanted != self.direction():
            self.setDirection(wanted)
            low = wanted == way.TopToBottom
            for number in range(1, self.count()):
                item = self.itemAt(number)
                item.setAlignment(Qt.AlignmentFlag.AlignLeft if low else Qt.AlignmentFlag(0))

    def _widths(self) -> list[int]:
        items = (self.itemAt(number) for number in range(self.count()))
        return [0 if item.isEmpty() else item.minimumSize().width() for item in items]


class Card(QFrame):
    """Widgets go into `column`; what stands at the right of the title into `head`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.setAccessibleName(title)
        self.title = theme.styled(QLabel(title), role="subheading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.head = _Head()
        self.head.setSpacing(8)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addLayout(self.head)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_head()
        return done

    def _fit_head(self) -> None:
        margins = self.column.contentsMargins()
        self.head.fit(self.width() - margins.left() - margins.right())
