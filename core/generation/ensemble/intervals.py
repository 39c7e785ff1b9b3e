"""Intervals of means and their differences: a bootstrap over pieces of text (Efron & Tibshirani 1993)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
FEWEST = 5
"""Pieces below which there is no interval."""


class Interval(NamedTuple):
    """A figure, and where the middle 95 % lie of what other pieces like these would give."""

    value: float
    low: float | None
    high: float | None


def ratio(sums: NDArray[np.float64], sizes: NDArray[np.float64], seed: int) -> Interval:
    """Σ sums / Σ sizes; both (n,), of the n pieces that are drawn again and again.

    The same pieces are drawn for the same seed and n: an interval of differences is that of paired samples.
    """
    value = float(sums.sum() / sizes.sum())
    if len(sums) < FEWEST:
        return Interval(value, None, None)
    source = np.random.Generator(np.random.Philox(key=[seed % 2**63, len(sums)]))
    drawn = source.integers(len(sums), size=(RESAMPLES, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    return Interval(value, float(low), float(high))
