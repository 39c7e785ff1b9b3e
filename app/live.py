"""`LiveTokenizers`: small questions about tokenizers, asked while a person types, answered later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot
from shiboken6 import isValid

from core.tokenizers.live.preview import Live

if TYPE_CHECKING:
    from core.tokenizers.live.request import Question


@dataclass(frozen=True)
class _Asked:
    number: int
    question: Question
    then: Callable[[Any], None]
    failed: Callable[[Exception], None]
    owner: QObject
    key: str


class LiveTokenizers(QObject):
    """Lives on the main thread; nothing here waits. One question is under way at a time.

    Of those that wait, only the newest of an owner and key is kept: who types fast is answered about what
    stands there, not about every letter on the way. The process that answers starts with the first question.
    """

    _answered = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live = Live()
        self._numbers = count(1)
        self._waiting: list[_Asked] = []
        self._under_way: _Asked | None = None
        self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Start the process ahead of the first question; returns at once."""
        self._pool.start(_Task(self._live.start))

    def ask(
        self,
        question: Question,
        *,
        then: Callable[[Any], None],
        failed: Callable[[Exception], None],
        owner: QObject,
        key: str,
        first: bool = False,
    ) -> None:
        """Later, on the main thread: ``then(answer)``, or ``failed(error)`` with a `UserError`'s sentence.

        With `first`, it is asked before what waits already: what a person looks at, before what they will.
        Neither is called when `owner` was deleted meanwhile, or asked something newer under the same `key`.
        """
        self._waiting = [asked for asked in self._waiting if (asked.owner, asked.key) != (owner, key)]
        asked = _Asked(next(self._numbers), question, then, failed, owner, key)
        self._waiting.insert(0 if first else len(self._waiting), asked)
        self._next()

    def close(self) -> None:
        """End the process; what was asked is forgotten."""
        self._closed = True
        self._waiting.clear()
        self._live.close()
        self._pool.waitForDone(2_000)

    def _next(self) -> None:
        if self._under_way is not None or not self._waiting or self._closed:
            return
        asked = self._under_way = self._waiting.pop(0)

        def work() -> None:
            try:
                answer = self._live.ask(asked.question)
            except BaseException as error:  # noqa: BLE001
                self._tell(asked.number, None, error)
            else:
                self._tell(asked.number, answer, None)

        self._pool.start(_Task(work))

    def _tell(self, number: int, answer: Any, error: BaseException | None) -> None:
        """On the thread that asked."""
        if isValid(self):
            self._answered.emit(number, answer, error)

    @Slot(int, object, object)
    def _deliver(self, number: int, answer: Any, error: BaseException | None) -> None:
        asked, self._under_way = self._under_way, None
        newer = asked is not None and any((a.owner, a.key) == (asked.owner, asked.key) for a in self._waiting)
        self._next()
        if asked is None or asked.number != number or newer or self._closed or not isValid(asked.owner):
            return
        if error is None:
            asked.then(answer)
        else:
            asked.failed(error if isinstance(error, Exception) else RuntimeError(str(error)))


class _Task(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()
