"""The rule that keeps the target's law: accept, or draw from what is left over (2211.17192, 2302.01318)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.generation.decoding.draw import inverse_cdf

Law = NDArray[np.float64]
"""(V,) probabilities."""


def acceptance(p: Law, q: Law | None, token: int) -> float:
    """The probability with which a proposal is accepted: min(1, p/q).

    Args:
        p: the target's law.
        q: the law that `token` was drawn from; None where it was certain, whatever made it.
    """
    if q is None:
        return float(p[token])
    return min(1.0, float(p[token]) / float(q[token])) if q[token] > 0 else 0.0


def residual(p: Law, q: Law | None, token: int) -> Law:
    """(V,) what a refused proposal is replaced from: max(p − q, 0), normalised."""
    if q is None:
        left = p.copy()
        left[token] = 0.0
    else:
        left = np.maximum(p - q, 0.0)
    total = left.sum()
    return left / total if total > 0 else p  # p = q up to rounding: then nothing is refused, but for rounding


def drawn(law: Law, uniform: float) -> int:
    """By the inverse of the cumulative law, so that a draw depends on the law and on `uniform` (0 ≤ u < 1)
    alone."""
    return inverse_cdf(law.cumsum(), uniform)
