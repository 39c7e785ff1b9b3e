"""The order in which hits are evaluated: by score, ties by the document's id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DECIMALS = 6
"""Scores are rounded to these before they are ordered, so that equal texts tie on every machine."""


def tie_ranks(ids: Sequence[str]) -> NDArray[np.int64]:
    """(n,) int64: the place of each id among all, in descending order of UTF-8 bytes; of equal scores the
    lowest rank comes first, as in trec_eval."""
    order = sorted(
        range(len(ids)), key=lambda place: ids[place].encode("utf-8", "surrogatepass"), reverse=True
    )
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[order] = np.arange(len(ids))
    return ranks


def ordered(
    places: NDArray[np.int64], scores: NDArray[np.float64], ranks: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best k of each row: (q, k) places and rounded scores, -1 and -inf where there are fewer.

    Args:
        places: (q, c) candidates, -1 for none; more than k where ties at the end matter.
        scores: (q, c).
        ranks: of `tie_ranks`.
    """
    rounded = np.where(places >= 0, np.round(scores, DECIMALS), -np.inf)
    ties = np.where(places >= 0, ranks[np.maximum(places, 0)], np.iinfo(np.int64).max)
    order = np.lexsort((ties, -rounded), axis=1)[:, :k]
    best = np.take_along_axis(places, order, axis=1)
    found = np.take_along_axis(rounded, order, axis=1)
    best = np.where(np.isneginf(found), -1, best)
    if best.shape[1] < k:
        spare = ((0, 0), (0, k - best.shape[1]))
        best = np.pad(best, spare, constant_values=-1)
        found = np.pad(found, spare, constant_values=-np.inf)
    return best, found
