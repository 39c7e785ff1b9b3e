"""`Panel`: what every place in the left rail is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app import theme
from app.commands import Command

if TYPE_CHECKING:
    from app.session import Session
    from core.project.records import RunRecord


class ToolBar(QTabBar):
    """Every title has room to be chosen, so that none moves when another one is and becomes bold."""

    def tabSizeHint(self, index: int) -> QSize:
        size = super().tabSizeHint(index)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        wide, as_is = (
            QFontMetrics(font).horizontalAdvance(self.tabText(index)) for font in (bold, self.font())
        )
        if index != self.currentIndex():
            size.setWidth(size.width() + wide - as_is)
        return size


class Panel(QWidget):
    """A head (title and tools as tabs) over one page a tool.

    A subclass sets `key`, `title` and `tabs`, and fills `set_page` in its ``__init__``. It is made when it
    is first shown, once the window stands; heavy libraries may be imported then, torch never.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    tabs: ClassVar[Sequence[tuple[str, str]]] = ()
    """``(key, title)`` of each tool; empty for a panel of one page, whose key is ``""``."""

    tab_changed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setAccessibleName(self.title)
        self._keys = [key for key, _ in self.tabs] or [""]
        self.pages = QStackedWidget()
        for _ in self._keys:
            self.pages.addWidget(QWidget())

        title = theme.styled(QLabel(self.title), role="title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        self.tab_bar = ToolBar()
        self.tab_bar.setAccessibleName(f"Tools of {self.title}")
        self.tab_bar.setDrawBase(False)
        self.tab_bar.setExpanding(False)
        self.tab_bar.setVisible(bool(self.tabs))
        for _, name in self.tabs:
            self.tab_bar.addTab(name)
        self.tab_bar.currentChanged.connect(self._show_tab)

        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(title)
        head.addWidget(self.tab_bar, 1)  # more room than it asks for: the chosen tab is in bold
        head.addStretch(0 if self.tabs else 1)
        self.head = head
        """Where a panel may put something at the right of its tabs."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.pages, 1)

    def set_page(self, key: str, page: QWidget) -> None:
        """Put the widget of tool `key` in place of what is there."""
        index = self._keys.index(key)
        old, shown = self.pages.widget(index), self.pages.currentIndex()
        if old is not None:
            self.pages.removeWidget(old)
            old.deleteLater()
        self.pages.insertWidget(index, page)
        self.pages.setCurrentIndex(shown)

    @property
    def tab(self) -> str:
        """The key of the tool shown."""
        return self._keys[self.pages.currentIndex()]

    def select_tab(self, key: str) -> None:
        """Unknown keys (of an older version's view) are ignored."""
        if key in self._keys:
            self._show_tab(self._keys.index(key))

    @Slot(int)
    def _show_tab(self, index: int) -> None:
        if self.tabs:
            self.tab_bar.setCurrentIndex(index)
        left = self.window().focusWidget()
        inside = left is not None and self.pages.isAncestorOf(left)
        self.pages.setCurrentIndex(index)
        self.tab_changed.emit(self.tab)
        if inside:
            self._keep_focus()

    def _keep_focus(self) -> None:
        """Where it was on this page before; on the tabs where that is gone, or was never."""
        page, now = self.pages.currentWidget(), self.window().focusWidget()
        kept = page is not None and now is not None and page.isAncestorOf(now) and now.isVisible()
        if not kept or now is page:  # Qt gives it to a page in which nothing takes it
            self.tab_bar.setFocus(Qt.FocusReason.OtherFocusReason)

    # What a subclass answers

    def show_run(self, run: RunRecord) -> None:
        """Show a run as it looked when it finished (or as it is now); `run` has its result."""

    def drop(self, paths: list[Path]) -> bool:
        """Take what was dropped on the window; False when it is nothing for this panel."""
        return False

    def view_state(self) -> dict[str, Any]:
        """How the panel was left, as JSON data; kept in the project."""
        return {"tab": self.tab}

    def restore_view(self, state: dict[str, Any]) -> None:
        """The reverse of `view_state`; must bear what an older version wrote."""
        self.select_tab(str(state.get("tab", "")))

    def commands(self) -> list[Command]:
        """What the palette offers for this panel."""
        return []
