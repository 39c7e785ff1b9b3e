"""Rows from counted weights: how often each base token stood for a new one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.transplant.rows import Rows

MOST_SOURCES = 256
"""Base tokens that one row is made of at most: the weightiest."""


class Weighed:
    """Base ids with positive weights for each of `count` rows, of any scale."""

    def __init__(self, count: int) -> None:
        self._ids: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)] * count
        self._weights: list[NDArray[np.float64]] = [np.empty(0)] * count

    def add(self, rows: NDArray[np.int64], ids: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
        """Many at once: (n,) each, `rows` ascending, no pair twice."""
        if not len(rows):
            return
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        for begin, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            self._ids[rows[begin]], self._weights[rows[begin]] = ids[begin:end], weights[begin:end]

    def set(self, row: int, ids: Sequence[int], weights: Sequence[float]) -> None:
        """One row; an id may come twice."""
        found, at = np.unique(np.asarray(ids, dtype=np.int64), return_inverse=True)
        self._ids[row] = found
        counted = np.bincount(at, np.asarray(weights, dtype=np.float64), minlength=len(found))
        self._weights[row] = counted.astype(np.float64)

    def empty(self) -> list[int]:
        """The rows without any."""
        return [row for row, ids in enumerate(self._ids) if not len(ids)]

    def rows(self, mass: float = 1.0) -> Rows:
        """Each row's weights as shares, the largest first; those beyond the share `mass` of all left out."""
        chosen = []
        for ids, weights in zip(self._ids, self._weights, strict=True):
            order = np.lexsort((ids, -weights))[:MOST_SOURCES]
            falling = weights[order]
            sums = falling.cumsum()
            if len(sums) and sums[-1] > 0:
                needed = int(np.searchsorted(sums, mass * weights.sum() * (1 - 1e-12))) + 1
                kept = min(needed, len(sums))
                chosen.append((ids[order[:kept]], falling[:kept] / sums[kept - 1]))
            else:
                chosen.append((ids[:0], falling[:0]))
        widest = max((len(ids) for ids, _ in chosen), default=0)
        indices = torch.full((len(chosen), max(1, widest)), -1, dtype=torch.int64)
        weights_of = torch.zeros(indices.shape)
        for row, (ids, weights) in enumerate(chosen):
            indices[row, : len(ids)] = torch.from_numpy(ids)
            weights_of[row, : len(ids)] = torch.from_numpy(weights)
        return Rows.combined(indices, weights_of)
