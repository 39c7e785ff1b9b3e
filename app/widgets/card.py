"""A card of a result: a title, something at its right (below, where there is no room), and what it holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QVBoxLayout

from app import theme

ROW, COLUMN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class Card(QFrame):
    """Widgets go into `column`; what stands at the right of the title into `head`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        theme.styled(self, card="plain")
        self.setAccessibleName(title)
        self.title = theme.styled(QLabel(title), role="subheading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.head = QBoxLayout(ROW)
        self.head.setSpacing(8)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addLayout(self.head)

    def minimumSizeHint(self) -> QSize:
        """As narrow as with the head in a column."""
        inside = [_width(self.column, number) for number in range(1, self.column.count())]
        return QSize(max([*self._heads(), *inside]) + self._margins(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn_head()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._turn_head()
        return done

    def _turn_head(self) -> None:
        """A row where there is room for one."""
        widths = [width for width in self._heads() if width]
        room = sum(widths) + self.head.spacing() * (len(widths) - 1)
        wanted = ROW if room <= self.width() - self._margins() else COLUMN
        if wanted != self.head.direction():
            self.head.setDirection(wanted)
            left = Qt.AlignmentFlag.AlignLeft if wanted == COLUMN else Qt.AlignmentFlag(0)
            for number in range(1, self.head.count()):
                item = self.head.itemAt(number)
                if item is not None:
                    item.setAlignment(left)

    def _heads(self) -> list[int]:
        return [_width(self.head, number) for number in range(self.head.count())]

    def _margins(self) -> int:
        margins = self.column.contentsMargins()
        return margins.left() + margins.right()


def _width(layout: QBoxLayout, number: int) -> int:
    """The least that something in it takes; 0 for what is hidden."""
    item = layout.itemAt(number)
    return 0 if item is None or item.isEmpty() else item.minimumSize().width()
