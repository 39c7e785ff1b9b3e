"""Laws added up, and laws multiplied; all in natural logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float64]

LEAST = float(np.log(1e-12))
"""What a law counts as having given, at least, where it divides."""


def log_sum(values: Logs, axis: int = -1) -> Logs:
    """log Σ exp; −inf where all are."""
    most = values.max(axis=axis, keepdims=True)
    safe = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        found: Logs = np.log(np.exp(values - safe).sum(axis=axis)) + safe.squeeze(axis)
    return found


def normalized(values: Logs) -> Logs:
    """Made to sum to 1 along the last axis; rows of −inf are left."""
    whole = log_sum(values)[..., None]
    return values - np.where(np.isfinite(whole), whole, 0.0)


def mixed(laws: Logs, shares: Logs) -> Logs:
    """Σ share · law, (n, m, 257) and (n, m) → (n, 257)."""
    with np.errstate(divide="ignore"):
        return log_sum(laws + np.log(shares)[..., None], axis=1)


def pooled(laws: Logs, exponents: Logs) -> Logs:
    """Π law^exponent made to sum to 1, (n, m, 257) and (m,) → (n, 257). An exponent of 0 leaves a law out."""
    whole = np.zeros((len(laws), laws.shape[2]))
    for law, exponent in zip(np.moveaxis(laws, 1, 0), exponents, strict=True):
        if exponent > 0:
            whole += exponent * law
        elif exponent < 0:
            whole += exponent * np.maximum(law, LEAST)
    return normalized(whole)
