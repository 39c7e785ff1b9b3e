from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from core.errors import UserError
from core.project.faults import as_user_error, user_errors

FILE = Path("/lab/project.lexigraft")


def _sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("from SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_BUSY, "another program"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program"),
        (sqlite3.SQLITE_FULL, "is full; nothing was changed"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "cannot be written; open it read-only"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"),
        (sqlite3.SQLITE_IOERR_FSYNC, "failed while reading or writing"),
        (sqlite3.SQLITE_CORRUPT, "is damaged; restore"),
        (sqlite3.SQLITE_NOTADB, "is not a Lexigraft project"),
    ],
)
def test_that_each_sqlite_error_is_a_sentence_also_when_wrapped(code, words):
    for error in (_sqlite(code), OperationalError("SELECT", None, _sqlite(code))):
        translated = as_user_error(error, FILE)
        assert words in translated.message
        assert str(FILE) in translated.message


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "failed while reading or writing"),
    ],
)
def test_that_each_system_error_is_a_sentence_naming_its_own_file(number, words):
    assert words in as_user_error(OSError(number, "x"), FILE).message
    assert "/other" in as_user_error(OSError(number, "x", "/other"), FILE).message


def test_that_our_own_faults_are_not_blamed_on_the_world():
    for fault in (
        KeyError("x"),
        _sqlite(sqlite3.SQLITE_ERROR),
        OSError(errno.EBADF, "x"),
        sqlite3.IntegrityError(),
    ):
        assert as_user_error(fault, FILE) is None
    with pytest.raises(KeyError), user_errors(FILE):
        raise KeyError("x")
    with pytest.raises(UserError, match="as it is"), user_errors(FILE):
        raise UserError("as it is")
