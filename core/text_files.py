"""Read the user's text files, with one sentence for each way in which they are none."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError

_BOM = b"\xef\xbb\xbf"
_UTF8_LONGEST = 4


def read_text(path: Path, *, field: str, max_bytes: int | None = None) -> str:
    """A UTF-8 file, line ends as they are, at most `max_bytes` of it; a byte order mark is left out.

    Raises:
        UserError: it is no file, cannot be read, is not UTF-8, or holds nothing but white space.
    """
    try:
        with path.open("rb") as file:
            data = file.read() if max_bytes is None else file.read(max_bytes + _UTF8_LONGEST)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.", field=field) from None
    except IsADirectoryError:
        raise UserError(f"{path} is a folder; give the text files in it.", field=field) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.", field=field) from None
    if max_bytes is not None and len(data) > max_bytes:
        data = _start(data, max_bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder has taken the byte order mark away before it counts.
        at = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
        raise UserError(
            f"{path} is not UTF-8 text: byte {at:,} is 0x{data[at]:02X}. Convert it first.", field=field
        ) from None
    if not text.strip():
        raise UserError(f"{path} holds no text.", field=field)
    return text


def _start(data: bytes, size: int) -> bytes:
    """The first `size` bytes or a few less, so that no character is cut in two."""
    end = size
    while end > max(0, size - _UTF8_LONGEST) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]
