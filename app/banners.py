"""Sentences that concern the whole window, above the panels; never modal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.icons import Sign, icon

SHOWN = 3
"""Banners at a time; the oldest makes room."""
SUCCESS_SECONDS = 8
_ICONS = {"info": "info", "success": "done", "warning": "failed", "error": "failed"}
_CARDS = {"info": "info", "success": "info", "warning": "warning", "error": "error"}
_COLOURS = {"info": "accent", "success": "success", "warning": "warning", "error": "error"}


class Banner(QFrame):
    """One sentence, perhaps with one thing to do about it."""

    dismissed = Signal(object)

    def __init__(self, text: str, level: str, action: tuple[str, Callable[[], object]] | None) -> None:
        super().__init__()
        self.text, self.level = text, level
        theme.styled(self, card=_CARDS[level])
        self.setAccessibleName(text)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = theme.styled(QPushButton(icon("close"), ""), kind="quiet")
        close.setAccessibleName(f"Dismiss: {text}")
        close.setToolTip("Dismiss")
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(Sign(_ICONS[level], _COLOURS[level]))
        row.addWidget(label, 1)
        if action is not None:
            verb, run = action
            button = theme.styled(QPushButton(verb), kind="link")
            button.clicked.connect(run)
            button.clicked.connect(self.dismiss)
            row.addWidget(button)
        row.addWidget(close)
        if level == "success":
            QTimer.singleShot(SUCCESS_SECONDS * 1000, self, self.dismiss)

    def dismiss(self) -> None:
        self.hide()
        self.dismissed.emit(self)
        self.deleteLater()


class Banners(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 12, 24, 0)
        self._layout.setSpacing(8)
        self._shown: list[Banner] = []
        self.hide()

    def say(self, text: str, level: str, action: tuple[str, Callable[[], object]] | None = None) -> None:
        """Show a sentence (once, however often it is said), and read it out to a screen reader."""
        for banner in [banner for banner in self._shown if banner.text == text]:
            banner.dismiss()
        for banner in self._shown[: max(0, len(self._shown) + 1 - SHOWN)]:
            banner.dismiss()
        banner = Banner(text, level, action)
        banner.dismissed.connect(self._remove)
        self._shown.append(banner)
        self._layout.addWidget(banner)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def shown(self) -> list[Banner]:
        """Oldest first."""
        return list(self._shown)

    @Slot(object)
    def _remove(self, banner: Banner) -> None:
        self._shown = [other for other in self._shown if other is not banner]
        self.setVisible(bool(self._shown))
