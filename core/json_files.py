"""JSON files from strangers: read with limits, refused in one sentence that names the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import UserError

MOST_BYTES = 16 * 2**20
"""The largest configuration file that is read; vocabularies state a limit of their own."""


def read_json_object(path: Path, *, field: str | None = None, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """The JSON object that `path` holds.

    Raises:
        UserError: there is no such file, it cannot be read, it is too large, or it holds no JSON object.
    """
    return parse_json_object(read_bytes(path, field=field, most_bytes=most_bytes), path, field=field)


def read_bytes(path: Path, *, field: str | None = None, most_bytes: int = MOST_BYTES) -> bytes:
    """The whole file, where it is a plain file of at most `most_bytes` bytes.

    Raises:
        UserError: there is no such file, it cannot be read, or it is too large.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise UserError(f"{path} is no plain file.", field=field)
        if size > most_bytes:
            raise UserError(
                f"{path} is too large to be what it says: {size:,} bytes, and {most_bytes:,} is the limit.",
                field=field,
            )
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, field=field) from None


def parse_json_object(
    data: bytes, path: Path, *, field: str | None = None, parse: Callable[[str], Any] = json.loads
) -> dict[str, Any]:
    """The JSON object in `data`, which was read from `path` (the sentences name it).

    Raises:
        UserError: the bytes are no JSON, are nested too deeply, or hold something else than an object.
    """
    try:
        found = parse(data.decode("utf-8-sig"))
    except RecursionError:
        raise UserError(f"{path} is nested too deeply to be read.", field=field) from None
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path} is no valid JSON: {_lower(error.msg)} in line {error.lineno}.", field=field
        ) from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is no valid JSON: it is not UTF-8 text.", field=field) from None
    except ValueError:  # Python reads no integer of more than some thousand digits
        raise UserError(f"{path} holds a number that is too long to be read.", field=field) from None
    if not isinstance(found, dict):
        raise UserError(f"{path} should hold a JSON object in braces, but holds something else.", field=field)
    return found


def unreadable(path: Path, error: OSError, *, field: str | None = None) -> UserError:
    """What to raise where the system would not let `path` be read."""
    if isinstance(error, FileNotFoundError):
        return UserError(f"There is no {path}.", field=field)
    if isinstance(error, PermissionError):
        return UserError(f"{path} may not be read: permission denied.", field=field)
    reason = _lower(error.strerror or str(error))
    return UserError(f"{path} cannot be read: {reason}.", field=field)


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
