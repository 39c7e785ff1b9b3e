"""From core events on the engine's thread to Qt signals on the main thread, at most 20 times a second."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

PERIOD = 0.05
"""Seconds between two deliveries: what a person can see."""
KEPT = 5_000
"""Partial results and log lines that wait for one delivery; beyond, the oldest are dropped."""


class EventRelay(QObject):
    """Lives on the main thread; `push` may be called from any.

    The latest progress of a run replaces the one before; partial results and log lines are delivered
    in order; *finished* is never dropped and never waits.
    """

    delivered = Signal(int, object)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._progress: dict[int, Any] = {}
        self._others: deque[tuple[int, Any]] = deque(maxlen=KEPT)
        self._ends: list[tuple[int, Any]] = []
        self._awake = False
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)
        self._wake.connect(self._plan, Qt.ConnectionType.QueuedConnection)

    def push(self, run_id: int, event: Any) -> None:
        """Take an event of `run_id`; returns at once."""
        with self._lock:
            if event.type == "progress":
                self._progress[run_id] = event
            elif event.type == "finished":
                self._ends.append((run_id, event))
            else:
                self._others.append((run_id, event))
            wake, self._awake = not self._awake or event.type == "finished", True
        if wake:
            self._wake.emit()

    @Slot()
    def _plan(self) -> None:
        rest = PERIOD - (time.monotonic() - self._last)
        if rest <= 0 or self._ends:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(int(rest * 1000) + 1)

    @Slot()
    def _deliver(self) -> None:
        self._timer.stop()
        with self._lock:
            waiting = [*self._others, *self._progress.items(), *self._ends]
            self._others.clear()
            self._progress.clear()
            self._ends.clear()
            self._awake = False
        self._last = time.monotonic()
        for run_id, event in waiting:
            self.delivered.emit(run_id, event)
