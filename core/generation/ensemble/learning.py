"""Weights under which a text has the fewest bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.generation.ensemble.pooling import LEAST, log_sum, normalized

_ROUNDS = 200
_SMALL = 1e-9
_HALVINGS = 40
_MOST = 8.0
"""The largest exponent tried."""


def learnt_mixture(laws: NDArray[np.float64], truth: NDArray[np.intp]) -> tuple[float, ...]:
    """By expectation and maximisation, which never gets worse and cannot miss: the likelihood has one top.

    Args:
        laws: (n, m, 257) natural logarithms.
        truth: (n,) bytes.
    """
    given = laws[np.arange(len(truth)), :, truth]
    weights = np.full(laws.shape[1], -np.log(laws.shape[1]))
    for _ in range(_ROUNDS):
        owed = normalized(given + weights)
        counted = np.isfinite(owed).any(axis=1)
        after = normalized(log_sum(owed[counted], axis=0))
        moved = np.abs(np.exp(after) - np.exp(weights)).max()
        weights = after
        if moved < _SMALL:
            break
    return tuple(np.exp(weights).tolist())


def learnt_exponents(
    laws: NDArray[np.float64],
    truth: NDArray[np.intp],
    base: NDArray[np.float64],
    ways: NDArray[np.float64],
    begin: Sequence[float],
) -> tuple[float, ...]:
    """Exponents base + Σ θ·way with θ from 0 to 8: Newton's method on a convex loss, no step uphill.

    Args:
        laws: (n, m, 257) natural logarithms.
        truth: (n,) bytes.
        base: (m,) exponents where all θ are 0.
        ways: (k, m), in which directions they may move.
        begin: (k,) the first θ.
    """
    floored = np.maximum(laws, LEAST)
    fixed = np.tensordot(floored, base, axes=(1, 0))
    along = np.einsum("nmb,km->nkb", floored, ways)
    chosen = along[np.arange(len(truth)), :, truth]

    def loss(theta: NDArray[np.float64]) -> float:
        scores = fixed + np.einsum("nkb,k->nb", along, theta)
        return float((log_sum(scores) - scores[np.arange(len(truth)), truth]).mean())

    theta = np.array(begin, dtype=float)
    lowest = loss(theta)
    for _ in range(_ROUNDS):
        law = np.exp(normalized(fixed + np.einsum("nkb,k->nb", along, theta)))
        mean = np.einsum("nkb,nb->nk", along, law)
        slope = (mean - chosen).mean(axis=0)
        bend = (np.einsum("nkb,njb,nb->kj", along, along, law) - mean.T @ mean) / len(truth)
        free = (theta > 0) | (slope < 0)
        if not free.any():
            break
        step = np.zeros_like(theta)
        inside = np.ix_(free, free)
        step[free] = np.linalg.lstsq(bend[inside] + 1e-9 * np.eye(free.sum()), slope[free], rcond=None)[0]
        tried, size = theta, 1.0
        for _ in range(_HALVINGS):
            candidate = np.clip(theta - size * step, 0.0, _MOST)
            if loss(candidate) < lowest:
                tried = candidate
                break
            size /= 2
        moved = np.abs(tried - theta).max()
        theta, lowest = tried, loss(tried)
        if moved < _SMALL:
            break
    return tuple((base + theta @ ways).tolist())
