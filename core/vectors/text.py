"""Vectors as text, a word and its numbers in each line: GloVe's, and with a line of sizes before them
word2vec's and fastText's (.vec). May be packed (.gz).
"""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jobs.context import Context
from core.vectors.vectors import Floats, WordVectors

SIZES = re.compile(rb"(\d{1,12}) (\d{1,6})\s*")
_LINES = 4096
_STAGE = "Reading the vectors"


def read_text_vectors(path: Path, ctx: Context, *, field: str, most: int) -> WordVectors:
    """At most `most` words, from the start.

    Raises:
        UserError: a line has more or fewer numbers than the first, or something else than numbers; or there
            are fewer lines than the first one says.
    """
    reader = _Reader(path, field)
    lines = reader.count(ctx)
    with reader.opened() as file:
        first = file.readline()
        sizes = SIZES.fullmatch(first)
        if sizes:
            stated, width = int(sizes[1]), int(sizes[2])
            if stated > lines - 1:
                raise UserError(
                    f"{path} is cut short: its first line speaks of {stated:,} words, but {lines - 1:,} "
                    "follow. Download or copy the file again.",
                    field=field,
                )
            count = stated
        else:
            width, count = len(first.split()) - 1, lines
            file.seek(0)
        if width < 1 or count < 1:
            raise UserError(
                f"{path} holds no vectors: its first line should be a word and its numbers, or how many "
                "words there are and how many numbers each has.",
                field=field,
            )
        taken = min(count, most)
        matrix = np.empty((taken, width), dtype=np.float32)
        words: list[str] = []
        for some in reader.lines(file, taken, skipped=1 if sizes else 0):
            ctx.progress(len(words), taken, _STAGE)
            found, numbers = reader.parsed(some, width)
            matrix[len(words) : len(words) + len(found)] = numbers
            words += found
    words, kept, notes = without_repeats(words, path)
    if count > taken:
        notes.append(f"{path.name}: the first {taken:,} of its {count:,} words were read.")
    return WordVectors(words, matrix if kept is None else matrix[kept], notes=notes)


def without_repeats(words: list[str], path: Path) -> tuple[list[str], NDArray[np.int64] | None, list[str]]:
    """Each word once; the places of those kept (None: all), and what to say of the others."""
    if len(set(words)) == len(words):
        return words, None, []
    place: dict[str, int] = {}
    for at, word in enumerate(words):
        place.setdefault(word, at)
    lost = len(words) - len(place)
    note = f"{path.name}: {lost:,} of its lines repeat a word; the first of each counts."
    return list(place), np.fromiter(place.values(), dtype=np.int64), [note]


class _Reader:
    def __init__(self, path: Path, field: str) -> None:
        self._path, self._field = path, field

    def opened(self) -> IO[bytes]:
        return gzip.open(self._path) if self._path.suffix == ".gz" else self._path.open("rb")  # type: ignore[return-value]

    def count(self, ctx: Context) -> int:
        """Lines that are not empty at the end."""
        lines, last, read = 0, b"\n", 0
        size = max(1, self._path.stat().st_size)
        try:
            with self.opened() as file:
                while block := file.read(2**22):
                    read += len(block)
                    ctx.progress(min(read, size), size, "Counting the vectors")
                    lines += block.count(b"\n")
                    last = block[-1:]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UserError(
                f"{self._path} is damaged: it cannot be unpacked ({error}).", field=self._field
            ) from None
        return lines + (last != b"\n")

    def lines(self, file: IO[bytes], count: int, *, skipped: int) -> Iterator[list[tuple[int, bytes]]]:
        """Some lines at a time, each with its number in the file."""
        for first in range(0, count, _LINES):
            some = []
            for number in range(first, min(first + _LINES, count)):
                line = file.readline(2**20).rstrip(b"\r\n ")
                some.append((number + 1 + skipped, line))
            yield some

    def parsed(self, lines: list[tuple[int, bytes]], width: int) -> tuple[list[str], Floats]:
        """Words, and their numbers (n, width)."""
        words, texts = [], []
        for number, line in lines:
            word, *numbers = line.replace(b"\t", b" ").rsplit(b" ", width)
            if len(numbers) != width or not word.strip():
                found = max(0, len(line.split()) - 1)
                raise self._wrong(number, f"it has {found} numbers, where the others have {width}")
            words.append(word.decode("utf-8", errors="replace"))
            texts.append(b" ".join(numbers))
        values = _numbers(b" ".join(texts))
        if len(values) != len(lines) * width:
            for (number, _), text in zip(lines, texts, strict=True):
                if len(_numbers(text)) != width:
                    raise self._wrong(number, "not all that follows its word are numbers")
        matrix = values.reshape(-1, width)
        broken = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if len(broken):
            raise self._wrong(lines[int(broken[0])][0], "it holds what is no number (NaN or infinity)")
        return words, matrix

    def _wrong(self, line: int, what: str) -> UserError:
        return UserError(
            f"{self._path} is damaged in line {line:,}: {what}. Download or copy the file again.",
            field=self._field,
        )


def _numbers(text: bytes) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # how numpy says that it stopped early
        try:
            return np.fromstring(text, dtype=np.float32, sep=" ")  # type: ignore[call-overload, no-any-return]
        except ValueError:
            return np.empty(0, dtype=np.float32)
