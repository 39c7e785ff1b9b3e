"""One run from queued to finished: what the command line and the desktop's engine thread share."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.errors import UserError
from core.jobs.context import Control
from core.jobs.events import ErrorInfo, Finished, Log, Partial, Progress
from core.jobs.request import RunSpec

if TYPE_CHECKING:
    from core.project.project import Project

NOTE_PROGRESS_EVERY = 5.0
"""Seconds between two notes of how far a run is, for the case that it gets interrupted."""

AnyEvent = Progress | Partial | Log | Finished


class _Executor(Protocol):
    def run(
        self, spec: RunSpec, *, workdir: Path, on_event: Callable[[AnyEvent], None], control: Control
    ) -> Finished: ...


def execute(
    project: Project,
    run_id: int,
    executor: _Executor,
    *,
    on_event: Callable[[AnyEvent], None] = lambda event: None,
    control: Control | None = None,
    leave: Callable[[], bool] = lambda: False,
) -> Finished:
    """Run a queued run of `project` on the calling thread and record how it ended.

    `on_event` gets every event of the job; *finished* comes last, once it is recorded, with the
    paths of the published files. A result that cannot be saved (the disk is full, say) ends the
    run as *failed* with that sentence. A run that was cancelled while `leave` says True is not recorded
    as ended, unless it has a result so far: the next opening finds it *interrupted*, to be resumed from its
    checkpoint.

    Raises:
        UserError: the run is not queued, or not even its failure could be recorded.
    """
    record = project.run(run_id)
    project.start_run(run_id).result()
    if control is not None and control.paused:  # before it was recorded as running, which alone can be paused
        project.set_paused(run_id, True)
    noted = time.monotonic()

    def pass_on(event: AnyEvent) -> None:
        nonlocal noted
        if isinstance(event, Finished):
            return
        if (
            isinstance(event, Progress)
            and event.total > 0
            and time.monotonic() - noted >= NOTE_PROGRESS_EVERY
        ):
            noted = time.monotonic()
            project.set_progress(run_id, min(1.0, event.done / event.total))
        on_event(event)

    finished = Finished(status="failed")
    try:
        workdir = project.run_workdir(run_id)
        finished = executor.run(record.spec, workdir=workdir, on_event=pass_on, control=control or Control())
        if finished.status == "cancelled" and finished.result is None and leave():
            return finished
        recorded = project.finish_run(run_id, finished).result()
    except Exception as error:  # noqa: BLE001 - whatever happened, the run must not stay "running"
        failure = Finished(status="failed", error=_reason(error), provenance=finished.provenance)
        recorded = project.finish_run(run_id, failure).result()
    on_event(recorded)
    return recorded


def _reason(error: Exception) -> ErrorInfo:
    if isinstance(error, UserError):
        return ErrorInfo(kind="user", message=f"The run could not be saved: {error.message}")
    return ErrorInfo(
        kind="fault",
        message=f"A fault in Lexigraft: {error}",
        traceback="".join(traceback.format_exception(error)),
    )
