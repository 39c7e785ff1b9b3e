"""A job for the tests of the executors: counts, says each step, and ends as it is told to."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
import time
from pathlib import Path

from pydantic import BaseModel, Field

from core.errors import Cancelled, UserError
from core.jobs.context import Context
from core.jobs.registry import JobKind, declare, job
from core.jobs.request import Request, Result


class ProbeRequest(Request):
    do: str = "count"
    steps: int = Field(3, ge=1)
    until: Path | None = None
    """A file that ends the waiting."""
    text: list[Path] = Field(default_factory=list, json_schema_extra={"input": "text"})
    size: int = 0


class ProbeResult(Result):
    counted: int = 0
    process: int = 0
    draws: list[float] = Field(default_factory=list)
    loss: float = 0.0
    said: str = ""


class Step(BaseModel):
    step: int
    loss: float


class PanicException(BaseException):
    """What a panic of a Rust library looks like from Python."""


PROBE = declare(
    JobKind(
        kind="jobs-probe",
        title="Probe",
        summary="Counts.",
        request=ProbeRequest,
        result=ProbeResult,
        run=f"{__name__}:probe",
        command=("jobs-probe",),
    )
)


@job(PROBE)
def probe(request: ProbeRequest, ctx: Context) -> ProbeResult:
    result = ACTIONS[request.do](request, ctx)
    return ProbeResult(process=os.getpid(), counted=request.steps) if result is None else result


def count(request: ProbeRequest, ctx: Context) -> None:
    for step in range(request.steps):
        ctx.progress(step, request.steps, "counting")
        ctx.emit(Step(step=step, loss=float("nan") if step == 0 else 1.0 / step))
    ctx.artifact("notes/steps.txt").write_text(str(request.steps))
    ctx.warn("Counting is slow.")
    ctx.log("counted")


def wait(request: ProbeRequest, ctx: Context) -> None:
    """Says each step until the file `until` is there."""
    step = 0
    while request.until is None or not request.until.exists():
        ctx.emit({"step": step, "process": os.getpid()})
        step += 1
        time.sleep(0.002)


def wait_and_tell(request: ProbeRequest, ctx: Context) -> None:
    """Stopped, it gives how many steps it has said."""
    step = 0
    try:
        while True:
            ctx.emit({"step": step})
            step += 1
            ctx.warn("Waiting is slow.")
            time.sleep(0.002)
    except Cancelled:
        raise Cancelled(ProbeResult(counted=step, loss=float("nan"))) from None


def ignore_everything(request: ProbeRequest, ctx: Context) -> None:
    ctx.emit({"process": os.getpid()})
    while True:
        time.sleep(0.01)


def draw(request: ProbeRequest, ctx: Context) -> ProbeResult:
    first = random.random()
    import numpy
    import torch

    return ProbeResult(draws=[first, float(numpy.random.rand()), float(torch.rand(1))])


def read(request: ProbeRequest, ctx: Context) -> ProbeResult:
    return ProbeResult(said="".join(path.read_text() for path in request.text))


def crash(request: ProbeRequest, ctx: Context) -> None:
    ctx.emit({"process": os.getpid()})
    ctypes.string_at(0)


def kill(request: ProbeRequest, ctx: Context) -> None:
    ctx.emit({"process": os.getpid()})
    os.kill(os.getpid(), signal.SIGKILL)


def look_for_torch(request: ProbeRequest, ctx: Context) -> ProbeResult:
    return ProbeResult(said=str("torch" in sys.modules))


def take_memory(request: ProbeRequest, ctx: Context) -> ProbeResult:
    block = bytearray(os.urandom(1024) * (request.size // 1024))
    return ProbeResult(counted=len(block))


def refuse(request: ProbeRequest, ctx: Context) -> None:
    raise UserError("numbers.txt is empty; choose another.", field="text")


def fail(request: ProbeRequest, ctx: Context) -> None:
    raise ZeroDivisionError("never mind")


def panic(request: ProbeRequest, ctx: Context) -> None:
    raise PanicException("index out of bounds")


def lose_the_card(request: ProbeRequest, ctx: Context) -> None:
    raise RuntimeError("CUDA error: device-side assert triggered")


def run_out_of_memory(request: ProbeRequest, ctx: Context) -> None:
    raise MemoryError


def return_nothing_of_use(request: ProbeRequest, ctx: Context) -> object:
    return {"counted": 3}


def say_much(request: ProbeRequest, ctx: Context) -> ProbeResult:
    print("Hello!")
    os.write(1, b"Hello again!\n")
    return ProbeResult(said="x" * request.size, loss=float("nan"))


ACTIONS = {
    "count": count,
    "wait": wait,
    "wait and tell": wait_and_tell,
    "ignore everything": ignore_everything,
    "draw": draw,
    "read": read,
    "crash": crash,
    "kill": kill,
    "abort": lambda request, ctx: os.abort(),
    "leave": lambda request, ctx: os._exit(3),
    "look for torch": look_for_torch,
    "take memory": take_memory,
    "refuse": refuse,
    "fail": fail,
    "panic": panic,
    "exit": lambda request, ctx: exit(4),
    "lose the card": lose_the_card,
    "run out of memory": run_out_of_memory,
    "return nothing of use": return_nothing_of_use,
    "say much": say_much,
}
