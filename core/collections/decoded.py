"""Bytes of people's files as text: UTF-8, or what Windows wrote."""

from __future__ import annotations

from pathlib import Path

from core.collections.record_line import fit
from core.collections.tally import Tally
from core.errors import UserError
from core.json_files import unreadable

MOST_BYTES = 64 * 2**20
"""Of a file that is read as a whole; a longer one is no document and no list of topics."""
WINDOWS = "files that are not UTF-8 (read as Windows-1252)"
UNFIT = "files with control characters (replaced by U+FFFD)"


def read_decoded(path: Path, tally: Tally, *, field: str | None) -> str:
    """The text of `path`, without byte order mark.

    Raises:
        UserError: it cannot be read, or is too large, or no text.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(
                f"{path} is larger than {MOST_BYTES // 2**20} MiB; cut it into smaller files.", field=field
            )
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, field=field) from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _fit(path, data.decode("utf-16", "replace"), tally)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        tally.note(WINDOWS, path.name)
        text = data.decode("cp1252", "replace")
    return _fit(path, text, tally)


def _fit(path: Path, text: str, tally: Tally) -> str:
    mended = fit(text)
    if mended != text:
        tally.note(UNFIT, path.name)
    return mended
