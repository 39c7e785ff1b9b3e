"""Where a job writes what it leaves."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.jobs.context import Context


def out_folder(out: Path | None, name: str, ctx: Context) -> Path:
    """The folder asked for, or `name` in the run's own; there from now on.

    Raises:
        UserError: it is a file, or cannot be made.
    """
    folder = ctx.artifact(name) if out is None else out.expanduser().absolute()
    if folder.is_file():
        raise UserError(f"{folder} is a file; choose a folder to write to.", field="out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"{folder} cannot be made: {reason}. Choose another folder.", field="out") from None
    return folder
