"""Intervals of means and their differences: a bootstrap over pieces of text (Efron & Tibshirani 1993)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.generation.ensemble.result import Estimate
from core.tokenizers.compare.intervals import ratio_interval, resampled_sums

RESAMPLES = 2_000
FEWEST = 5
"""Pieces below which there is no interval."""


def ratio(sums: NDArray[np.float64], sizes: NDArray[np.float64], seed: int) -> Estimate:
    """Σ sums / Σ sizes; both (n,), of the n pieces that are drawn again and again.

    The same pieces are drawn for the same seed and n: an interval of differences is that of paired samples.
    """
    value = float(sums.sum() / sizes.sum())
    if len(sums) < FEWEST:
        return Estimate(value=value)
    source = np.random.Generator(np.random.Philox(key=[seed % 2**63, len(sums)]))
    drawn = resampled_sums(np.stack((sums, sizes), axis=1), RESAMPLES, source)
    low, high = ratio_interval(drawn[:, 0], drawn[:, 1]) or (None, None)
    return Estimate(value=value, low=low, high=high)
