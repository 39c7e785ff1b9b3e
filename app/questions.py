"""Light questions, answered off the main thread: `Questions.ask` and `Questions.follow`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot
from shiboken6 import isValid

if TYPE_CHECKING:
    from concurrent.futures import Future

log = logging.getLogger(__name__)
THREADS = 2
"""Enough that one slow folder does not hold up the line being typed, and the engine keeps its cores."""


@dataclass(frozen=True)
class _Question:
    then: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    owner: QObject | None
    key: str | None


class _Task(QRunnable):
    def __init__(self, work: Callable[[], Any], answer: Callable[[Any, BaseException | None], None]) -> None:
        super().__init__()
        self._work, self._answer = work, answer

    def run(self) -> None:
        try:
            value = self._work()
        except BaseException as error:  # noqa: BLE001 - a parser's panic is no Exception, and must be told too
            self._answer(None, error)
        else:
            self._answer(value, None)


class Questions(QObject):
    """Lives on the main thread. Nothing here waits."""

    unanswered = Signal(object)
    """The exception of a question whose asker gave no `failed`."""
    _answered = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = count(1)
        self._open: dict[int, _Question] = {}
        self._newest: dict[tuple[QObject | None, str], int] = {}
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        function: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
        key: str | None = None,
    ) -> None:
        """Call `function` in a thread, then `then(result)` or `failed(error)` on the main thread.

        Neither is called when `owner` was deleted meanwhile, or asked something newer under the same `key`.
        """
        number = self._register(then, failed, owner, key)
        self._pool.start(
            _Task(lambda: function(*args), lambda value, error: self._answer(number, value, error))
        )

    def follow(
        self,
        future: Future[Any],
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """The same for something already under way, such as a write to the project."""
        number = self._register(then, failed, owner, None)

        def done(future: Future[Any]) -> None:
            error = future.exception()
            self._answer(number, None if error else future.result(), error)

        future.add_done_callback(done)

    def close(self, milliseconds: int = 2_000) -> None:
        """Forget what was asked, and wait a little for threads at work."""
        self._open.clear()
        self._pool.clear()
        self._pool.waitForDone(milliseconds)

    def _register(
        self,
        then: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        owner: QObject | None,
        key: str | None,
    ) -> int:
        number = next(self._numbers)
        self._open[number] = _Question(then, failed, owner, key)
        if key is not None:
            self._newest[owner, key] = number
        return number

    def _answer(self, number: int, value: Any, error: BaseException | None) -> None:
        """On whatever thread the answer came."""
        if isValid(self):
            self._answered.emit(number, value, error)

    @Slot(int, object, object)
    def _deliver(self, number: int, value: Any, error: BaseException | None) -> None:
        question = self._open.pop(number, None)
        if question is None:
            return
        if question.key is not None:
            place = question.owner, question.key
            if self._newest.get(place) != number:
                return
            del self._newest[place]
        if question.owner is not None and not isValid(question.owner):
            return
        if error is None:
            if question.then is not None:
                question.then(value)
            return
        told = error if isinstance(error, Exception) else RuntimeError(str(error))
        told.__cause__ = None if told is error else error
        if question.failed is not None:
            question.failed(told)
        else:
            self.unanswered.emit(told)
