"""`ProcessExecutor`: jobs in a process of their own, so that a crash ends a run and never the window."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from core.errors import UserError
from core.jobs import child, death
from core.jobs.context import Control
from core.jobs.events import EVENT, ErrorInfo, Finished, Progress
from core.jobs.failure import encodable, error_info
from core.jobs.registry import job_kind
from core.jobs.request import RunSpec
from core.jobs.running import AnyEvent, failed

PATIENCE = 10.0
"""Seconds that a job has to react to *cancel* before its process is killed."""
STARTING = "starting the engine"
"""The stage while the process imports torch."""
_GOODBYE = 1.0
"""Seconds that an idle process has to end by itself."""


class ProcessExecutor:
    """Keeps one child process from job to job, with what they have loaded; starts another when it has died.

    Args:
        patience: seconds that a job has to react to *cancel*.
        ahead: the modules that a new process imports before the first job asks for them.
    """

    def __init__(self, *, patience: float = PATIENCE, ahead: tuple[str, ...] = ("torch",)) -> None:
        self._patience = patience
        self._ahead = ahead
        self._engine: _EngineProcess | None = None

    def warm(self) -> None:
        """Start the process; it imports what takes long while the caller goes on."""
        self._living()

    def run(
        self, spec: RunSpec, *, workdir: Path, on_event: Callable[[AnyEvent], None], control: Control
    ) -> Finished:
        """See `core.jobs.executors.Executor.run`."""
        try:
            finished = self._run(spec, workdir, on_event, control)
        except UserError as error:
            finished = failed(error_info(error), spec)
        except BaseException:  # a second Ctrl-C, or who listens failed: the job is in the middle of something
            self.close()
            raise
        if _card_is_lost(finished):
            self.close()
        on_event(finished)
        return finished

    def close(self) -> None:
        """End the process, and with it the job that it may be at."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _living(self) -> _EngineProcess:
        if self._engine is not None and not self._engine.alive:
            self.close()
        if self._engine is None:
            self._engine = _EngineProcess(self._ahead)
        return self._engine

    def _run(
        self, spec: RunSpec, workdir: Path, on_event: Callable[[AnyEvent], None], control: Control
    ) -> Finished:
        kind = job_kind(spec.kind)
        try:
            engine = self._living()
        except OSError as error:
            message = f"The engine process cannot be started: {error.strerror or error}."
            return failed(ErrorInfo(kind="engine", message=message), spec)
        idle = engine.ready
        if not idle:
            on_event(Progress(stage=STARTING, done=0, total=0))
        engine.begun = False
        engine.send(
            {
                "do": "run",
                "spec": to_jsonable_python(spec, inf_nan_mode="constants"),
                "module": kind.run.partition(":")[0],
                "workdir": str(workdir.absolute()),
                "folder": os.getcwd(),  # noqa: PTH109 - as text
            }
        )
        with _pressed(control, engine, self._patience):
            for event in engine.events():
                if isinstance(event, Finished):
                    return event
                on_event(event)
        if idle and not engine.begun and not control.cancelled:  # it had died before, with nothing to do
            self.close()
            return self._run(spec, workdir, on_event, control)
        finished = Finished(status="cancelled") if control.cancelled else self._died(engine, spec)
        self.close()
        return finished

    def _died(self, engine: _EngineProcess, spec: RunSpec) -> Finished:
        message = death.sentence(engine.exit_code())
        return failed(ErrorInfo(kind="engine", message=message, traceback=engine.last_words()), spec)


def _card_is_lost(finished: Finished) -> bool:
    """After a fault inside a CUDA kernel, every later call fails, too: the next job needs a new process."""
    return finished.error is not None and "CUDA error" in finished.error.message + finished.error.traceback


@contextlib.contextmanager
def _pressed(control: Control, engine: _EngineProcess, patience: float) -> Iterator[None]:
    """Pass on what is pressed; and where a job does not react to *cancel* in time, kill its process."""
    lock = threading.RLock()  # a signal handler may press while this very thread passes something on
    killer = threading.Timer(patience, engine.kill)
    killer.daemon = True
    over = threading.Event()  # what is pressed just now must not reach the next job

    def pass_on() -> None:
        with lock:
            if over.is_set():
                return
            engine.send({"do": "control", "cancelled": control.cancelled, "paused": control.paused})
            if control.cancelled and killer.ident is None:
                killer.start()

    ignore = control.listen(pass_on)
    try:
        pass_on()  # what was pressed before
        yield
    finally:
        ignore()
        with lock:
            over.set()
            killer.cancel()
        if killer.ident is not None:
            killer.join()


class _EngineProcess:
    """One child process and the two pipes to it."""

    def __init__(self, ahead: tuple[str, ...]) -> None:
        handle, trace = tempfile.mkstemp(prefix="lexigraft-engine-", suffix=".trace")
        os.close(handle)
        self._trace = Path(trace)
        # At the latest when this program ends.
        self._remove_trace = weakref.finalize(self, _remove, self._trace)
        spawn = multiprocessing.get_context("spawn")
        theirs_in, self._requests = spawn.Pipe(duplex=False)
        self._events, theirs_out = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=child.main,
            args=(theirs_in, theirs_out, trace, ahead),
            name="lexigraft engine",
            daemon=True,
        )
        try:
            with _interrupts_held_back():
                self._process.start()
        except BaseException:
            self._requests.close()
            self._events.close()
            self._remove_trace()
            raise
        finally:  # only the child may hold these, so that either side hears when the other is gone
            theirs_in.close()
            theirs_out.close()
        self._ready = False
        self.begun = False
        """Whether the child has begun with the job that it was sent last."""

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def ready(self) -> bool:
        """Whether the child has imported what it needs."""
        with contextlib.suppress(EOFError, OSError):
            while not self._ready and self._events.poll():
                self._receive()
        return self._ready

    def send(self, message: dict[str, Any]) -> None:
        """Says nothing when the child is dead: that is heard where its events are read."""
        with contextlib.suppress(OSError):
            self._requests.send_bytes(json.dumps(message).encode())

    def events(self) -> Iterator[AnyEvent]:
        """What the child says, until it is dead."""
        while self._events in wait([self._events, self._process.sentinel]):
            try:
                event = self._receive()
            except (EOFError, OSError):
                return
            if event is not None:
                yield event

    def kill(self) -> None:
        self._process.kill()

    def exit_code(self) -> int | None:
        """Of a process whose pipe has ended."""
        self._process.join(_GOODBYE)
        return self._process.exitcode

    def last_words(self) -> str:
        """Where each thread was when it crashed."""
        with contextlib.suppress(OSError):
            return encodable(self._trace.read_text(encoding="utf-8", errors="replace")).strip()
        return ""

    def close(self) -> None:
        self._requests.close()  # the child leaves when it hears that
        self._process.join(_GOODBYE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
        self._events.close()
        self._remove_trace()

    def _receive(self) -> AnyEvent | None:
        said = json.loads(self._events.recv_bytes())
        if said["type"] == "ready":
            self._ready = True
            return None
        if said["type"] == "begun":
            self.begun = True
            return None
        return EVENT.validate_python(said)


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """What is started in here is deaf to Ctrl-C from its first instruction on; the child then stays so."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # unblocks the signal itself when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
