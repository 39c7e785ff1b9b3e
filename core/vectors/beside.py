"""Run a library's call, which cannot be interrupted, beside a thread that can."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from core.jobs.context import Context

_POLL = 0.1
"""Seconds between two looks at whether someone pressed stop."""

_T = TypeVar("_T")
_S = TypeVar("_S")


class Fed(Iterable[_S]):
    """Passes on what a library reads, again and again; counts it, and ends early once `stop` was called."""

    def __init__(self, source: Iterable[_S]) -> None:
        self._source = source
        self._stopped = threading.Event()
        self.count = 0

    def __iter__(self) -> Iterator[_S]:
        for item in self._source:
            if self._stopped.is_set():
                return
            self.count += 1
            yield item

    def stop(self) -> None:
        self._stopped.set()


def beside(work: Callable[[], _T], fed: Fed[_S], total: int, ctx: Context, stage: str) -> _T:
    """What `work` returns. `total`: how many items it reads from `fed`, in all its rounds.

    Raises:
        Cancelled: it gets nothing more to read and ends by itself, a little later at most.
    """
    made: list[_T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again on the job's own thread
            failures.append(error)

    thread = threading.Thread(target=run, name="vectors", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            ctx.progress(min(fed.count, total), max(1, total), stage)
            thread.join(_POLL)
    finally:
        fed.stop()
    if failures:
        raise failures[0]
    return made[0]
