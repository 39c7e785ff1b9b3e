"""Means of resampled queries, and of differences with their signs flipped, for many columns at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 10_000
FLIPS = 100_000
DEALS = 10_000
EXACT = 16
"""Up to so many queries all patterns of signs are enumerated."""
EQUAL = 1e-12
"""Means that differ by less are equal: sums in another order differ in their last bits."""
_BLOCK = 4_000_000
"""Numbers held at once."""
Report = Callable[[int, int], None]


def interval(values: NDArray[np.floating], seed: int = 0) -> tuple[float, float]:
    """The interval of 95 % of a mean over queries: percentile bootstrap, 10,000 resamples.

    Args:
        values: (queries,), the value of each.
    """
    low, high = intervals(np.asarray(values, dtype=np.float64)[:, None], seed)
    return float(low[0]), float(high[0])


def intervals(table: Floats, seed: int = 0, report: Report | None = None) -> tuple[Floats, Floats]:
    """`interval` of each column of (queries, columns), from the same resamples: low and high, (columns,)."""
    if len(table) < 2:
        mean = table.mean(axis=0) if len(table) else np.zeros(table.shape[1])
        return mean, mean.copy()
    low, high = np.percentile(_resampled(table, seed, report), [2.5, 97.5], axis=0)
    return low, high


def bootstrap_p(table: Floats, seed: int = 0, report: Report | None = None) -> Floats:
    """Two-sided p of each column's mean being 0: how often the mean of a resample is as far from the mean
    as the mean is from 0."""
    if not len(table):
        return np.ones(table.shape[1])
    mean = table.mean(axis=0)
    far = np.abs(_resampled(table, seed, report) - mean) >= np.abs(mean) - EQUAL
    return np.asarray((1 + far.sum(axis=0)) / (RESAMPLES + 1))


def randomization_p(table: Floats, seed: int = 0, report: Report | None = None) -> Floats:
    """Two-sided p of each column's mean being 0, by Fisher and Pitman: how often the mean is as far from 0
    where each query's difference has either sign. All patterns up to 16 queries, 100,000 random ones beyond,
    of which the real one counts as one more.

    Args:
        table: (queries, columns), differences.
    """
    queries, columns = table.shape
    least = np.abs(table.sum(axis=0)) - EQUAL * queries
    far = np.zeros(columns, dtype=np.int64)
    exact = queries <= EXACT
    flips = 1 << queries if exact else FLIPS
    rng = np.random.default_rng(seed)
    block = max(1, min(flips, _BLOCK // max(1, queries)))
    for first in range(0, flips, block):
        if report is not None:
            report(first, flips)
        count = min(block, flips - first)
        if exact:
            bits = np.arange(first, first + count)[:, None] >> np.arange(queries)
            patterns = (bits & 1).astype(np.uint8)
        else:
            raw = np.frombuffer(rng.bytes(count * -(-queries // 8)), dtype=np.uint8)
            patterns = np.unpackbits(raw.reshape(count, -1), axis=1, count=queries)
        # flipped sums: those kept less those turned
        sums = 2.0 * (patterns.astype(np.float64) @ table) - table.sum(axis=0)
        far += (np.abs(sums) >= least).sum(axis=0)
    return np.asarray(far / flips if exact else (1 + far) / (flips + 1))


def tukey_p(table: Floats, differences: Floats, seed: int = 0, report: Report | None = None) -> Floats:
    """Tukey's honestly significant differences by randomization (Carterette, TOIS 30, 2012): how often, where
    each query's values are dealt out to the systems anew, the best mean is as far above the worst as two
    systems are apart. Corrected for all pairs of systems by itself.

    Args:
        table: (queries, systems), one measure.
        differences: (pairs,) of means.
    """
    queries, systems = table.shape
    far = np.zeros(len(differences), dtype=np.int64)
    rng = np.random.default_rng(seed)
    block = max(1, min(DEALS, _BLOCK // max(1, queries * systems)))
    for first in range(0, DEALS, block):
        if report is not None:
            report(first, DEALS)
        count = min(block, DEALS - first)
        dealt = np.argsort(rng.random((count, queries, systems), dtype=np.float32), axis=2)
        means = np.take_along_axis(np.broadcast_to(table, dealt.shape), dealt, axis=2).mean(axis=1)
        widest = means.max(axis=1) - means.min(axis=1)
        far += (widest[:, None] >= np.abs(differences) - EQUAL).sum(axis=0)
    return np.asarray((1 + far) / (DEALS + 1))


def _resampled(table: Floats, seed: int, report: Report | None) -> Floats:
    """(resamples, columns): the means of queries drawn with replacement."""
    queries = len(table)
    rng = np.random.default_rng(seed)
    means = np.empty((RESAMPLES, table.shape[1]))
    block = max(1, min(RESAMPLES, _BLOCK // queries))
    for first in range(0, RESAMPLES, block):
        if report is not None:
            report(first, RESAMPLES)
        count = min(block, RESAMPLES - first)
        drawn = rng.integers(0, queries, (count, queries))
        drawn += np.arange(count)[:, None] * queries
        times = np.bincount(drawn.ravel(), minlength=count * queries).reshape(count, queries)
        means[first : first + count] = times.astype(np.float64) @ table / queries
    return means
