"""A heartbeat on the main thread: how late it beats is how long the window was frozen."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Slot

log = logging.getLogger(__name__)
EVERY = 0.01
"""Seconds between two beats."""
STALL = 0.2
"""Seconds of lateness that a person notices; such a beat is logged."""
KEPT = 100_000


@dataclass(frozen=True)
class Beats:
    """Lateness of the beats of a while, in seconds."""

    count: int
    median: float
    p99: float
    longest: float


class Heartbeat(QObject):
    """Beats between `start` and `stop`: while a job runs, so that an idle window wakes nobody."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(int(EVERY * 1000))
        self._timer.timeout.connect(self._beat)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        self._late.clear()
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> Beats:
        """What was measured since `start`."""
        self._timer.stop()
        late = sorted(self._late)
        if not late:
            return Beats(0, 0.0, 0.0, 0.0)
        return Beats(len(late), late[len(late) // 2], late[int(0.99 * (len(late) - 1))], late[-1])

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        late = max(0.0, now - self._last - EVERY)
        self._last = now
        if late > STALL:
            log.warning("the window stood still for %.0f ms", late * 1000)
        if len(self._late) < KEPT:
            self._late.append(late)
