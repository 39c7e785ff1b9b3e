"""Static vectors of any format, told by their content."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from core.errors import UserError
from core.jobs.context import Context
from core.json_files import unreadable
from core.vectors.array import read_folder, read_numpy, read_safetensors
from core.vectors.binary import is_binary, read_binary
from core.vectors.fasttext import MAGIC, read_fasttext
from core.vectors.text import read_text_vectors
from core.vectors.vectors import Vectors

MOST_WORDS = 1_000_000
"""Of a file that cannot be mapped into memory so many are read, from its start: the most frequent ones."""


def read_vectors(path: Path, ctx: Context, *, field: str, most: int = MOST_WORDS) -> Vectors:
    """Read GloVe text, word2vec text or binary, fastText text (.vec) or binary (.bin), an array (.npy or
    .safetensors, or a folder with one) with its list of words beside it.

    Arrays and fastText's .bin are mapped: they take memory only as they are used.

    Args:
        field: the request's field that named it, for the error.
        most: words that are read of a format that cannot be mapped.

    Raises:
        UserError: the file cannot be read, or is damaged: where, and how.
    """
    path = Path(path).absolute()
    if path.is_dir():
        return read_folder(path, ctx, field=field)
    start = _start(path, field)
    if not start:
        raise UserError(f"{path} is empty.", field=field)
    if start.startswith(MAGIC):
        return read_fasttext(path, ctx, field=field)
    if start.startswith(b"\x93NUMPY"):
        return read_numpy(path, ctx, field=field)
    if path.suffix == ".safetensors":
        return read_safetensors(path, ctx, field=field)
    if is_binary(start):
        return read_binary(path, ctx, field=field, most=most)
    return read_text_vectors(path, ctx, field=field, most=most)


def _start(path: Path, field: str) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(64 * 1024)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path} is damaged: it cannot be unpacked ({error}).", field=field) from None
    except OSError as error:
        raise unreadable(path, error, field=field) from None
