"""`ctx`: the only thing a job knows about the outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from core.errors import Cancelled
from core.jobs.device import resolve_device
from core.jobs.events import Log, Partial, Progress
from core.jobs.rate import RateMeter


class Control:
    """Stop and pause, pressed from any thread, seen by the job at its next report."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._listeners: list[Callable[[], None]] = []

    def cancel(self) -> None:
        self._cancelled.set()
        self._running.set()
        self._tell()

    def pause(self) -> None:
        self._running.clear()
        self._tell()

    def resume(self) -> None:
        self._running.set()
        self._tell()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each press, on the thread that pressed; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):  # without a lock: a signal handler may press, too
            listener()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        return not self._running.is_set()

    def wait_while_paused(self) -> None:
        self._running.wait()


class Context:
    """Handed to every job as its second argument.

    Args:
        seed: the only source of randomness.
        device: ``cpu``, ``cuda`` or ``mps``; or ``auto``: the best there is, found out when the job asks.
        workdir: where artifacts are staged; the caller publishes or removes it.
        send: takes each event; called on the job's thread.
        control: who may stop or pause the job.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        device: str = "cpu",
        workdir: Path,
        send: Callable[[Progress | Partial | Log], None] = lambda event: None,
        control: Control | None = None,
    ) -> None:
        self.seed = seed
        self.workdir = workdir
        self.warnings: list[str] = []
        self.paused_seconds = 0.0
        """How long the job has stood still because someone pressed pause."""
        self._device = device
        self._send = send
        self._control = control or Control()
        self._meter = RateMeter()

    @property
    def device(self) -> str:
        """``cpu``, ``cuda`` or ``mps``. A job that never asks does not wait for torch to find out."""
        if self._device == "auto":
            self._device = resolve_device("auto")
        return self._device

    @property
    def device_used(self) -> str:
        """`device`, if the job asked for it; otherwise the processor."""
        return "cpu" if self._device == "auto" else self._device

    def check(self) -> None:
        """Raise `Cancelled` if someone pressed stop; wait here while paused."""
        if self._control.paused:
            began = time.monotonic()
            self._meter.pause()
            self._control.wait_while_paused()
            self._meter.resume()
            self.paused_seconds += time.monotonic() - began
        if self._control.cancelled:
            raise Cancelled

    def progress(self, done: float, total: float, stage: str) -> None:
        """Report `done` of `total` units of `stage`. Cheap: call it often, at least twice a second."""
        self.check()
        event = self._meter.update(done, total, stage)
        if event is not None:
            self._send(event)

    def emit(self, partial: BaseModel | dict[str, Any]) -> None:
        """Stream a piece of the result: a loss-curve point, a generated token."""
        self.check()
        self._send(Partial(data=to_jsonable_python(partial, inf_nan_mode="constants")))

    def artifact(self, name: str) -> Path:
        """A path, inside the run's staging folder, to write a file or a folder to.

        Published only when the job succeeds. `name` may contain ``/``; parents are made.
        """
        path = self.workdir / name
        if not path.resolve().is_relative_to(self.workdir.resolve()):
            raise ValueError(f"artifact name {name!r} leaves the run's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def checkpoint(self) -> Path:
        """A folder for the state that an interrupted run resumes from; removed when the run succeeds."""
        path = self.workdir / "checkpoint"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, message: str, level: Literal["info", "warning"] = "info") -> None:
        self._send(Log(level=level, message=message))

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the result's `warnings`, and log it."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)
            self.log(sentence, "warning")
