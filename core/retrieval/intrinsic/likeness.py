"""Cosines and correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Floats

Values = NDArray[np.float64]


def cosines(one: Floats, other: Floats) -> Values:
    """(n,) of the rows of two arrays (n, d), in float64; 0 where one is zero."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.asarray(np.einsum("nd,nd->n", first, second) / np.maximum(lengths, 1e-12))


def pearson(one: Values, other: Values) -> float:
    """0 where one of the two is constant."""
    first, second = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale > 1e-12 else 0.0


def spearman(one: Values, other: Values) -> float:
    """Ties share the mean of their ranks; 0 where one of the two is constant."""
    return pearson(ranks(one), ranks(other))


def ranks(values: Values) -> Values:
    """(n,) from 1."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
