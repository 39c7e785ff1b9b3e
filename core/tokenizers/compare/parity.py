"""Parity: how many tokens a language takes for each that the pivot takes for the same (arXiv 2305.15425)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def parity(tokens: NDArray[np.int64], pivot: NDArray[np.int64]) -> float | None:
    """Ratio of sums: all tokens of a text over all tokens of the same text in the pivot language.

    Args:
        tokens: int64 [D], of each document of the text.
        pivot: int64 [P], of each document of the pivot's; they need not be translations one by one.

    Returns:
        None where the pivot has no tokens.
    """
    return float(tokens.sum() / pivot.sum()) if pivot.any() else None


def mean_parity(tokens: NDArray[np.int64], pivot: NDArray[np.int64]) -> float | None:
    """Mean of ratios over documents that are each other's translations one by one, int64 [D] both.

    None where there are not as many of one as of the other, or the pivot has one without tokens.
    """
    if len(tokens) != len(pivot) or not len(pivot) or not pivot.all():
        return None
    return float((tokens / pivot).mean())
