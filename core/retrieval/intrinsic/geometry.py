"""Measures of the shape of a set of vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import Floats

_AT_ONCE = 1_024

Vectors = NDArray[np.float64]


def mean_cosine(vectors: Floats) -> float:
    """Of all pairs of different rows (n, d); of length 1, or zeros."""
    rows = vectors.astype(np.float64)
    total = rows.sum(axis=0)
    count = len(rows)
    return float((total @ total - (rows**2).sum()) / (count * (count - 1)))


def centred_cosine(vectors: Floats) -> float:
    """The same after the mean has been taken away."""
    rows = vectors.astype(np.float64)
    rows = rows - rows.mean(axis=0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return mean_cosine((rows / np.maximum(lengths, 1e-12)).astype(np.float32))


def variances(vectors: Floats) -> Vectors:
    """(d,) along the principal components, largest first."""
    found = np.linalg.eigvalsh(np.cov(vectors.astype(np.float64).T, ddof=1).reshape(vectors.shape[1], -1))
    return np.asarray(np.maximum(found[::-1], 0.0))


def isoscore(spread: Vectors) -> float:
    """IsoScore (arXiv 2108.07344) of variances (d,), d > 1: 1 where all are alike, 0 for a line."""
    d = len(spread)
    length = float(np.linalg.norm(spread))
    if d < 2 or length <= 0:
        return 0.0
    scaled = np.sqrt(d) * spread / length
    defect = float(np.linalg.norm(scaled - 1)) / np.sqrt(2 * (d - np.sqrt(d)))
    share = (d - defect**2 * (d - np.sqrt(d))) ** 2 / d**2
    return float((d * share - 1) / (d - 1))


def effective_rank(spread: Vectors) -> float:
    """exp of the entropy of the variances' shares (Roy and Vetterli, EUSIPCO 2007)."""
    shares = spread / max(float(spread.sum()), 1e-300)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def alignment(first: Floats, second: Floats) -> float:
    """Mean squared distance of the rows of pairs (n, d) (arXiv 2005.10242)."""
    return float(((first.astype(np.float64) - second.astype(np.float64)) ** 2).sum(axis=1).mean())


def uniformity(vectors: Floats, tell: Callable[[int, int], None] = lambda done, total: None) -> float:
    """ln of the mean of exp(-2 ‖x - y‖²) over pairs of rows (n, d) (arXiv 2005.10242); lower: more even."""
    squares = (vectors.astype(np.float64) ** 2).sum(axis=1)
    total = 0.0
    for first in range(0, len(vectors), _AT_ONCE):
        tell(first, len(vectors))
        some = slice(first, first + _AT_ONCE)
        products = (vectors[some] @ vectors.T).astype(np.float64)
        distances = np.maximum(0.0, squares[some, None] + squares[None] - 2 * products)
        total += float(np.exp(-2 * distances).sum())
    count = len(vectors)
    return float(np.log((total - count) / (count * (count - 1))))


def occurrences(
    vectors: Floats, k: int, tell: Callable[[int, int], None] = lambda done, total: None
) -> NDArray[np.int64]:
    """(n,) how often each row (n, d) is among the k nearest of the others, by the inner product."""
    counts = np.zeros(len(vectors), dtype=np.int64)
    k = min(k, len(vectors) - 1)
    for first in range(0, len(vectors), _AT_ONCE):
        tell(first, len(vectors))
        products = vectors[first : first + _AT_ONCE] @ vectors.T
        here = np.arange(len(products))
        products[here, here + first] = -np.inf
        nearest = np.argpartition(-products, k - 1, axis=1)[:, :k]
        counts += np.bincount(nearest.ravel(), minlength=len(counts))
    return counts


def skewness(counts: NDArray[np.int64]) -> float:
    """E(N - µ)³ / σ³; 0 where all are alike."""
    values = counts.astype(np.float64)
    spread = values.std()
    return float(((values - values.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0


def robin_hood(counts: NDArray[np.int64]) -> float:
    """The share of all occurrences that would have to be given away for all to have the same number."""
    values = counts.astype(np.float64)
    total = float(values.sum())
    return float(np.abs(values - values.mean()).sum() / 2 / total) if total else 0.0


def smoothness(states: Floats) -> Vectors:
    """(L - 1,) cosines of neighbouring rows (L, d) (arXiv 2410.18160)."""
    rows = states.astype(np.float64)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray((rows[:-1] * rows[1:]).sum(axis=1))
