"""The queue of jobs that a person sees: reorders, pauses, cancels, holds. One job runs at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from core.jobs.context import Control


class Entry(Protocol):
    """What is queued; `id` tells it apart from the others."""

    @property
    def id(self) -> int: ...


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Snapshot(Generic[E]):
    """The queue at one moment. `paused`: the running job is. `held`: none of `waiting` starts for now."""

    running: E | None
    waiting: tuple[E, ...]
    paused: bool
    held: bool


class JobQueue(Generic[E]):
    """Served by one thread, asked by any.

    `on_change` is called after every change, on the thread that made it, and may ask the queue again.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self._changed = threading.Condition()
        self._waiting: list[E] = []
        self._asides: list[Callable[[Control], object]] = []
        self._running: E | None = None
        self._control = Control()
        self._held = False
        self._stopped = False

    def snapshot(self) -> Snapshot[E]:
        with self._changed:
            paused = self._running is not None and self._control.paused
            return Snapshot(self._running, tuple(self._waiting), paused, self._held)

    def add(self, entry: E) -> None:
        """Put `entry` at the end."""
        with self._changed:
            self._waiting.append(entry)
        self._tell()

    def put_aside(self, work: Callable[[Control], object]) -> None:
        """Have `work` done before the next job, also while the queue is held; a snapshot does not show it."""
        with self._changed:
            self._asides.append(work)
            self._changed.notify_all()

    def cancel(self, entry_id: int) -> E | None:
        """Stop the running job at its next report, or take a waiting one out; that one is returned."""
        taken = None
        with self._changed:
            if self._runs(entry_id):
                self._control.cancel()
            else:
                taken = self._take(entry_id)
        self._tell()
        return taken

    def pause(self, entry_id: int) -> None:
        """Let the running job stand still at its next report. One that only waits is left alone."""
        self._set_paused(entry_id, True)

    def resume(self, entry_id: int) -> None:
        self._set_paused(entry_id, False)

    def move(self, entry_id: int, position: int) -> None:
        """Make a waiting job the `position`-th (from 0) of those that wait."""
        with self._changed:
            entry = self._take(entry_id)
            if entry is not None:
                self._waiting.insert(max(0, position), entry)
        self._tell()

    def hold(self) -> None:
        """Start no further job; the running one goes on."""
        self._set_held(True)

    def release(self) -> None:
        self._set_held(False)

    def stop(self) -> None:
        """Stop the running job and start none after: `serve` returns. What waits stays in the queue."""
        with self._changed:
            self._stopped = True
            self._control.cancel()
        self._tell()

    def serve(self, run_one: Callable[[E, Control], object]) -> None:
        """Call `run_one` with each entry in turn and the control that stops or pauses it, until `stop`."""
        while (started := self._start_next()) is not None:
            self._tell()
            try:
                run_one(*started)
            finally:
                with self._changed:
                    self._running = None
                self._tell()

    def _start_next(self) -> tuple[E, Control] | None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopped or self._asides or (self._waiting and not self._held)
                )
                if self._stopped:
                    return None
                self._control = Control()
                if not self._asides:
                    self._running = self._waiting.pop(0)
                    return self._running, self._control
                work = self._asides.pop(0)
            work(self._control)

    def _runs(self, entry_id: int) -> bool:
        return self._running is not None and self._running.id == entry_id

    def _take(self, entry_id: int) -> E | None:
        for place, entry in enumerate(self._waiting):
            if entry.id == entry_id:
                return self._waiting.pop(place)
        return None

    def _set_paused(self, entry_id: int, paused: bool) -> None:
        with self._changed:
            if self._runs(entry_id):
                (self._control.pause if paused else self._control.resume)()
        self._tell()

    def _set_held(self, held: bool) -> None:
        with self._changed:
            self._held = held
        self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()
        self._on_change()
