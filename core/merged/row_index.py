"""Which of many rows have the largest inner product with a vector: an index proposes, exact scores decide.

The authors search with ScaNN, in an index of normalised rows; here rows keep their lengths: each gets one
more number that makes all equally long, so that the nearest are those with the largest product (Bachrach and
others 2014).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.merged.request import IndexKind
from core.merged.sizes import GRAPH, index_bytes, lists_for

_ROWS = 8_192
"""Rows that are worked on between two looks for a stop."""
_ROWS_OF_GRAPH = 256
_ROUNDS = 8
"""In which the lists' centres are found."""
_POINTS = 32
"""Rows for each list that its centre is found from."""
_GRAPH_BREADTH = 200
"""Of the search for neighbours while a graph is built."""
_BREADTH = 512
"""Of the search in a graph. Hidden states lie far from all rows, and what is best for one is scattered among
them: a graph of half as many neighbours, built and searched half as broadly, misses one best row in ten."""
_SPARE = 4
"""Rows that are looked at for each that is asked for."""

Half = NDArray[np.float16]


class Best(NamedTuple):
    """(q, k) each: places among the rows, −1 where there is none, the best first, and scores (float32)."""

    places: NDArray[np.int64]
    scores: NDArray[np.float32]


class RowIndex:
    """Args:
    rows: (n, h) float16, or a memory map of that.
    index: as faiss has it; None: all rows are compared.
    searched: share of inverted lists; at least so many that there is enough to choose `k` from.
    k: how many will be asked for.
    """

    def __init__(self, rows: Half, index: Any, *, searched: float = 0.125, k: int = 200) -> None:
        self.rows, self.index = rows, index
        graph = isinstance(index, faiss.IndexHNSW)
        kind: IndexKind = "exact" if index is None else "hnsw" if graph else "ivf"
        self.bytes = index_bytes(kind, *rows.shape)
        if graph:
            index.hnsw.efSearch = max(_BREADTH, k)
        elif index is not None:
            enough = math.ceil(_SPARE * k * index.nlist / max(1, len(rows)))
            index.nprobe = min(index.nlist, max(1, round(searched * index.nlist), enough))

    def search(self, queries: NDArray[np.float32], k: int) -> Best:
        """The best k of what the index proposes, scored exactly; of those that tie, the first row."""
        k = min(k, len(self.rows))
        if self.index is None:
            return exact(self.rows, queries, k).best
        longer = np.hstack([queries, np.zeros((len(queries), 1), np.float32)]).astype(np.float32)
        _, places = self.index.search(longer, k)
        scores = np.full(places.shape, -np.inf, dtype=np.float32)
        for row, found in enumerate(places):
            there = found >= 0
            scores[row, there] = self.rows[found[there]].astype(np.float32) @ queries[row]
        order = np.lexsort((places, -scores), axis=1)
        return Best(np.take_along_axis(places, order, 1), np.take_along_axis(scores, order, 1))


class Exact(NamedTuple):
    best: Best
    log_mass: NDArray[np.float64]
    """(q,) logarithm of the sum of exp(score) over all rows."""


def exact(rows: Half, queries: NDArray[np.float32], k: int, ctx: Context | None = None) -> Exact:
    """All rows compared, block by block."""
    k = min(k, len(rows))
    places = np.zeros((len(queries), 0), dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    mass = np.full(len(queries), -np.inf)
    for first in range(0, len(rows), _ROWS):
        if ctx is not None:
            ctx.progress(first, len(rows), "Comparing all rows")
        found = queries @ rows[first : first + _ROWS].astype(np.float32).T
        top = found.max(axis=1, keepdims=True).astype(np.float64)
        mass = np.logaddexp(mass, top[:, 0] + np.log(np.exp(found - top).sum(axis=1)))
        some = min(k, found.shape[1])
        best = np.argpartition(-found, some - 1, axis=1)[:, :some]
        places = np.hstack([places, best + first])
        scores = np.hstack([scores, np.take_along_axis(found, best, 1)])
        if places.shape[1] > 4 * k:
            places, scores = _largest(places, scores, k)
    return Exact(Best(*_largest(places, scores, k)), mass)


def _largest(
    places: NDArray[np.int64], scores: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    order = np.lexsort((places, -scores), axis=1)[:, :k]
    return np.take_along_axis(places, order, 1), np.take_along_axis(scores, order, 1)


def recall(found: Best, best: Best, k: int) -> float:
    """The share of the best k that was found; one that scores as high as the k-th counts as one of them."""
    k = min(k, best.scores.shape[1])
    least = best.scores[:, k - 1 : k] - 1e-4 * np.abs(best.scores[:, k - 1 : k])
    return float(np.minimum((found.scores >= least).sum(axis=1), k).mean() / k) if k else 1.0


def build(rows: Half, kind: IndexKind, ctx: Context) -> Any:
    """An index of faiss over rows (n, h); None for *exact*. The same for the same seed."""
    if kind == "exact":
        return None
    longest = max(
        float(np.linalg.norm(block.astype(np.float32), axis=1).max(initial=0.0))
        for block in _blocks(rows, _ROWS)
    )
    width = rows.shape[1] + 1
    if kind == "hnsw":
        index: Any = faiss.IndexHNSWFlat(width, GRAPH, faiss.METRIC_L2)
        index.hnsw.efConstruction = _GRAPH_BREADTH
        some = _ROWS_OF_GRAPH
    else:
        index = _lists(rows, longest, ctx)
        some = _ROWS
    with _threads(1 if kind == "hnsw" else None):
        for number, block in enumerate(_blocks(rows, some)):
            ctx.progress(number * some, len(rows), "Building the index")
            index.add(_equally_long(block, longest))
    return index


def _lists(rows: Half, longest: float, ctx: Context) -> Any:
    """Inverted lists, empty yet: the centres are found round by round, so that a stop is heard."""
    width, count = rows.shape[1] + 1, lists_for(len(rows))
    random = np.random.default_rng(ctx.seed)
    most = min(len(rows), _POINTS * count)
    chosen = np.sort(random.choice(len(rows), most, replace=False))
    points = _equally_long(rows[chosen], longest)
    centres = points[np.sort(random.choice(most, count, replace=False))]
    centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    for done in range(_ROUNDS):
        centres = _nearer(points, centres, (done, _ROUNDS), ctx)
    quantizer = faiss.IndexFlatIP(width)
    quantizer.add(centres)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, width, count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.train(points)  # the centres are there: it only learns how to write numbers in 8 bits
    return index


def _nearer(
    points: NDArray[np.float32], centres: NDArray[np.float32], part: tuple[int, int], ctx: Context
) -> NDArray[np.float32]:
    """One round of k-means on a sphere: each centre becomes the mean direction of the points nearest it."""
    nearest = faiss.IndexFlatIP(points.shape[1])
    nearest.add(centres)
    sums = np.zeros_like(centres)
    for first in range(0, len(points), _ROWS):
        ctx.progress(part[0] + first / len(points), part[1], "Finding the lists")
        block = points[first : first + _ROWS]
        _, found = nearest.search(block, 1)
        np.add.at(sums, found[:, 0], block)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    moved = np.where(norms > 0, sums / np.maximum(norms, 1e-12), centres)
    return np.ascontiguousarray(moved, dtype=np.float32)


def _equally_long(rows: NDArray[Any], longest: float) -> NDArray[np.float32]:
    """(n, h + 1) float32."""
    whole = rows.astype(np.float32)
    squares = np.square(whole.astype(np.float64)).sum(axis=1)
    more = np.sqrt(np.maximum(longest**2 - squares, 0)).astype(np.float32)
    return np.ascontiguousarray(np.hstack([whole, more[:, None]]))


def _blocks(rows: Half, size: int) -> Iterator[Half]:
    return (rows[first : first + size] for first in range(0, len(rows), size))


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """A graph depends on the order in which rows come: it is built by one thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
