"""The line above the runs: the filter, how many are selected, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QTabBar, QWidget

from app import theme
from app.panels.runs.filter import HELP
from app.widgets.tooltip import tooltip

if TYPE_CHECKING:
    from app.panels.runs.actions import RunActions
    from app.panels.runs.model import RunModel

BUTTONS = ("compare", "again", "command")
MORE = ("open", "resume", "stop", "", "rename", "note", "", "folder", "export", "", "delete")


class RunBar(QWidget):
    """`buttons` are those of `RunActions`, by key."""

    def __init__(self, actions: RunActions, fill_columns: Callable[[QMenu], None]) -> None:
        super().__init__()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter: method:omp <2.1 today")
        self.filter.setAccessibleName("Filter the runs")
        self.filter.setToolTip(tooltip(HELP))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(150)
        self.filter.setMaximumWidth(320)
        self.count = theme.styled(QLabel(), role="pill")
        self.buttons = {key: actions.button(key) for key in BUTTONS}
        more = _menu_button(
            "More", "More to do with the selected runs", lambda menu: actions.fill(menu, MORE)
        )
        self.columns = _menu_button("Columns", "Which columns there are, and their order", fill_columns)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.filter, 3)
        row.addWidget(self.count, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (*self.buttons.values(), more):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.columns)

    @Slot()
    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def show_count(self, selected: int, shown: int, total: int) -> None:
        """How many runs are selected, or else how many the filter leaves."""
        narrowed = f"{shown:,} of {total:,}" if shown < total else ""
        self.count.setText(f"{selected:,} selected" if selected > 1 else narrowed)
        self.count.setVisible(bool(self.count.text()))


class KindTabs(QTabBar):
    """*All*, and a tab for each kind of run that there is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Kinds of run")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.addTab("All")
        self.setTabData(0, "")
        self._wanted = ""

    @property
    def kind(self) -> str:
        """Of the tab shown; empty for all."""
        return str(self.tabData(self.currentIndex()) or "")

    def want(self, kind: str, model: RunModel) -> None:
        """Show this kind as soon as there are runs of it."""
        self._wanted = kind
        self.follow(model)

    def follow(self, model: RunModel) -> None:
        """The kinds that there are now."""
        kinds = model.kinds()
        there = [str(self.tabData(tab)) for tab in range(self.count())]
        for kind, title in sorted(kinds.items(), key=lambda pair: pair[1]):
            if kind not in there:
                self.setTabData(self.addTab(title.replace("&", "&&")), kind)
        for tab in reversed(range(1, len(there))):
            if there[tab] not in kinds:
                self.removeTab(tab)
        for tab in range(1, self.count()):
            if self.tabData(tab) == self._wanted:
                self._wanted = ""
                self.setCurrentIndex(tab)


def _menu_button(words: str, tip: str, fill: Callable[[QMenu], None]) -> QPushButton:
    """Its menu is made anew each time that it opens."""
    button = QPushButton(f"{words} ▾")
    button.setAccessibleName(words)
    button.setToolTip(tip)
    menu = QMenu(button)

    def refill() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(refill)
    button.setMenu(menu)
    return button
