"""The jobs there are. Declared lightly (no torch), loaded when first run."""

from __future__ import annotations

import functools
import importlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.preview import Preview
from core.jobs.request import Request, Result


@dataclass(frozen=True)
class JobKind:
    """One job and its three doors.

    `run` and `preview` are ``"module:function"`` so that declaring a job imports nothing heavy.
    `command` is the command line's words, ``("models", "describe")``; `panel` the desktop's room.
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
    """

    def decorate(function: Callable[[Any, Context], Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(request: Request | None = None, ctx: Context | None = None, **fields: Any) -> Any:
            if request is None:
                request = kind.request(**fields)
            if ctx is not None:
                return function(request, ctx)
            began = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="lexigraft-") as workdir:
                ctx = Context(workdir=Path(workdir))
                result = function(request, ctx)
            return result.model_copy(update={"seconds": time.monotonic() - began, "warnings": ctx.warnings})

        return call

    return decorate


def _load(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
