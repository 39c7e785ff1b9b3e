"""Fewer dimensions: the first ones, the principal ones, or thin matrices; then a code of those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import DECIMALS
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.codecs import codec_of
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block, sample
from core.retrieval.compress.planes import principal
from core.retrieval.compress.top import Scorer

_SAMPLE = 100_000
_INNER = "inner."
Arrays = dict[str, NDArray[Any]]


def first(vectors: NDArray[np.float32], dimensions: int, then: str, ctx: Context) -> Arrays:
    """``cut``: the number of dimensions; ``unit``: whether what is left is made length 1, as the vectors are.

    Raises:
        UserError: there are not so many.
    """
    if dimensions > vectors.shape[1]:
        raise UserError(f"Vectors of {vectors.shape[1]} numbers have no first {dimensions}.", field="codec")
    lengths = np.linalg.norm(sample(vectors, 1000, ctx.seed), axis=1)
    unit = bool((np.abs(lengths - 1) < 1e-3).mean() > 0.9)  # a text without tokens has length 0
    found = {"cut": np.array(dimensions), "width": np.array(vectors.shape[1]), "unit": np.array(unit)}
    return _with_inner(found, vectors, then, ctx)


def principal_directions(vectors: NDArray[np.float32], dimensions: int, then: str, ctx: Context) -> Arrays:
    """``mean`` (d,) and ``directions`` (d, dimensions), orthonormal."""
    some = sample(vectors, _SAMPLE, ctx.seed)
    mean = some.mean(axis=0, dtype=np.float64).astype(np.float32)
    found = {"mean": mean, "directions": principal(some - mean, dimensions, ctx)}
    return _with_inner(found, vectors, then, ctx)


def low_rank(vectors: NDArray[np.float32], ratio: float, ctx: Context) -> Arrays:
    """``directions`` (d, rank) of the truncated singular value decomposition; the rank is
    ⌊n d ratio / (n + d)⌋."""
    count, width = vectors.shape
    rank = min(width, max(1, int(count * width * ratio / (count + width))))
    return {"directions": principal(sample(vectors, _SAMPLE, ctx.seed), rank, ctx)}


def _with_inner(found: Arrays, vectors: NDArray[np.float32], then: str, ctx: Context) -> Arrays:
    """With what the second code learns of a sample of what is left."""
    some = sample(vectors, _SAMPLE, ctx.seed)
    learned = codec_of(then).fit(_narrow(some, found, centred=True), ctx)
    return {**found, **{f"{_INNER}{name}": part for name, part in learned.items()}}


def coded(vectors: NDArray[np.float32], learned: Parts, then: str, ctx: Context) -> Arrays:
    """The second code of what is left."""
    narrow = np.empty((len(vectors), _left(learned)), np.float32)
    for start, end in by_block(len(vectors), ctx, "Laying onto directions"):
        narrow[start:end] = _narrow(vectors[start:end], learned, centred=True)
    codes = codec_of(then).encode(narrow, _inner(learned), ctx)
    return {f"{_INNER}{name}": part for name, part in codes.items()}


def opened(line: str, parts: Parts, then: str) -> Reduced:
    return Reduced(line, parts, codec_of(then).opened(_inner(parts)))


def _inner(parts: Parts) -> Arrays:
    return {name.removeprefix(_INNER): part for name, part in parts.items() if name.startswith(_INNER)}


def _left(learned: Parts) -> int:
    return int(learned["cut"]) if "cut" in learned else int(learned["directions"].shape[1])


def _narrow(vectors: NDArray[np.float32], learned: Parts, *, centred: bool) -> NDArray[np.float32]:
    vectors = np.asarray(vectors, np.float32)
    if "cut" in learned:
        few = vectors[:, : int(learned["cut"])]
        if learned["unit"]:
            few = few / np.maximum(np.linalg.norm(few, axis=1, keepdims=True), np.float32(1e-12))
        return np.ascontiguousarray(few)
    if centred and "mean" in learned:
        vectors = vectors - learned["mean"]
    return np.asarray(vectors @ learned["directions"], np.float32)


class Reduced(Compressed):
    """Searches the index of what is left; a mean that was taken off adds the same to all scores."""

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]], index: Compressed) -> None:
        self._index = index
        width = int(parts["width"]) if "width" in parts else parts["directions"].shape[0]
        super().__init__(line, parts, count=self._index.count, width=width)

    def decoded(self, which: Which) -> NDArray[np.float32]:
        narrow = self._index.decoded(which)
        if "cut" in self.parts:
            return np.pad(narrow, ((0, 0), (0, self.width - narrow.shape[1])))
        vectors = narrow @ self.parts["directions"].T
        return np.asarray(vectors + self.parts["mean"] if "mean" in self.parts else vectors, np.float32)

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        inner = self._index.scorer(_narrow(queries, self.parts, centred=False))
        shift = torch.from_numpy(self._shift(queries))
        return lambda first, last: inner(first, last) + shift

    def _shift(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """(q, 1)"""
        mean = self.parts.get("mean")
        return np.zeros((len(queries), 1), np.float32) if mean is None else (queries @ mean)[:, None]

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        ctx: Context,
        *,
        ranks: NDArray[np.int64] | None = None,
        barred: NDArray[np.int64] | None = None,
        euclidean: bool = False,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        queries = np.ascontiguousarray(queries, np.float32)
        if euclidean:
            return super().search(queries, k, ctx, ranks=ranks, barred=barred, euclidean=True)
        narrow = _narrow(queries, self.parts, centred=False)
        places, scores = self._index.search(narrow, k, ctx, ranks=ranks, barred=barred)
        return places, np.round(scores + np.round(self._shift(queries), DECIMALS), DECIMALS)

    def diagnostics(self) -> dict[str, float]:
        return self._index.diagnostics()
