"""fastText's binary format (.bin), as its program writes it (version 12): the words, and one matrix for
words and n-grams, which is mapped.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.jobs.context import Context
from core.vectors.array import check_finite
from core.vectors.vectors import SubwordVectors

MAGIC = struct.pack("<i", 793712314)
_VERSION = 12
_HEADER = struct.Struct("<12id")
_WORDS = struct.Struct("<3iqq")


def read_fasttext(path: Path, ctx: Context, *, field: str) -> SubwordVectors:
    """The vectors of a model that was trained without labels.

    Raises:
        UserError: it is cut short, of another version, quantised (.ftz), or a classifier.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            (version,) = struct.unpack_from("<i", data, 4)
            if version != _VERSION:
                raise UserError(
                    f"{path} is of fastText's version {version}; only {_VERSION} can be read.", field=field
                )
            header = _HEADER.unpack_from(data, 8)
            width, buckets, shortest, longest = header[0], header[8], header[9], header[10]
            at = 8 + _HEADER.size
            count, _, labels, _, pruned = _WORDS.unpack_from(data, at)
            if labels:
                raise UserError(
                    f"{path} is a classifier that fastText trained with labels; use vectors trained without.",
                    field=field,
                )
            at += _WORDS.size
            words, counts = [], []
            for done in range(count):
                if done % 4096 == 0:
                    ctx.progress(done, count, "Reading the words")
                end = data.find(b"\0", at, at + 65_536)
                if end < 0:
                    raise struct.error
                words.append(data[at:end].decode("utf-8", errors="backslashreplace"))
                counts.append(struct.unpack_from("<q", data, end + 1)[0])
                at = end + 1 + 9
            at += 8 * max(0, pruned)
            (quantised,) = struct.unpack_from("<?", data, at)
            if quantised:
                raise UserError(
                    f"{path} is quantised (.ftz), and its n-grams are not whole; use the .bin.", field=field
                )
            rows, columns = struct.unpack_from("<qq", data, at + 1)
    except (struct.error, ValueError):
        raise _cut_short(path, field) from None
    at += 17
    if columns != width or rows != count + buckets or not 0 < shortest <= longest + 1 or width < 1:
        raise UserError(
            f"{path} is damaged: its sizes contradict each other. Download or copy the file again.",
            field=field,
        )
    if at + 4 * rows * columns > size:
        raise _cut_short(path, field)
    matrix = np.memmap(path, dtype="<f4", mode="r", offset=at, shape=(rows, columns))
    check_finite(matrix[:count], path, words, ctx, field)
    return SubwordVectors(words, matrix, (shortest, longest), counts=counts)


def _cut_short(path: Path, field: str) -> UserError:
    return UserError(f"{path} is cut short. Download or copy the file again.", field=field)
