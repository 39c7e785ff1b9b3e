"""Read one tensor of a model folder, or some of its rows, and nothing else of the file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import torch

from core.errors import UserError
from core.json_files import unreadable
from core.models.folder import TORCH_NAMES, ModelFolder
from core.models.headers import AGAIN, TensorEntry

_WHOLE = {"I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool"}
_DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, torch_name)
    for name, torch_name in {**TORCH_NAMES, **_WHOLE}.items()
    if hasattr(torch, torch_name)
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
BLOCK_BYTES = 16 * 2**20


def read_tensor(folder: ModelFolder, name: str, rows: slice | None = None) -> torch.Tensor:
    """A tensor in the number type that it is stored in, read from its own bytes of the file alone.

    Args:
        folder: from `open_model`.
        name: one of ``folder.tensors``.
        rows: along the first dimension, step 1; all by default.

    Returns:
        on the CPU; the tensor's shape, with as many rows as were asked for.

    Raises:
        KeyError: there is no such tensor.
        UserError: the file cannot be read (any more), has changed its size, or holds a number type that torch
            does not know.
    """
    entry = folder.tensors[name]
    shape = entry.shape
    begin, end = entry.begin, entry.end
    if rows is not None:
        start, stop, step = rows.indices(shape[0])
        if step != 1:
            raise ValueError("rows are read with step 1")
        count = max(0, stop - start)
        row_bytes = entry.bytes // shape[0] if shape[0] else 0
        begin, end, shape = (
            begin + start * row_bytes,
            begin + (start + count) * row_bytes,
            (count, *shape[1:]),
        )
    return _read(entry, begin, end, shape)


def _read(entry: TensorEntry, begin: int, end: int, shape: tuple[int, ...]) -> torch.Tensor:
    dtype = torch_dtype(entry)
    buffer = bytearray(end - begin)
    try:
        with entry.file.open("rb") as file:
            file.seek(begin)
            got = file.readinto(buffer)
    except OSError as error:
        raise unreadable(entry.file, error) from None
    if got != len(buffer):
        raise UserError(f"{entry.file} has been cut short since it was opened. {AGAIN}")
    if not buffer:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(buffer, dtype=dtype).reshape(shape)


def map_tensor(entry: TensorEntry) -> torch.Tensor:
    """A tensor whose bytes stay in the file: the system reads those that are looked at, and forgets them when
    memory is short. It must not be written to.

    Raises:
        UserError: as `read_tensor`.
    """
    dtype = torch_dtype(entry)
    if not entry.bytes or entry.begin % dtype.itemsize:  # as files of early versions lie
        return _read(entry, entry.begin, entry.end, entry.shape)
    try:
        if entry.file.stat().st_size < entry.end:
            raise UserError(f"{entry.file} has been cut short since it was opened. {AGAIN}")
        mapped = np.memmap(entry.file, dtype=np.uint8, mode="r", offset=entry.begin, shape=(entry.bytes,))
    except OSError as error:
        raise unreadable(entry.file, error) from None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(mapped).view(dtype).reshape(entry.shape)


def row_blocks(
    folder: ModelFolder, name: str, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[int, torch.Tensor]]:
    """A matrix in blocks of whole rows, ``(first row, block)``, for tables too large to be held at once.

    Raises:
        KeyError, UserError: as `read_tensor`.
    """
    entry = folder.tensors[name]
    count = entry.shape[0]
    at_once = max(1, block_bytes // max(1, entry.bytes // max(1, count)))
    for start in range(0, count, at_once):
        yield start, read_tensor(folder, name, slice(start, start + at_once))


def torch_dtype(entry: TensorEntry) -> torch.dtype:
    """Raises `UserError` where torch does not know the number type."""
    try:
        return _DTYPES[entry.dtype]
    except KeyError:
        raise UserError(f"{entry.file} stores numbers as {entry.dtype}, which cannot be read here.") from None


def safetensors_dtype(dtype: torch.dtype) -> str:
    """The format's name for a number type of torch. Raises `KeyError` where it has none."""
    return _NAMES[dtype]
