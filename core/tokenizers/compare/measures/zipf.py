"""Zipf's law: how steeply frequencies fall along the ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure

_FIRST_RANK = 10
_LEAST_COUNT = 5


def zipf_fit(counts: NDArray[np.int64]) -> tuple[float, float, int] | None:
    """Slope and R² of log count on log rank, least squares, and the last rank that was taken in.

    From rank 10 to the last one with a count of 5. None where that is fewer than three ranks, or where all
    counts are the same.
    """
    seen = np.sort(counts[counts >= _LEAST_COUNT])[::-1][_FIRST_RANK - 1 :]
    if len(seen) < 3 or seen[0] == seen[-1]:
        return None
    x = np.log(np.arange(_FIRST_RANK, _FIRST_RANK + len(seen)))
    y = np.log(seen)
    x, y = x - x.mean(), y - y.mean()
    slope = (x @ y) / (x @ x)
    return float(slope), float((x @ y) ** 2 / (x @ x) / (y @ y)), _FIRST_RANK + len(seen) - 1


def zipf_points(counts: NDArray[np.int64], most: int = 200) -> tuple[list[float], list[float]]:
    """Ranks and counts for a plot on logarithmic axes: all the first ranks, then ever fewer, and the last."""
    seen = np.sort(counts[counts > 0])[::-1]
    if not len(seen):
        return [], []
    ranks = np.unique(np.geomspace(1, len(seen), most).round().astype(np.int64))
    return ranks.astype(float).tolist(), seen[ranks - 1].astype(float).tolist()


@measure
class ZipfSlope(OfCounts):
    key = "zipf_slope"
    title = "Zipf slope"
    description = (
        "Slope of log frequency on log rank by least squares, from rank 10 to the last token that occurred "
        "five times. Nearer to 0: tokens are used more evenly."
    )
    digits = 2
    order = 53

    def value(self, counts: Counts) -> float | None:
        fit = zipf_fit(counts.counts)
        return fit and fit[0]


@measure
class ZipfFit(OfCounts):
    key = "zipf_fit"
    title = "Zipf fit (R²)"
    description = "How well a straight line describes log frequency on log rank: 1 is exactly."
    order = 54

    def value(self, counts: Counts) -> float | None:
        fit = zipf_fit(counts.counts)
        return fit and fit[1]
