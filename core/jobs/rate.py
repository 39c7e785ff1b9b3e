"""Rate and time left of one stage, honest about pauses, resumed work and stage changes."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.jobs.events import Progress

SHOW_EVERY = 0.05
"""Seconds between two reports of the same stage: what a person can see."""


class RateMeter:
    """Turns ``(done, total, stage)`` into throttled `Progress` events.

    The rate counts running time of *this* stage and units done *since it was first seen*,
    so neither a pause nor resumed work flatters it. The time left is hidden until the stage
    is at least 5 % and 3 s old.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._born = clock()
        self._stage: str | None = None
        self._stage_began = 0.0
        self._first_done = 0.0
        self._last_sent = float("-inf")
        self._paused_at: float | None = None

    def pause(self) -> None:
        self._paused_at = self._clock()

    def resume(self) -> None:
        if self._paused_at is not None:
            gap = self._clock() - self._paused_at
            self._stage_began += gap
            self._born += gap
            self._paused_at = None

    def update(self, done: float, total: float, stage: str) -> Progress | None:
        """The event to send, or None when the last one is too fresh."""
        now = self._clock()
        new_stage = stage != self._stage
        if new_stage:
            self._stage, self._stage_began, self._first_done = stage, now, done
        elif now - self._last_sent < SHOW_EVERY and done < total:
            return None
        self._last_sent = now
        seconds, gained = now - self._stage_began, done - self._first_done
        rate = gained / seconds if seconds > 0 and gained > 0 else None
        stable = rate is not None and seconds >= 3 and total > 0 and gained >= 0.05 * total
        eta = (total - done) / rate if stable and rate else None
        return Progress(stage=stage, done=done, total=total, rate=rate, eta=eta, elapsed=now - self._born)
