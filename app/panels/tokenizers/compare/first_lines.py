"""The beginning of a text's file, for a person to look at."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from core.errors import UserError

CHARACTERS = 600


def first_lines(path: Path, most: int = CHARACTERS) -> str:
    """At most `most` characters, cut behind a line end where there is one in the second half.

    Raises:
        UserError: the file cannot be read any more.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(most * 4)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path} cannot be read ({reason}).") from None
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").lstrip("\n")[:most]
    end = text.rfind("\n", most // 2)
    return text[:end] if end > 0 and len(text) == most else text.rstrip("\ufffd\n")
