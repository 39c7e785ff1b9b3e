"""A few levels for each of a few numbers, several to a byte."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.codebooks import Codebooks
from core.retrieval.compress.compressed import Parts, by_block, sample
from core.retrieval.compress.planes import principal
from core.retrieval.compress.reduced import Reduced

_SAMPLE = 50_000


def fitted(
    vectors: NDArray[np.float32], dimensions: int, levels: int, ctx: Context
) -> dict[str, NDArray[Any]]:
    """``mean`` (d,), ``directions`` (d, p), the ``spread`` of each number (p,), by which it is divided before
    it is bounded, and ``values`` (p, levels): the mean of the numbers that come to each level."""
    some = sample(vectors, _SAMPLE, ctx.seed)
    mean = some.mean(axis=0, dtype=np.float64).astype(np.float32)
    directions = principal(some - mean, dimensions, ctx)
    laid = np.asarray((some - mean) @ directions, np.float32)
    spread = np.maximum(laid.std(axis=0), np.float32(1e-12))
    places = rounded(laid / spread, levels)
    values = np.empty((dimensions, levels), np.float32)
    for column in range(dimensions):
        sums = np.bincount(places[:, column], weights=laid[:, column], minlength=levels)
        counts = np.bincount(places[:, column], minlength=levels)
        usual = spread[column] * _middles(levels)
        values[column] = np.where(counts > 0, sums / np.maximum(counts, 1), usual)
    return {"mean": mean, "directions": directions, "spread": spread, "values": values}


def rounded(numbers: NDArray[np.float32], levels: int) -> NDArray[np.uint8]:
    """0 … levels - 1: ``round((levels - 1) / 2 · tanh(v))``, shifted by half a step where levels are even, so
    that 0 stays 0 (FSQ, §3)."""
    half, shift = (levels - 1) / 2, 0.0 if levels % 2 else 0.5
    bounded = half * np.tanh(numbers + (math.atanh(shift / half) if 0 < shift < half else 0.0)) - shift
    if levels == 2:  # a sign
        bounded = np.where(numbers > 0, 0.0, -1.0)
    return np.asarray(np.clip(np.rint(bounded) + levels // 2, 0, levels - 1), np.uint8)


def _middles(levels: int) -> NDArray[np.float32]:
    """What each level stands for before the bounding, where no number came to it."""
    if levels == 2:
        return np.array([-1, 1], np.float32)
    places = (np.arange(levels) - (levels - 1) / 2) / (levels / 2)
    return np.asarray(np.arctanh(places), np.float32)


def coded(vectors: NDArray[np.float32], learned: Parts, levels: int, ctx: Context) -> dict[str, NDArray[Any]]:
    """``codes``: (n, bytes) uint8, each as many digits of base `levels` as it holds, the first one lowest."""
    weights = _weights(levels)
    dimensions = len(learned["spread"])
    codes = np.zeros((len(vectors), -(-dimensions // len(weights))), np.uint8)
    for first, last in by_block(len(vectors), ctx, "Encoding"):
        laid = (vectors[first:last] - learned["mean"]) @ learned["directions"]
        places = rounded(np.asarray(laid / learned["spread"], np.float32), levels)
        for digit, weight in enumerate(weights):
            some = places[:, digit :: len(weights)]
            codes[first:last, : some.shape[1]] += some * np.uint8(weight)
    return {"codes": codes}


def digits(levels: int) -> int:
    """How many numbers of so many levels a byte holds."""
    held = 0
    while levels ** (held + 1) <= 256:
        held += 1
    return held


def _weights(levels: int) -> list[int]:
    return [levels**place for place in range(digits(levels))]


class Grid(Reduced):
    """A byte is a place in a codebook of the few numbers that it stands for: the index is that of a product
    quantiser whose codebooks follow from the levels."""

    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]], levels: int) -> None:
        self._levels = levels
        values, codes = parts["values"], parts["codes"]
        weights = _weights(levels)
        wide = np.zeros((codes.shape[1] * len(weights), levels), np.float32)
        wide[: len(values)] = values
        places = np.arange(256)[:, None] // np.array(weights) % levels
        grouped = wide.reshape(codes.shape[1], len(weights), levels)
        codebooks = np.stack([group[np.arange(len(weights)), places] for group in grouped])
        inner = {"codebooks": codebooks, "codes": codes, "width": np.array(len(values))}
        super().__init__(line, parts, Codebooks(line, inner))

    def diagnostics(self) -> dict[str, float]:
        """``dead``: the share of levels that no document has."""
        values, weights = self.parts["values"], _weights(self._levels)
        used = 0
        for number in range(len(values)):
            column = self.parts["codes"][:, number // len(weights)].astype(np.int64)
            places = column // weights[number % len(weights)] % self._levels
            used += len(np.unique(places))
        return {"dead": 1 - used / values.size}
