"""Rankings of one query made one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.retrieval.systems.hybrid import Hybrid

Floats = NDArray[np.float64]
Hits = tuple[NDArray[np.int64], Floats]
"""Places and scores, best first; nothing after the last hit."""


def fused(rankings: Sequence[Hits], system: Hybrid) -> Hits:
    """All documents that are in one of the rankings, in no order, with the scores of the fusion.

    A ranking's scores are made comparable over its own hits. A document that it has not gets 0, or with
    z-scores its lowest, and in Borda's count an equal share of the points that are left.
    """
    places, where = np.unique(np.concatenate([places for places, _ in rankings]), return_inverse=True)
    ranks = np.zeros((len(rankings), len(places)))
    scores = np.zeros_like(ranks)
    first = 0
    for row, (own, values) in enumerate(rankings):
        at = where[first : first + len(own)]
        first += len(own)
        ranks[row, at] = np.arange(1, len(own) + 1)
        normal = normalised(values, system.norm)
        if system.norm == "zscore" and len(own):
            scores[row] = normal.min()
        scores[row, at] = normal
    return places, _FUSIONS[system.fusion](ranks, scores, system)


def normalised(scores: Floats, how: str) -> Floats:
    """Scores of one ranking, best first, made comparable with those of another."""
    if not len(scores):
        return scores
    low, high = scores.min(), scores.max()
    if how == "rank":
        return np.asarray(1 - np.arange(len(scores)) / len(scores))
    if how == "zscore":
        return np.asarray((scores - scores.mean()) / (scores.std() or 1.0))
    if how == "max":
        return np.asarray(scores / high) if high > 0 else np.zeros_like(scores)
    if low == high:
        return np.full_like(scores, 1.0 if len(scores) == 1 else 0.5)
    if how == "sum":
        return np.asarray((scores - low) / (scores - low).sum())
    return np.asarray((scores - low) / (high - low))


def _rrf(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(np.where(ranks > 0, 1 / (system.rrf_k + ranks), 0).sum(axis=0))


def _isr(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    inverse = np.where(ranks > 0, 1 / np.maximum(ranks, 1) ** 2, 0)
    return np.asarray((ranks > 0).sum(axis=0) * inverse.sum(axis=0))


def _borda(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    count = ranks.shape[1]
    left = (count - (ranks > 0).sum(axis=1, keepdims=True) + 1) / 2
    return np.asarray(np.where(ranks > 0, count - ranks + 1, left).sum(axis=0))


def _convex(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    others = max(1, len(scores) - 1)
    weights = np.array([system.alpha] + [(1 - system.alpha) / others] * (len(scores) - 1))
    return np.asarray(weights @ scores)


def _sum(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(scores.sum(axis=0))


def _mnz(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(scores.sum(axis=0) * (ranks > 0).sum(axis=0))


def _anz(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(np.where(ranks > 0, scores, 0).sum(axis=0) / (ranks > 0).sum(axis=0))


def _max(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(np.where(ranks > 0, scores, -np.inf).max(axis=0))


def _min(ranks: Floats, scores: Floats, system: Hybrid) -> Floats:
    return np.asarray(np.where(ranks > 0, scores, np.inf).min(axis=0))


_FUSIONS = {
    "rrf": _rrf,
    "convex": _convex,
    "combsum": _sum,
    "combmnz": _mnz,
    "combmax": _max,
    "combmin": _min,
    "combanz": _anz,
    "isr": _isr,
    "borda": _borda,
}
