"""A native library's errors, and its panics, which are no `Exception`, as a sentence that names the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Cancelled, UserError

_LONGEST = 200


@contextmanager
def refusing(path: Path, what: str, field: str | None = None) -> Iterator[None]:
    """Whatever goes wrong within becomes ``PATH WHAT: reason.``; stops and sentences pass as they are.

    Raises:
        UserError: something went wrong.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, Cancelled, UserError, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001
        reason = re.sub(r"\s+", " ", str(error)).strip(" .")[:_LONGEST]
        raise UserError(f"{path} {what}: {reason or type(error).__name__}.", field=field) from None
