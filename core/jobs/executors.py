"""Where jobs run: in the calling thread, or in a process of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from core.jobs.context import Control
from core.jobs.events import Finished
from core.jobs.process import ProcessExecutor
from core.jobs.request import RunSpec
from core.jobs.running import AnyEvent, run_job

__all__ = ["Executor", "ProcessExecutor", "ThreadExecutor"]


class Executor(Protocol):
    """Runs one job at a time; used from one thread, but for the `control` of a run."""

    def warm(self) -> None:
        """Begin with what the first job would have to wait for. Returns at once."""

    def run(
        self, spec: RunSpec, *, workdir: Path, on_event: Callable[[AnyEvent], None], control: Control
    ) -> Finished:
        """Run a job to its end, whatever that is: nothing that the job does is raised here.

        Args:
            spec: the request, the seed and the device.
            workdir: an existing folder for the job's artifacts; the caller publishes or removes it.
            on_event: gets every event on the calling thread, *finished* as the last.
            control: stops or pauses the job at its next report; may be pressed from any thread.

        Returns:
            The *finished* event. A job that raised has ended as *failed*; see `core.jobs.events.ErrorInfo`.

        Raises:
            KeyboardInterrupt: pressed in this very thread; the job is abandoned.
        """

    def close(self) -> None:
        """Let go of everything. The executor can be used again afterwards."""


class ThreadExecutor:
    """Runs the job in the calling thread: for the command line, notebooks, tests and debugging."""

    def warm(self) -> None:
        pass

    def run(
        self, spec: RunSpec, *, workdir: Path, on_event: Callable[[AnyEvent], None], control: Control
    ) -> Finished:
        return run_job(spec, workdir=workdir, on_event=on_event, control=control)

    def close(self) -> None:
        pass
