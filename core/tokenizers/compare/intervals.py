"""Intervals by bootstrap over documents: how far a figure would move if other documents like these were read.

Documents are drawn with replacement, as many as there are, again and again; each draw gives the figure anew,
and the interval lies between percentiles of these (Efron & Tibshirani 1993, ch. 13). A figure is a ratio of
sums, so what is drawn are the sums. Those that come from one call are of the same documents, so that the
interval of one tokenizer over another is that of paired samples. Two texts whose documents are not each
other's translations one by one are each drawn by themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95

_MOST_GROUPS = 10_000
"""Above this many documents, neighbours are drawn together: the interval is hardly another, and time and
memory are bounded."""
_AT_ONCE = 4_000_000
"""Draws."""


def resampled_sums(
    columns: NDArray[np.int64] | NDArray[np.float64], resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Sums of columns over documents, each time over other documents.

    Args:
        columns: int64 or float64 [D, k]; what each document adds to each column.
        resamples: R, how often.
        rng: gives the same sums again when it is begun with the same seed.

    Returns:
        float64 [R, k].
    """
    groups = _grouped(columns).astype(np.float64)
    many = len(groups)
    sums = np.zeros((resamples, columns.shape[1]))
    if not many:
        return sums
    step = max(_AT_ONCE // many, 1)
    for begin in range(0, resamples, step):
        rows = min(step, resamples - begin)
        drawn = rng.integers(0, many, (rows, many)) + many * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * many).reshape(rows, many)
        sums[begin : begin + rows] = times @ groups
    return sums


def interval(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float] | None:
    """Between which two the middle `level` of drawn values lies. None where fewer than two are numbers."""
    proper = values[np.isfinite(values)]
    if len(proper) < 2:
        return None
    low, high = np.quantile(proper, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def ratio_interval(
    numerators: NDArray[np.float64], denominators: NDArray[np.float64], level: float = LEVEL
) -> tuple[float, float] | None:
    """The interval of a ratio of sums, from R drawn numerators and denominators, float64 [R] each.

    For parity, the drawn tokens of a text, and those of the pivot. A draw whose denominator is nought is left
    out.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return interval(np.asarray(numerators) / np.asarray(denominators), level)


def _grouped(
    columns: NDArray[np.int64] | NDArray[np.float64],
) -> NDArray[np.int64] | NDArray[np.float64]:
    """[min(D, most), k]: neighbours added up where there are too many."""
    many = len(columns)
    if many <= _MOST_GROUPS:
        return columns
    return np.add.reduceat(columns, np.arange(_MOST_GROUPS) * many // _MOST_GROUPS, axis=0)
