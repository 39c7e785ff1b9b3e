"""The two ways a job ends early on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.jobs.request import Result


class UserError(Exception):
    """The world's fault, not the program's: one clear sentence that names the thing and the mend.

    Shown as it is, without a traceback: beside the form field `field` in the window,
    on standard error with exit code 2 on the command line.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Cancelled(BaseException):
    """Raised by `ctx.progress` and `ctx.emit` once someone pressed stop.

    A `BaseException`, so that no `except Exception` in an engine swallows the stop. A job that has something
    worth keeping by then catches it and raises one of its own, with the `result` so far.
    """

    def __init__(self, result: Result | None = None) -> None:
        super().__init__()
        self.result = result
