"""The texts of a training: read, cut into held-out part and passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from core.errors import UserError

PASSAGE = 2_000
"""Characters after which a text is cut at the next end of a paragraph, or, where there is none, of a line."""

_LONGEST = 4 * PASSAGE


def read_text(path: Path, field: str) -> str:
    """A UTF-8 file, its line ends as they are; a byte order mark is left out.

    Raises:
        UserError: it is no file, cannot be read, is not UTF-8, or holds nothing but white space.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.", field=field) from None
    except IsADirectoryError:
        raise UserError(f"{path} is a folder; give the text files in it.", field=field) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.", field=field) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 text: byte {error.start:,} is 0x{data[error.start]:02X}. Convert it first.",
            field=field,
        ) from None
    if not text.strip():
        raise UserError(f"{path} holds no text.", field=field)
    return text


def split_held_out(text: str, share: float) -> tuple[str, str]:
    """The text and its last `share`, cut at the end of a line where there is one near, else at a space."""
    if share <= 0:
        return text, ""
    wanted = len(text) - round(len(text) * share)
    for mark in ("\n", " "):
        cut = text.rfind(mark, 0, wanted) + 1
        if cut > wanted // 2:
            return text[:cut], text[cut:]
    return text[:wanted], text[wanted:]


def passages(text: str) -> Iterator[str]:
    """The text in pieces of `PASSAGE` characters or a little more; together they are the whole text."""
    ends = re.compile(r"\n\s*\n|\n|\s")
    start = 0
    while len(text) - start > PASSAGE:
        cut = _cut(text, start, ends)
        yield text[start:cut]
        start = cut
    if start < len(text):
        yield text[start:]


def _cut(text: str, start: int, ends: re.Pattern[str]) -> int:
    """Behind the first end of a paragraph after a passage's length; failing that of a line; of a word; or there."""
    limit = min(len(text), start + _LONGEST)
    found = {"paragraph": 0, "line": 0, "word": 0}
    for match in ends.finditer(text, start + PASSAGE, limit):
        lines = match.group().count("\n")
        kind = "paragraph" if lines > 1 else "line" if lines else "word"
        found[kind] = found[kind] or match.end()
        if kind == "paragraph":
            break
    return found["paragraph"] or found["line"] or found["word"] or limit
