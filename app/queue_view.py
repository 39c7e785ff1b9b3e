"""The queue, opened from the job bar: what runs, what waits, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.floating import Floating
from app.icons import Sign, icon

if TYPE_CHECKING:
    from app.session import Session
    from app.worker import QueuedRun

WIDTH, HEAD, LINE, LINES = 460, 64, 38, 7


class QueueView(Floating):
    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self.setAccessibleName("Queue")
        self._session = session
        self._lines = 0
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName("Runs in the queue")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._hold = theme.styled(QPushButton(), kind="quiet")
        self._hold.clicked.connect(self._toggle_hold)
        head = QHBoxLayout()
        head.addWidget(theme.styled(QLabel("Queue"), role="subheading"))
        head.addStretch(1)
        head.addWidget(self._hold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)
        session.queue_changed.connect(self.fill)

    def open(self) -> None:
        self.fill()
        super().open()
        self._hold.setFocus()

    def place(self) -> None:
        window = self.window()
        height = HEAD + LINE * min(LINES, max(1, self._lines))
        self.setGeometry(8, window.height() - height - 52, WIDTH, height)

    def fill(self) -> None:
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setSpacing(2)
        self._scroll.setWidget(inner)  # deletes the one before
        running, waiting = self._session.running, self._session.waiting
        held = self._session.held
        self._hold.setText("Start what waits" if held else "Start none after this")
        self._hold.setVisible(held or bool(waiting))
        if running is not None:
            rows.addWidget(self._line(running, "play", []))
        for place, run in enumerate(waiting):
            rows.addWidget(self._line(run, "runs", self._verbs(run, place, len(waiting))))
        if running is None and not waiting:
            rows.addWidget(theme.styled(QLabel("Nothing runs and nothing waits."), role="muted"))
        rows.addStretch(1)
        self._lines = len(waiting) + (running is not None)
        if self.isVisible():
            self.place()

    def _verbs(
        self, run: QueuedRun, place: int, total: int
    ) -> list[tuple[str, str, Callable[[], object] | None]]:
        session = self._session
        return [
            ("up", "Move up", (lambda: session.move(run.id, place - 1)) if place else None),
            ("down", "Move down", (lambda: session.move(run.id, place + 1)) if place < total - 1 else None),
            ("close", "Take out of the queue", lambda: session.cancel(run.id)),
        ]

    def _line(
        self, run: QueuedRun, sign: str, verbs: list[tuple[str, str, Callable[[], object] | None]]
    ) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Sign(sign, "accent" if sign == "play" else "muted", 16))
        title = QLabel(run.title)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setToolTip(run.title)
        row.addWidget(title, 1)
        for name, words, act in verbs:
            button = theme.styled(QPushButton(icon(name), ""), kind="quiet")
            button.setAccessibleName(f"{words}: {run.title}")
            button.setToolTip(words)
            button.setEnabled(act is not None)
            if act is not None:
                button.clicked.connect(act)
            row.addWidget(button)
        return line

    def _toggle_hold(self) -> None:
        self._session.hold(not self._session.held)
