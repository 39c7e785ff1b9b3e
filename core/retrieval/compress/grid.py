"""A few levels for each of a few numbers, packed into words of 64 bits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.compress.compressed import Compressed, Parts, Which, by_block, sample
from core.retrieval.compress.planes import principal
from core.retrieval.compress.top import Scorer

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
    """``codes``: (n, words) uint64, each as many digits of base `levels` as it holds, the first lowest."""
    each = digits(levels)
    dimensions = len(learned["spread"])
    codes = np.zeros((len(vectors), -(-dimensions // each)), np.uint64)
    for first, last in by_block(len(vectors), ctx, "Encoding"):
        laid = (vectors[first:last] - learned["mean"]) @ learned["directions"]
        places = rounded(np.asarray(laid / learned["spread"], np.float32), levels)
        for number in reversed(range(dimensions)):
            word = codes[first:last, number // each]
            word *= np.uint64(levels)
            word += places[:, number]
    return {"codes": codes}


def digits(levels: int) -> int:
    """How many numbers of so many levels 64 bits hold."""
    held = 0
    while levels ** (held + 1) <= 2**64:
        held += 1
    return held


class Grid(Compressed):
    def __init__(self, line: str, parts: Mapping[str, NDArray[Any]], levels: int) -> None:
        self._codes, self._levels = parts["codes"], levels
        super().__init__(line, parts, count=len(self._codes), width=parts["directions"].shape[0])

    def _laid(self, which: Which) -> NDArray[np.float32]:
        """(documents, p)"""
        words = self._codes[which].copy()
        values, each = self.parts["values"], digits(self._levels)
        found = np.empty((len(words), len(values)), np.float32)
        for number in range(len(values)):
            word = words[:, number // each]
            whole = word // np.uint64(self._levels)
            found[:, number] = values[number][word - whole * np.uint64(self._levels)]
            words[:, number // each] = whole
        return found

    def decoded(self, which: Which) -> NDArray[np.float32]:
        laid = self._laid(which) @ self.parts["directions"].T
        return np.asarray(laid + self.parts["mean"], np.float32)

    def scorer(self, queries: NDArray[np.float32]) -> Scorer:
        held = torch.from_numpy(np.asarray(queries @ self.parts["directions"], np.float32))
        shift = torch.from_numpy(np.asarray(queries @ self.parts["mean"], np.float32))[:, None]
        return lambda first, last: held @ torch.from_numpy(self._laid(slice(first, last))).T + shift

    def diagnostics(self) -> dict[str, float]:
        """``dead``: the share of levels that no document has."""
        values, each = self.parts["values"], digits(self._levels)
        used, words = 0, self._codes.copy()
        for number in range(len(values)):
            word = words[:, number // each]
            used += len(np.unique(word % np.uint64(self._levels)))
            words[:, number // each] = word // np.uint64(self._levels)
        return {"dead": 1 - used / values.size}
