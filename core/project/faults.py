"""What the world can do to a project's files, each as one sentence."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

_BUSY = "{file} is being changed by another program; close it there or try again in a moment."
_FULL = "The disk of {file} is full; nothing was changed. Free some space and try again."
_READ_ONLY = "{file} cannot be written; open it read-only, or copy the project to a folder of yours."
_CLOSED = "{file} cannot be opened; check that it is there and that you may read and write it."
_BROKEN_DISK = "The disk of {file} failed while reading or writing; check the drive or the connection."
_DAMAGED = (
    "{file} is damaged; restore the newest database from the project's backups folder, or a copy of yours."
)

_BY_CODE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_IOERR: _BROKEN_DISK,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "{file} is not a Lexigraft project, or it is damaged.",
    sqlite3.SQLITE_SCHEMA: "{file} was changed by another program; open the project again.",
}
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "Your quota on the disk of {file} is used up; nothing was changed. Free some space.",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EIO: _BROKEN_DISK,
    errno.ENAMETOOLONG: "The name of {file} is too long for its disk; use a shorter folder.",
}


def as_user_error(error: BaseException, file: Path) -> UserError | None:
    """The sentence for what went wrong with `file`, or None when it is a fault of ours.

    Understands `OSError`, `sqlite3.Error` and SQLAlchemy's wrapping of the latter.
    """
    if isinstance(error, UserError):
        return error
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.Error):
        # The low byte is the kind of error, the rest its detail; absent when the driver raised by itself.
        code = getattr(original, "sqlite_errorcode", None)
        sentence = _BY_CODE.get(code & 0xFF) if code is not None else None
        if sentence is None and type(original) is sqlite3.DatabaseError:
            sentence = _DAMAGED
    elif isinstance(original, OSError):
        sentence = _BY_ERRNO.get(original.errno or 0)
        if original.filename is not None and isinstance(original.filename, str):
            file = Path(original.filename)
    else:
        return None
    return UserError(sentence.format(file=file)) if sentence else None


@contextmanager
def user_errors(file: Path) -> Iterator[None]:
    """Turns what the world did to `file` into `UserError`; lets faults of ours pass."""
    try:
        yield
    except Exception as error:
        translated = as_user_error(error, file)
        if translated is None or translated is error:
            raise
        raise translated from error
