"""The project's one writer: a thread with its own small queue, through which every change goes."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core.errors import UserError
from core.project.database import Database
from core.project.faults import user_errors
from core.project.records import Change

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Writer:
    """Does one thing after another, and tells whoever listens what each commit changed."""

    def __init__(self, file: Path, database: Database) -> None:
        self._file = file
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="project-writer")
        self._listeners: list[Callable[[Change], None]] = []
        self.closed = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` done; what the world did to the project is raised as `UserError`."""

        def guarded() -> T:
            with user_errors(self._file):
                return work()

        if self.closed:
            return failed(UserError("This project was closed; open it again to change it."))
        return self._thread.submit(guarded)

    def write(self, work: Callable[[Session], T], change: Callable[[T], Change | None]) -> Future[T]:
        """One transaction, announced as what `change` makes of its result."""

        def transaction() -> T:
            with self._database.write() as session:
                result = work(session)
            self.announce(change(result))
            return result

        return self.submit(transaction)

    def announce(self, change: Change | None) -> None:
        if change is None:
            return
        for listener in list(self._listeners):
            try:
                listener(change)
            except Exception:  # noqa: BLE001 - a listener's fault must not fail the write that it hears of
                _log.exception("a listener to project changes failed")

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Have `listener` called on the writer's thread after each commit; returns what ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def close(self) -> None:
        """Do what was asked for, then end."""
        self.closed = True
        self._thread.shutdown(wait=True)


def failed(error: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
