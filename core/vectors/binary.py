"""word2vec's binary format: a line of sizes, then each word, a space, and its numbers (float32)."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np

from core.errors import UserError
from core.jobs.context import Context
from core.vectors.text import SIZES, without_repeats
from core.vectors.vectors import WordVectors

_LONGEST_WORD = 4096
_BLOCK = 2**20


def is_binary(start: bytes) -> bool:
    """Whether a file that begins so is word2vec's binary, not its text: what follows the sizes is no text."""
    first, _, rest = start.partition(b"\n")
    if not SIZES.fullmatch(first.strip()):
        return False
    if any(byte < 9 or 13 < byte < 32 for byte in rest[:4096]):
        return True
    try:
        rest[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(rest[:4096]) - 4
    return False


def read_binary(path: Path, ctx: Context, *, field: str, most: int) -> WordVectors:
    """At most `most` words, from the start.

    Raises:
        UserError: it is cut short, or holds NaN.
    """
    with path.open("rb") as file:
        sizes = SIZES.fullmatch(file.readline(64).strip())
        assert sizes
        count, width = int(sizes[1]), int(sizes[2])
        size = path.stat().st_size
        if not width or not count or size < count * (4 * width + 1):
            raise UserError(
                f"{path} is cut short: {count:,} words with {width:,} numbers each do not fit into its "
                f"{size:,} bytes. Download or copy the file again.",
                field=field,
            )
        taken = min(count, most)
        words: list[str] = []
        matrix = np.empty((taken, width), dtype=np.float32)
        stream = _Stream(file)
        for row in range(taken):
            if row % 1024 == 0:
                ctx.progress(row, taken, "Reading the vectors")
            word = stream.word()
            numbers = stream.take(4 * width) if word is not None else b""
            if word is None or len(numbers) < 4 * width:
                raise UserError(
                    f"{path} is damaged at its word {row + 1:,} of {count:,}: a word and {width:,} numbers "
                    "should follow. Download or copy the file again.",
                    field=field,
                )
            words.append(word.lstrip(b"\n").decode("utf-8", errors="replace"))
            matrix[row] = np.frombuffer(numbers, dtype="<f4")
            if not np.isfinite(matrix[row]).all():
                raise UserError(
                    f"{path} is damaged: the vector of {words[-1]!r} holds what is no number (NaN or "
                    "infinity). Download or copy the file again.",
                    field=field,
                )
    words, kept, notes = without_repeats(words, path)
    if count > taken:
        notes.append(f"{path.name}: the first {taken:,} of its {count:,} words were read.")
    return WordVectors(words, matrix if kept is None else matrix[kept], notes=notes)


class _Stream:
    """Reads in blocks, and gives words and bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._data, self._at = file, b"", 0

    def word(self) -> bytes | None:
        """What stands before the next space; None where none is near."""
        while (end := self._data.find(b" ", self._at, self._at + _LONGEST_WORD)) < 0:
            if len(self._data) - self._at >= _LONGEST_WORD or not self._more():
                return None
        word = self._data[self._at : end]
        self._at = end + 1
        return word

    def take(self, count: int) -> bytes:
        while len(self._data) - self._at < count and self._more():
            pass
        found = self._data[self._at : self._at + count]
        self._at += len(found)
        return found

    def _more(self) -> bool:
        block = self._file.read(_BLOCK)
        self._data, self._at = self._data[self._at :] + block, 0
        return bool(block)
