"""The jobs there are. Declared lightly (no torch), loaded when first run."""

from __future__ import annotations

import functools
import importlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.device import resolve_device
from core.jobs.preview import Preview
from core.jobs.request import Request, Result, open_outputs, passing_outputs


@dataclass(frozen=True)
class JobKind:
    """One job and its three doors.

    `run` and `preview` are ``"module:function"`` so that declaring a job imports nothing heavy.
    `command` is the command line's words, ``("models", "describe")``; `also` others that do the same;
    `panel` the desktop's room.
    A `resumable` job finds its checkpoint again when the same run starts once more.
    `recorded` is False for questions that leave no run in the project.
    """

    kind: str
    title: str
    summary: str
    request: type[Request]
    result: type[Result]
    run: str
    command: tuple[str, ...]
    preview: str | None = None
    panel: str | None = None
    resumable: bool = False
    recorded: bool = True
    also: tuple[tuple[str, ...], ...] = ()

    def load(self) -> Callable[[Any, Context], Result]:
        """The job function itself; this is where torch may be imported."""
        return _load(self.run)

    def load_preview(self) -> Callable[[Any], Preview] | None:
        return _load(self.preview) if self.preview else None


_KINDS: dict[str, JobKind] = {}


def declare(kind: JobKind) -> JobKind:
    if kind.kind in _KINDS:
        raise ValueError(f"job {kind.kind!r} is declared twice")
    _KINDS[kind.kind] = kind
    return kind


def job_kind(name: str) -> JobKind:
    """Raises `UserError` when there is no such job."""
    try:
        return _KINDS[name]
    except KeyError:
        raise UserError(f"There is no job called {name!r}; there are {', '.join(sorted(_KINDS))}.") from None


def job_kinds() -> Iterator[JobKind]:
    yield from _KINDS.values()


def job(kind: JobKind) -> Callable[[Callable[[Any, Context], Any]], Callable[..., Any]]:
    """Decorates the function of `kind` so that Python callers need no context.

    ``transplant(request)``, ``transplant(base=…, out=…)`` and ``transplant(request, ctx)`` all work.
    Without a context, `seed` and `device` may be given, too, errors are raised as they are, and what the
    job writes beside the request's output does not outlive the call.
    """

    def decorate(function: Callable[[Any, Context], Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(
            request: Request | None = None,
            ctx: Context | None = None,
            *,
            seed: int = 0,
            device: str = "auto",
            **fields: Any,
        ) -> Any:
            if request is not None and fields:
                raise TypeError(f"give a request or its fields, not both: {', '.join(fields)}")
            if request is None:
                request = kind.request(**fields)
            if ctx is not None:
                return function(request, ctx)
            return _called_from_python(kind, function, request, seed, device)

        return call

    return decorate


def _called_from_python(
    kind: JobKind, function: Callable[[Any, Context], Any], request: Request, seed: int, device: str
) -> Result:
    from core.jobs.running import perform

    if kind.recorded and (missing := open_outputs(request)):
        raise UserError(
            f"Say where to write with {missing[0]}=…: a call from Python has no folder to keep it in.",
            field=missing[0],
        )
    device = resolve_device(device) if device != "auto" else device
    with tempfile.TemporaryDirectory(prefix="lexigraft-") as workdir:
        result = perform(function, request, Context(seed=seed, device=device, workdir=Path(workdir)))
    gone = {name: None for name in passing_outputs(request) if name in type(result).model_fields}
    return result.model_copy(update=gone)


def _load(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
