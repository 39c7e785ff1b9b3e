"""Percentile frequency: how much of the text the middle of the ranking makes up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure

_FROM, _TO = 3, 83
"""Per cent of the ranking; the window of tokenization-scorer."""


def percentile_frequency(counts: NDArray[np.int64]) -> float | None:
    """Share of the text that tokens from 3 to 83 per cent of the ranking make up; None where there are none.

    Args:
        counts: int64 [n], how often each token occurred.
    """
    seen = np.sort(counts[counts > 0])[::-1]
    if not len(seen):
        return None
    window = seen[_FROM * len(seen) // 100 : _TO * len(seen) // 100]
    return float(window.sum() / seen.sum())


@measure
class PercentileFrequency(OfCounts):
    key = "percentile_frequency"
    title = "Percentile frequency"
    description = (
        "Share of the text made up by tokens between 3 and 83 % of the ranking by frequency (Zouhar et al., "
        "arXiv 2306.16842): neither the commonest few nor the rare ones."
    )
    better = "high"
    order = 44

    def value(self, counts: Counts) -> float | None:
        return percentile_frequency(counts.counts)
