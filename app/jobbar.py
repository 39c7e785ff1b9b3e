"""The job bar: what runs now, how far it is, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton

from app import theme
from app.figures import count, duration
from app.icons import icon
from app.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from app.session import Session
    from app.worker import QueuedRun

ENGINE = {"starting": "Starting the engine…", "ready": "Ready", "stopped": "The engine has stopped"}
STEPS = 1_000
"""Of the progress bar."""


class JobBar(QFrame):
    queue_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("jobBar")
        self.setAccessibleName("Job bar")
        self.setFixedHeight(44)
        self._session = session
        self._run: int | None = None
        self._ended: int | None = None
        self._leaving: QueuedRun | None = None
        """What ended, as long as the engine has not let go of it."""

        self.what = theme.styled(QPushButton(), kind="quiet")
        self.what.setIconSize(QSize(16, 16))
        self.what.setToolTip("Show the queue")
        self.what.clicked.connect(self.queue_asked)
        self.stage = ElidedLabel("muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the running job")
        self.left = QLabel()
        self.left.setFont(theme.figures_font())
        self.left.setMinimumWidth(self.left.fontMetrics().horizontalAdvance("00 min 00 s left"))
        self.show_result = QPushButton("Show")
        self.show_result.setAccessibleName("Show the run that ended last")
        self.show_result.clicked.connect(self._show_ended)
        self.pause = QPushButton("Pause")
        self.pause.clicked.connect(self._toggle_pause)
        self.stop = QPushButton("Stop")
        self.stop.clicked.connect(self._stop)

        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self.what)
        row.addWidget(self.stage, 2)
        row.addWidget(self.progress, 3)
        row.addWidget(self.left)
        row.addWidget(self.show_result)
        row.addWidget(self.pause)
        row.addSpacing(32)  # so that nobody stops what they meant to pause
        row.addWidget(self.stop)
        session.run_event.connect(self._on_event)
        session.queue_changed.connect(self._on_queue)
        session.engine_changed.connect(self._on_engine)
        session.project_changed.connect(self._on_project)
        self._rest("Starting…")

    @Slot(int, object)
    def _on_event(self, run_id: int, event: Any) -> None:
        if event.type == "finished":
            self._end(run_id, event)
        elif event.type == "progress" and run_id == self._run:
            self._show_progress(event)

    @Slot()
    def _on_queue(self) -> None:
        running = self._session.running
        if running is not None and running is self._leaving:
            self._say_waiting()
            return
        self._leaving = None
        if running is None:
            if self._run is not None:
                self._run = None
                self._rest("Nothing is running")
            self._say_waiting()
            return
        if running.id != self._run:
            self._run, self._ended = running.id, None
            self.progress.setRange(0, 0)
            self.stage.say("starting")
            self.left.clear()
            self.stop.setText("Stop")
            self._set_active(True)
        self._show_paused(self._session.paused)
        self._say_waiting()

    @Slot(str)
    def _on_engine(self, state: str) -> None:
        if self._run is None and self._ended is None:
            words = {
                "starting": "Starting the engine…",
                "ready": "Ready",
                "stopped": "The engine has stopped",
            }
            self._rest(words[state])

    @Slot()
    def _on_project(self) -> None:
        self._ended = None
        if self._run is None:
            self._rest("Ready" if self._session.engine else "Starting…")

    def _show_progress(self, event: Any) -> None:
        if event.total > 0:
            self.progress.setRange(0, STEPS)
            self.progress.setValue(round(STEPS * min(1.0, event.done / event.total)))
        else:
            self.progress.setRange(0, 0)
        counted = event.total > 1
        self.stage.say(
            f"{event.stage} {count(event.done)} of {count(event.total)}" if counted else event.stage
        )
        self.left.setText("" if event.eta is None else f"{duration(event.eta)} left")

    def _end(self, run_id: int, finished: Any) -> None:
        result = finished.result or {}
        if finished.status == "done":
            icon_name, color = "done", "success"
            words = f"Run {run_id} is done, in {duration(result.get('seconds', 0.0))}"
        elif finished.status == "cancelled":
            icon_name, color, words = "stop", "muted", f"Run {run_id} was stopped"
        else:
            icon_name, color = "failed", "error"
            words = (
                f"Run {run_id} failed: {finished.error.message}" if finished.error else f"Run {run_id} failed"
            )
        running = self._session.running
        self._leaving = running if running is not None and running.id == run_id else None
        self._run, self._ended = None, run_id
        self._rest(words, icon_name, color)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _rest(self, words: str, icon_name: str = "runs", color: str = "muted") -> None:
        """Nothing runs; say what is known instead."""
        self._set_active(False)
        self._words = words
        self.what.setIcon(icon(icon_name, color))
        self._say_waiting()

    def _set_active(self, active: bool) -> None:
        for widget in (self.progress, self.left, self.pause, self.stop):
            widget.setVisible(active)
        self.show_result.setVisible(not active and self._ended is not None)

    def _say_waiting(self) -> None:
        waiting = len(self._session.waiting)
        more = f" · {waiting} waiting" if waiting else ""
        running = self._session.running
        if running is None or self._run is None:
            self.what.setText(f" Queue{more}")
            self.stage.say(self._words)
        else:
            self.what.setText(f" {running.title}{more}")
        self.what.setAccessibleName(f"Queue: {self.what.text().strip()}")

    def _show_paused(self, paused: bool) -> None:
        self.pause.setText("Go on" if paused else "Pause")
        self.what.setIcon(icon("pause" if paused else "play", "accent"))

    @Slot()
    def _toggle_pause(self) -> None:
        running = self._session.running
        if running is not None:
            (self._session.resume if self._session.paused else self._session.pause)(running.id)

    @Slot()
    def _stop(self) -> None:
        if self._run is not None:
            self.stop.setText("Stopping…")
            self._session.cancel(self._run)

    @Slot()
    def _show_ended(self) -> None:
        if self._ended is not None:
            self._session.open_run(self._ended)
