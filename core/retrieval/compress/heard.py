"""Long calls into libraries that tell nothing: a stop is heard all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from core.jobs.context import Context

_T = TypeVar("_T")
_EVERY = 0.2


def heard(call: Callable[[], _T], ctx: Context, stage: str) -> _T:
    """What `call` gives. It runs in a thread; when the job is stopped it is left to end by itself."""
    found: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        ctx.progress(0, 1, stage)
        thread.join(_EVERY)
    if failed:
        raise failed[0]
    return found[0]
