"""What each document adds to each column, in bounded room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.growing import Growing

MOST = 4_096
"""Rows that are kept: with more documents, as many neighbours as need be are kept as one, all alike."""


class DocumentSums:
    """Sums of k columns over documents, or over runs of 2, 4, 8… of them where there are many."""

    def __init__(self, columns: int) -> None:
        self._kept = Growing(np.int64, columns)
        self._rest = np.zeros((0, columns), np.int64)
        self.run = 1
        """Documents in a row."""

    def add(self, rows: NDArray[np.int64]) -> None:
        """int64 [d, k]: the next documents."""
        if self.run > 1:
            rows = np.concatenate([self._rest, rows])
            whole = len(rows) // self.run * self.run
            self._rest = rows[whole:]
            rows = rows[:whole].reshape(-1, self.run, rows.shape[1]).sum(axis=1)
        self._kept.append(rows)
        while len(self._kept) > MOST:
            self._halve()

    @property
    def rows(self) -> NDArray[np.int64]:
        """int64 [n, k]; the last row may be of fewer documents."""
        kept: NDArray[np.int64] = self._kept.values
        return np.concatenate([kept, self._rest.sum(axis=0, keepdims=True)]) if len(self._rest) else kept

    def _halve(self) -> None:
        rows = self._kept.values
        even = len(rows) // 2 * 2
        kept = Growing(np.int64, rows.shape[1])
        kept.append(rows[:even].reshape(-1, 2, rows.shape[1]).sum(axis=1))
        if even < len(rows):  # the odd one waits for its neighbour, as one document of what it is made of
            filler = np.zeros((self.run - 1, rows.shape[1]), np.int64)
            self._rest = np.concatenate([rows[even:], filler, self._rest])
        self._kept = kept
        self.run *= 2
