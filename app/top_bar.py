"""The top bar: the project's menu, the search field, the theme and help."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from app import theme
from app.icons import icon

NAME_WIDTH = 260


class TopBar(QFrame):
    """`project`, `search`, `look` and `help` are its buttons; the window gives them menus and actions."""

    def __init__(self, palette_shortcut: str) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setAccessibleName("Top bar")
        self.setFixedHeight(48)
        self.project = theme.styled(QPushButton(), kind="quiet")
        self.project.setObjectName("project")
        self.project.setAccessibleName("Project menu")
        self.search = QPushButton("Search, or type a command")
        self.search.setObjectName("search")
        self.search.setAccessibleName("Search, or type a command")
        self.search.setFixedHeight(33)
        self.search.setMaximumWidth(440)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        hint = theme.styled(QLabel(palette_shortcut), role="key")
        hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self.search)
        inside.setContentsMargins(0, 0, 12, 0)
        inside.addStretch(1)
        inside.addWidget(hint, 0, Qt.AlignmentFlag.AlignVCenter)
        self.look = _tool("Light or dark")
        self.help = _tool("Help")
        self.help.setIcon(icon("help"))

        left, right = QHBoxLayout(), QHBoxLayout()
        left.addWidget(self.project)
        left.addStretch(1)
        right.addStretch(1)
        right.addWidget(self.look)
        right.addWidget(self.help)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.addLayout(left, 3)
        row.addWidget(self.search, 4)
        row.addLayout(right, 3)
        theme.current().changed.connect(self._show_theme)
        self._show_theme()
        self.show_project("")

    def show_project(self, name: str) -> None:
        words = self.project.fontMetrics().elidedText(
            name or "No project", Qt.TextElideMode.ElideMiddle, NAME_WIDTH
        )
        self.project.setText(f"{words.replace('&', '&&')} ▾")
        self.project.setToolTip(name)

    @Slot()
    def _show_theme(self) -> None:
        self.look.setIcon(icon("moon" if theme.tokens().name == "dark" else "sun"))


def _tool(words: str) -> QPushButton:
    button = theme.styled(QPushButton(), kind="quiet")
    button.setIconSize(QSize(18, 18))
    button.setAccessibleName(words)
    button.setToolTip(words)
    return button
