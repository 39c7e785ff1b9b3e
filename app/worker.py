"""`EngineThread`: the window's one door to the engine."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QThread, Signal

from core.jobs.queue import JobQueue

if TYPE_CHECKING:
    from core.jobs.context import Control
    from core.jobs.executors import Executor
    from core.jobs.request import Result, RunSpec
    from core.project.project import Project

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class QueuedRun:
    """An entry of the queue: a recorded run of a project."""

    id: int
    kind: str
    title: str
    project: Project


class EngineThread(QThread):
    """Takes one run at a time from the queue, has the executor run it, and passes its events on.

    Owned by the session, which outlives it; never terminated: `stop`, then wait. `push` is called on this
    thread with a run's number and each event.
    """

    state_changed = Signal(str)
    """``starting``, ``ready`` or ``stopped``."""
    queue_changed = Signal()
    failed = Signal(object)
    """An exception that kept a run from even being recorded as failed."""

    def __init__(self, executor: str, push: Callable[[int, Any], None]) -> None:
        super().__init__()
        self.setObjectName("engine")
        self._executor_name = executor
        self._executor: Executor | None = None
        """Made on this thread, which uses it."""
        self._push = push
        self._leaving = False
        self.queue: JobQueue[QueuedRun] = JobQueue(on_change=self.queue_changed.emit)

    def run(self) -> None:
        self.state_changed.emit("starting")
        try:
            executor = self._executor = _executor(self._executor_name)
            try:
                executor.warm()
                self.state_changed.emit("ready")
                self.queue.serve(lambda entry, control: self._run_one(executor, entry, control))
            finally:
                executor.close()
        except BaseException as error:
            log.exception("the engine thread ended")
            self.failed.emit(error)
        self.state_changed.emit("stopped")

    def stop(self, *, leave: bool = False) -> None:
        """Stop the running run and start none after. With `leave`, the run is to be resumed another day."""
        self._leaving = leave
        self.queue.stop()

    # What the session asks, on the main thread

    @property
    def running(self) -> QueuedRun | None:
        return self.queue.snapshot().running

    @property
    def waiting(self) -> list[QueuedRun]:
        return list(self.queue.snapshot().waiting)

    @property
    def paused(self) -> bool:
        return self.queue.snapshot().paused

    @property
    def held(self) -> bool:
        return self.queue.snapshot().held

    def add(self, run: QueuedRun) -> None:
        self.queue.add(run)

    def ask(self, spec: RunSpec) -> Future[Result]:
        """Run a job that is not recorded, between two runs; its result, or why there is none.

        The future never ends when the engine stops before its turn.
        """
        answer: Future[Result] = Future()
        self.queue.put_aside(lambda control: self._answer(spec, control, answer))
        return answer

    def cancel(self, run_id: int) -> QueuedRun | None:
        """Stop the running run, or take a waiting one out of the queue; that one is returned."""
        return self.queue.cancel(run_id)

    def set_paused(self, run_id: int, paused: bool) -> None:
        (self.queue.pause if paused else self.queue.resume)(run_id)

    def move(self, run_id: int, position: int) -> None:
        self.queue.move(run_id, position)

    def hold(self, held: bool) -> None:
        (self.queue.hold if held else self.queue.release)()

    def _answer(self, spec: RunSpec, control: Control, answer: Future[Result]) -> None:
        from core.errors import UserError
        from core.jobs.registry import job_kind

        assert self._executor is not None
        try:
            with tempfile.TemporaryDirectory(prefix="lexigraft-") as workdir:
                finished = self._executor.run(
                    spec, workdir=Path(workdir), on_event=lambda event: None, control=control
                )
            if finished.status == "done":
                answer.set_result(job_kind(spec.kind).result.model_validate(finished.result))
            elif finished.error is not None and finished.error.kind == "fault":
                answer.set_exception(RuntimeError(finished.error.message))
            else:
                message = finished.error.message if finished.error else "It was stopped."
                field = finished.error.field if finished.error else None
                answer.set_exception(UserError(message, field=field))
        except BaseException as error:
            log.exception("a question to the engine has no answer")
            answer.set_exception(error)

    def _run_one(self, executor: Executor, entry: QueuedRun, control: Control) -> None:
        from core.project.execution import execute

        try:
            execute(
                entry.project,
                entry.id,
                executor,
                on_event=lambda event: self._push(entry.id, event),
                control=control,
                leave=lambda: self._leaving,
            )
        except BaseException as error:
            log.exception("run %s could not be recorded", entry.id)
            self.failed.emit(error)


def _executor(name: str) -> Executor:
    from core.jobs import executors

    return executors.ThreadExecutor() if name == "thread" else executors.ProcessExecutor()
