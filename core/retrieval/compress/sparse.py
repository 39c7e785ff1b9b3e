"""Only large numbers, with their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block, sample
from core.retrieval.compress.top import Scorer

_SAMPLE = 20_000
_FEW = 4
"""Queries up to which a sparse product is faster than a dense one."""


def threshold(vectors: NDArray[np.float32], keep: float, ctx: Context) -> dict[str, NDArray[Any]]:
    """``threshold``: what a share of `keep` of all numbers lies above, in size."""
    ctx.progress(0, 1, "Learning the threshold")
    sizes = np.abs(sample(vectors, _SAMPLE, ctx.seed))
    least = -1.0 if keep >= 1 else float(np.quantile(sizes, 1 - keep))
    return {"threshold": np.array(least, np.float32), "width": np.array(vectors.shape[1])}


def coded(vectors: NDArray[np.float32], learned: Parts, ctx: Context) -> dict[str, NDArray[Any]]:
    """``values`` float16, ``columns`` uint16 (uint32 if wide) and ``starts`` of each row, as in CSR."""
    values: list[NDArray[Any]] = []
    columns: list[NDArray[Any]] = []
    lengths = np.zeros(len(vectors) + 1, np.int64)
    small = vectors.shape[1] <= 2**16
    for first, last in by_block(len(vectors), ctx, "Encoding"):
        block = np.asarray(vectors[first:last], np.float32)
        rows, places = np.nonzero(np.abs(block) > learned["threshold"])
        values.append(block[rows, places].astype(np.float16))
        columns.append(places.astype(np.uint16 if small else np.uint32))
        lengths[first + 1 : last + 1] = np.bincount(rows, minlength=last - first)
    starts = lengths.cumsum()
    return {
        "values": np.concatenate(values) if values else np.empty(0, np.float16),
        "columns": np.concatenate(columns) if columns else np.empty(0, np.uint16),
        "starts": starts.astype(np.uint32 if starts[-1] < 2**32 else np.uint64),
    }


class Sparse(Compressed):
    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]]) -> None:
        count, width = len(parts["starts"]) - 1, int(parts["width"])
        super().__init__(line, parts, count=count, width=width)
        self._starts = parts["starts"].astype(np.int64)

    def _matrix(self, first: int, last: int) -> Any:
        start, end = self._starts[first], self._starts[last]
        values = self.parts["values"][start:end].astype(np.float32)
        columns = self.parts["columns"][start:end].astype(np.int32)
        starts = (self._starts[first : last + 1] - start).astype(np.int32)
        return scipy.sparse.csr_array((values, columns, starts), shape=(last - first, self.width))

    def decoded(self, which: Which) -> NDArray[np.float32]:
        if isinstance(which, slice):
            first, last, _ = which.indices(self.count)
            return np.asarray(self._matrix(first, last).toarray(), np.float32)
        return np.concatenate([self.decoded(slice(place, place + 1)) for place in which.tolist()])

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        if len(queries) > _FEW:
            return super().scorer(queries)
        held = np.ascontiguousarray(queries.T)
        return lambda first, last: torch.from_numpy((self._matrix(first, last) @ held).T.copy())
