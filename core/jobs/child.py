"""The engine process: what the child of `ProcessExecutor` does.

It reads orders (run, control) from one pipe and tells events through another, both as JSON. The main thread
runs the jobs, in turn; a second one listens, so that *cancel* and *pause* are heard in the middle of a job,
and so that the process ends at once when its parent has: then there is nobody to work for.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pydantic_core import to_jsonable_python

from core.jobs.context import Control
from core.jobs.machine import usable_cores
from core.jobs.request import RunSpec
from core.jobs.running import AnyEvent, run_job

_NICE = 3
"""How far the jobs stand back behind the window (POSIX)."""
_OOM_SCORE = "500"
"""Of 1000: the out-of-memory killer shall take this process, and not the window."""


@dataclass(frozen=True)
class _Order:
    spec: RunSpec
    module: str
    """Declares the kind of the job."""
    workdir: Path
    folder: str
    """The parent's current folder, which relative paths are meant from."""
    control: Control


def main(requests: Connection, events: Connection, trace: str, ahead: tuple[str, ...]) -> None:
    """Serve until the parent closes `requests`. A crash leaves its traceback in the file `trace`.

    The modules of `ahead` are imported before the first job, which then need not.
    """
    _settle_in(trace)
    orders: SimpleQueue[_Order] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, orders, trace), name="listener", daemon=True).start()
    say = _Voice(events)
    with suppress(BrokenPipeError):  # the parent has just ended
        for module in ahead:
            with suppress(ImportError):
                importlib.import_module(module)
        say.raw({"type": "ready"})
        while True:
            _run(orders.get(), say)
            gc.collect()


class _Voice:
    """Sends events; from any thread of a job."""

    def __init__(self, events: Connection) -> None:
        self._events = events
        self._lock = threading.Lock()

    def __call__(self, event: AnyEvent) -> None:
        self.raw(to_jsonable_python(event, inf_nan_mode="constants"))

    def raw(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        with self._lock:
            self._events.send_bytes(data)


def _run(order: _Order, say: _Voice) -> None:
    say.raw({"type": "begun"})
    with suppress(OSError):
        os.chdir(order.folder)
    run_job(order.spec, workdir=order.workdir, on_event=say, control=order.control, declared_in=order.module)


def _listen(requests: Connection, orders: SimpleQueue[_Order], trace: str) -> None:
    control = Control()
    while True:
        try:
            order = json.loads(requests.recv_bytes())
        except (EOFError, OSError):
            with suppress(OSError):
                Path(trace).unlink(missing_ok=True)
            os._exit(0)
        if order["do"] == "run":
            control = Control()
            orders.put(
                _Order(
                    spec=RunSpec.model_validate(order["spec"]),
                    module=order["module"],
                    workdir=Path(order["workdir"]),
                    folder=order["folder"],
                    control=control,
                )
            )
        elif order["cancelled"]:
            control.cancel()
        elif order["paused"]:
            control.pause()
        else:
            control.resume()


def _settle_in(trace: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the parent's to hear
    _leave_stdout_alone()
    with suppress(OSError):
        faulthandler.enable(open(trace, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
    _stand_back()
    os.environ.setdefault("OMP_NUM_THREADS", str(usable_cores()))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # on a busy machine, threads that spin starve others
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _leave_stdout_alone() -> None:
    """Standard output is the parent's, maybe for one JSON object: prints of a job go to standard error."""
    with suppress(OSError):
        os.dup2(2, 1)
    if sys.stderr is None:  # a program without a console
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr


def _stand_back() -> None:
    if sys.platform == "win32":
        import ctypes

        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        ctypes.windll.kernel32.SetErrorMode(0x0003)  # a crash ends the process without asking anybody
        return
    with suppress(OSError):
        os.nice(_NICE)
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
