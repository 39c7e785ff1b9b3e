"""A job for the tests of the window: counts, reports each step, and ends as it is told to."""

from __future__ import annotations

import threading
from typing import Literal

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import JobKind, declare, job
from core.jobs.request import Request, Result

GATE = threading.Event()
"""The job goes past its first step only once this is set."""


class CountRequest(Request):
    steps: int = 3
    end: Literal["well", "user", "fault", "memory", "panic"] = "well"


class CountResult(Result):
    counted: int

    def summary(self) -> str:
        return f"Counted to {self.counted}."


class Panic(BaseException):
    """What a Rust library's panic looks like from Python."""


COUNT = declare(
    JobKind(
        kind="test-count",
        title="Count",
        summary="Counts.",
        request=CountRequest,
        result=CountResult,
        run="tests.app.counting:count",
        command=("test-count",),
        panel="runs",
    )
)
ENDS = {
    "user": UserError("numbers.txt is empty; choose another."),
    "fault": ZeroDivisionError("division by zero"),
    "memory": MemoryError("out of memory"),
    "panic": Panic("index out of bounds"),
}


@job(COUNT)
def count(request: CountRequest, ctx: Context) -> CountResult:
    for step in range(request.steps):
        ctx.progress(step, request.steps, "counting")
        while not GATE.wait(0.01):
            ctx.check()
        ctx.emit({"step": step})
    if request.end in ENDS:
        raise ENDS[request.end]
    (ctx.artifact("numbers.txt")).write_text("\n".join(map(str, range(request.steps))))
    return CountResult(counted=request.steps)
