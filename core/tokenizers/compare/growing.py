"""Arrays that grow, and the tokens of units kept in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.encoded import Encoded, ranges


class Growing:
    """An array [n] or [n, k] that is appended to; room is taken by the half more."""

    def __init__(self, dtype: Any, columns: int | None = None) -> None:
        self._columns = () if columns is None else (columns,)
        self._array: NDArray[Any] = np.zeros((0, *self._columns), dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> NDArray[Any]:
        """A view, until it grows."""
        return self._array[: self._count]

    def append(self, values: NDArray[Any]) -> None:
        until = self._count + len(values)
        if until > len(self._array):
            room = max(until, len(self._array) * 3 // 2, 1024)
            grown = np.empty((room, *self._columns), self._array.dtype)
            grown[: self._count] = self.values
            self._array = grown
        self._array[self._count : until] = values
        self._count = until


class TokenLists:
    """The tokens of numbered units: ids, widths, how many; and whether decoding gives a unit back."""

    def __init__(self) -> None:
        self._ids = Growing(np.int32)
        self._widths = Growing(np.int32)
        self._begins = Growing(np.int64)
        self._tokens = Growing(np.int32)
        self._loss = Growing(np.uint8)

    def __len__(self) -> int:
        return len(self._tokens)

    def append(self, encoded: Encoded) -> None:
        self._begins.append(len(self._ids) + np.cumsum(encoded.tokens) - encoded.tokens)
        self._tokens.append(encoded.tokens)
        self._ids.append(encoded.ids)
        self._widths.append(encoded.widths)
        self._loss.append(encoded.loss)

    def take(self, numbers: NDArray[np.int64]) -> Encoded:
        """These units, in this order."""
        tokens = self._tokens.values[numbers].astype(np.int64)
        places = ranges(self._begins.values[numbers], tokens)
        return Encoded(
            self._ids.values[places].astype(np.int64),
            self._widths.values[places].astype(np.int64),
            tokens,
            self._loss.values[numbers],
        )

    def ids(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The ids of these units, and how many each has."""
        tokens = self._tokens.values[numbers]
        return self._ids.values[ranges(self._begins.values[numbers], tokens.astype(np.int64))], tokens

    def loss(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = self._loss.values[numbers]
        return found
