"""FAISS: flat, inverted lists, graphs. What an index finds is scored again exactly before it is ordered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from core.collections.order import ordered
from core.jobs.context import Context
from core.retrieval.search.exact import Exact, Found, Vectors
from core.retrieval.systems.dense import Dense

_SPARE = 32
"""Candidates beyond k, since exact scores order them anew."""
_ROWS = 8192
_ROWS_OF_GRAPH = 256
_QUERIES = 256
_TRAINING = 256
"""Documents for each list that the lists' centres are found from."""


class Approximate:
    """A FAISS index of documents.

    Inner products are no distance, which a graph needs: there each document gets one more dimension that
    makes all equally long, and the nearest are then those with the largest product (Bachrach and others
    2014).

    Args:
        documents: (n, d) float32, or a memory map of that; of length 1 where `similarity` is cosine.
        there: (n,) which documents can be found at all.
        file: where the index is kept, or is to be kept; None: nowhere.
    """

    def __init__(
        self,
        system: Dense,
        documents: Vectors,
        ranks: NDArray[np.int64],
        ctx: Context,
        *,
        similarity: str = "cosine",
        there: NDArray[np.bool_] | None = None,
        file: Path | None = None,
    ) -> None:
        self._system, self._documents, self._ranks = system, documents, ranks
        self._similarity = similarity
        self._places = np.arange(len(documents)) if there is None else np.flatnonzero(there)
        self._longest = self._largest_length() if system.index == "hnsw" and similarity == "dot" else None
        self.exact = Exact(documents, ranks, similarity=similarity, there=there)
        self.was_kept = file is not None and file.is_file()
        if file is not None and self.was_kept:
            self._index: Any = faiss.read_index(str(file))
        else:
            self._index = self._built(ctx)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                part = file.with_name(f"{file.name}.part")
                faiss.write_index(self._index, str(part))
                part.replace(file)
        self.nbytes = int(faiss.serialize_index(self._index).nbytes)

    def search(
        self,
        queries: Vectors,
        k: int,
        ctx: Context,
        *,
        barred: NDArray[np.int64] | None = None,
        stage: str = "Searching",
    ) -> Found:
        """The best k of what the index finds, in the order of `core.collections.order`."""
        count = min(len(self._places), k + _SPARE)
        places = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf)
        if not count:
            return places, scores
        self._set_breadth(count)
        asking = np.flatnonzero(np.any(queries, axis=1))
        for first in range(0, len(asking), _QUERIES):
            ctx.progress(first, len(asking), stage)
            rows = asking[first : first + _QUERIES]
            asked = np.ascontiguousarray(queries[rows], dtype=np.float32)
            _, found = self._index.search(self._lengthened(asked, documents=False), count)
            candidates = np.where(found >= 0, self._places[np.maximum(found, 0)], -1)
            if barred is not None:
                candidates = np.where(candidates == barred[rows, None], -1, candidates)
            values = self.exact.rescored(asked, candidates)
            places[rows], scores[rows] = ordered(candidates, values, self._ranks, k)
        return places, scores

    def _built(self, ctx: Context) -> Any:
        system, width = self._system, self._documents.shape[1]
        inner = faiss.METRIC_L2 if self._similarity == "euclidean" else faiss.METRIC_INNER_PRODUCT
        if system.index == "flat":
            index: Any = faiss.IndexFlat(width, inner)
        elif system.index == "hnsw":
            index = faiss.IndexHNSWFlat(width + (self._longest is not None), system.m, faiss.METRIC_L2)
            index.hnsw.efConstruction = system.ef_construction
            index.hnsw.rng = _random(ctx.seed + 12345)
        else:
            index = self._lists(width, inner, ctx)
        rows = _ROWS_OF_GRAPH if system.index == "hnsw" else _ROWS
        with _threads(1 if system.index == "hnsw" else faiss.omp_get_max_threads()):
            for first in range(0, len(self._places), rows):
                ctx.progress(first, len(self._places), "Building the index")
                index.add(self._lengthened(self._some(self._places[first : first + rows]), documents=True))
        return index

    def _lists(self, width: int, metric: int, ctx: Context) -> Any:
        count = len(self._places)
        lists = min(self._system.nlist or max(1, round(4 * count**0.5)), max(1, count))
        index = faiss.IndexIVFFlat(faiss.IndexFlat(width, metric), width, lists, metric)
        index.cp.seed = ctx.seed + 1234
        index.cp.min_points_per_centroid = 1
        index.cp.spherical = self._similarity == "cosine"
        random = np.random.default_rng(ctx.seed)
        most = _TRAINING * lists
        chosen = self._places if count <= most else np.sort(random.choice(self._places, most, replace=False))
        ctx.progress(0, 1, "Finding the lists")
        if len(chosen):
            index.train(self._some(chosen))
        return index

    def _set_breadth(self, count: int) -> None:
        if self._system.index == "hnsw":
            self._index.hnsw.efSearch = max(self._system.ef_search, count)
        elif self._system.index == "ivf":
            self._index.nprobe = min(self._system.nprobe, self._index.nlist)

    def _some(self, places: NDArray[np.int64]) -> Vectors:
        return np.ascontiguousarray(self._documents[places], dtype=np.float32)

    def _lengthened(self, rows: Vectors, *, documents: bool) -> Vectors:
        if self._longest is None:
            return rows
        more = np.zeros((len(rows), 1), dtype=np.float32)
        if documents:
            squares = np.square(rows.astype(np.float64)).sum(axis=1)
            more[:, 0] = np.sqrt(np.maximum(self._longest**2 - squares, 0))
        return np.hstack([rows, more])

    def _largest_length(self) -> float:
        blocks = (self._some(self._places[row : row + _ROWS]) for row in range(0, len(self._places), _ROWS))
        return max((float(np.linalg.norm(block, axis=1).max()) for block in blocks), default=0.0)


def recall(found: Found, exact: Found) -> float:
    """The share of the best k that was found; a document that scores as high as the k-th counts as one."""
    hits = total = 0
    for scores, best in zip(found[1], exact[1], strict=True):
        there = np.isfinite(best)
        if there.any():
            hits += min(int((scores >= best[there][-1]).sum()), int(there.sum()))
            total += int(there.sum())
    return hits / total if total else 1.0


def _random(seed: int) -> Any:
    faiss_names: Any = faiss  # RandomGenerator is not among those that the package declares
    return faiss_names.RandomGenerator(seed)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """A graph depends on the order in which documents come, so that it is built by one thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
