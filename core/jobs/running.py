"""One job, from what is asked for to how it ended: what every executor does, wherever it does it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from core.errors import Cancelled
from core.jobs.content_hash import content_hash
from core.jobs.context import Context, Control
from core.jobs.device import resolve_device
from core.jobs.events import ErrorInfo, Finished, Log, Partial, Progress
from core.jobs.failure import bad_request, encodable, error_info
from core.jobs.machine import provenance
from core.jobs.memory import PeakMemory
from core.jobs.provenance import InputHash
from core.jobs.registry import JobKind, job_kind
from core.jobs.request import Request, Result, RunSpec, input_paths
from core.jobs.seeds import seeded

AnyEvent = Progress | Partial | Log | Finished

_WORTH_TELLING = 64 * 2**20
"""Bytes to hash from which on that is a stage of its own."""


def run_job(
    spec: RunSpec,
    *,
    workdir: Path,
    on_event: Callable[[AnyEvent], None],
    control: Control,
    declared_in: str | None = None,
) -> Finished:
    """Run the job of `spec` here and now; how it ended.

    `on_event` gets every event, *finished* last. Whatever the job raises ends in that event; only a
    `KeyboardInterrupt` (a second Ctrl-C) passes. `declared_in` names the module that declares the kind of
    the job, where it may not have been imported yet.
    """
    ctx = Context(seed=spec.seed, device=spec.device, workdir=workdir, send=on_event, control=control)
    inputs: list[InputHash] = []
    try:
        if declared_in:
            importlib.import_module(declared_in)
        kind = job_kind(spec.kind)
        request = _request(kind, spec)
        if spec.device != "auto":
            resolve_device(spec.device)
        ctx.check()
        if kind.recorded:
            inputs = hash_inputs(request, ctx)
        result = perform(kind.load(), request, ctx)
        finished = Finished(status="done", result=_plain(result))
    except Cancelled as stop:
        finished = Finished(
            status="cancelled", result=_plain(stop.result) if stop.result is not None else None
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the outermost frame; a Rust panic is no Exception
        finished = Finished(status="failed", error=error_info(error))
    origin = provenance(seed=spec.seed, device=ctx.device_used, inputs=inputs)
    finished = finished.model_copy(update={"provenance": origin})
    on_event(finished)
    return finished


def perform(job: Callable[[Any, Context], Any], request: Request, ctx: Context) -> Result:
    """Call the job with every source of randomness seeded, and fill in what whoever runs it knows.

    `seconds` are those in which it was not paused. Raises whatever the job raises; what it had when it was
    stopped is filled in likewise.
    """
    peak = PeakMemory()
    began, paused = time.monotonic(), ctx.paused_seconds
    stopped = False
    try:
        with seeded(ctx.seed), peak.measured():
            result = job(request, ctx)
    except Cancelled as stop:
        if stop.result is None:
            raise
        result, stopped = stop.result, True
    if not isinstance(result, Result):
        raise TypeError(f"the job returned {type(result).__name__}, which is no result")
    result = result.model_copy(
        update={
            "seconds": time.monotonic() - began - (ctx.paused_seconds - paused),
            "peak_memory_bytes": peak.bytes,
            "warnings": list(dict.fromkeys([*result.warnings, *ctx.warnings])),
        }
    )
    if stopped:
        raise Cancelled(result)
    return result


def hash_inputs(request: Request, ctx: Context) -> list[InputHash]:
    """What `request` reads, by content. Of what is not there or cannot be read, the job will complain."""
    found = []
    for field, kind, path in input_paths(request):
        if kind == "project":
            continue

        def report(done: int, total: int) -> None:
            if total >= _WORTH_TELLING:
                ctx.progress(done, total, "hashing the inputs")
            ctx.check()

        try:
            digest = content_hash(path, kind, report)
        except OSError:
            continue
        found.append(InputHash(field=field, kind=kind, path=encodable(str(path)), sha256=digest))
    return found


def failed(error: ErrorInfo, spec: RunSpec) -> Finished:
    """How a run ends that did not even reach its job."""
    return Finished(status="failed", error=error, provenance=provenance(seed=spec.seed))


def _plain(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = to_jsonable_python(result, inf_nan_mode="constants")
    return data


def _request(kind: JobKind, spec: RunSpec) -> Request:
    try:
        return kind.request.model_validate(spec.request)
    except ValidationError as error:
        raise bad_request(error) from None
