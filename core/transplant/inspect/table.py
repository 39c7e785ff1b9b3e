"""One matrix of a model folder, its bytes left in the file: rows, lengths, nearest rows. numpy alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.json_files import unreadable
from core.models.headers import AGAIN, TensorEntry

Floats = NDArray[np.float32]

_STORED = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": np.uint16}
_BLOCK = 32 * 2**20
"""Bytes of float32 that are worked on at once."""


class Table:
    """(rows, width), read as float32."""

    def __init__(self, entry: TensorEntry) -> None:
        """Raises `UserError`: the file is gone or was cut short, or its number type is not read here."""
        stored = _STORED.get(entry.dtype)
        if stored is None or len(entry.shape) != 2:
            raise UserError(f"{entry.file} stores numbers as {entry.dtype}, which are not looked into here.")
        self.rows, self.width = entry.shape
        self._shortened = entry.dtype == "BF16"
        try:
            if entry.file.stat().st_size < entry.end:
                raise UserError(f"{entry.file} has been cut short since it was opened. {AGAIN}")
            raw = np.memmap(entry.file, dtype=np.uint8, mode="r", offset=entry.begin, shape=(entry.bytes,))
        except OSError as error:
            raise unreadable(entry.file, error) from None
        self._table = raw.view(stored).reshape(entry.shape)

    def row(self, id: int) -> Floats:
        """(width,)"""
        found: Floats = self._read(id, id + 1)[0]
        return found

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """The first row of each block, and the block."""
        at_once = max(1, _BLOCK // (4 * max(1, self.width)))
        for first in range(0, self.rows, at_once):
            yield first, self._read(first, min(self.rows, first + at_once))

    @cached_property
    def lengths(self) -> Floats:
        """(rows,) Euclidean; what is no number counts as none."""
        found = np.empty(self.rows, dtype=np.float32)
        for first, block in self.blocks():
            with np.errstate(over="ignore", invalid="ignore"):
                found[first : first + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
        return np.nan_to_num(found, nan=0.0, posinf=0.0)

    def nearest(self, vector: Floats, count: int, allowed: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """The rows with the largest cosine to `vector` (width,), the nearest first; of equals the lower id.

        Args:
            allowed: (n,) which rows may be among them; further rows may not.
        """
        length = float(np.linalg.norm(vector))
        usable = np.zeros(self.rows, dtype=bool)
        usable[: len(allowed)] = allowed[: self.rows]
        usable &= self.lengths > 0
        if not np.isfinite(length) or length == 0 or count < 1 or not usable.any():
            return []
        cosines = np.empty(self.rows, dtype=np.float32)
        unit = (vector / length).astype(np.float32)
        for first, block in self.blocks():
            cosines[first : first + len(block)] = block @ unit
        ids = np.flatnonzero(usable)
        values = cosines[ids] / self.lengths[ids]
        order = np.lexsort((ids, -values))[:count]
        return [(int(ids[place]), float(values[place])) for place in order]

    def _read(self, first: int, last: int) -> Floats:
        part = self._table[first:last]
        if self._shortened:
            return (part.astype(np.uint32) << 16).view(np.float32)
        return part.astype(np.float32)
