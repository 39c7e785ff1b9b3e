"""The left rail: where a person can go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app import theme
from app.icons import icon

WIDE, NARROW = 164, 60


class RailButton(QPushButton):
    """A place, its icon, and how many things wait there."""

    def __init__(self, key: str, title: str) -> None:
        super().__init__(icon(key), "")
        self.key, self.title = key, title
        theme.styled(self, rail=True)
        self.setCheckable(True)
        self.setIconSize(QSize(18, 18))
        self.setMinimumHeight(36)
        self._count = theme.styled(QLabel(self), role="count")
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 10, 0)
        row.addStretch(1)
        row.addWidget(self._count)
        self.toggled.connect(lambda active: theme.styled(self._count, active=active))
        self.set_collapsed(False)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        self._count.setText(f"{count:,}" if count else "")
        self.setAccessibleName(f"{self.title}, {count:,}" if count else self.title)

    def set_collapsed(self, collapsed: bool) -> None:
        self.setText("" if collapsed else f" {self.title}")
        self.setToolTip(self.title if collapsed else "")
        self._count.setVisible(not collapsed)


class Rail(QFrame):
    selected = Signal(str)
    collapsed: bool

    def __init__(self, places: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName("Places")
        self._buttons = {key: RailButton(key, title) for key, title in places}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 8)
        layout.setSpacing(2)
        for key, button in self._buttons.items():
            self._group.addButton(button)
            button.clicked.connect(lambda checked=False, key=key: self.selected.emit(key))
            layout.addWidget(button)
        layout.addStretch(1)
        self._fold = theme.styled(QPushButton(), kind="quiet")
        self._fold.setIconSize(QSize(16, 16))
        self._fold.clicked.connect(lambda: self.set_collapsed(not self.collapsed))
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.set_collapsed(False)

    def select(self, key: str) -> None:
        """Mark where the person is; a place outside the rail leaves none marked."""
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        self._group.setExclusive(key in self._buttons)

    def set_count(self, key: str, count: int) -> None:
        self._buttons[key].set_count(count)

    def set_collapsed(self, collapsed: bool) -> None:
        """Icons only, or icons and names."""
        self.collapsed = collapsed
        for button in self._buttons.values():
            button.set_collapsed(collapsed)
        margins = self.contentsMargins().left() + self.contentsMargins().right() + 16
        longest = max((button.sizeHint().width() for button in self._buttons.values()), default=0)
        self.setFixedWidth(NARROW if collapsed else max(WIDE, longest + margins))
        words = "Show the names of places" if collapsed else "Show icons only"
        self._fold.setIcon(icon("expand" if collapsed else "collapse"))
        self._fold.setAccessibleName(words)
        self._fold.setToolTip(words)
