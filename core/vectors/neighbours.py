"""Nearest vectors by cosine, and weights for them.

Blocks of queries meet all keys: memory stays small, and the time is that of the matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from core.jobs.context import Context

_BLOCK = 64 * 2**20
"""Bytes of similarities at once."""
_FIRST_GUESS = 64
MOST_SOURCES = 1024
"""A sparsemax that would spread further is taken over its largest so many, where all there are would not fit
into memory."""
_MOST_BYTES = 2**30
"""Of the weights of all queries together."""


@dataclass(frozen=True)
class Mixtures:
    """For each of m queries weights over keys: `indices` (m, k) int64, -1 where unused, and `weights` (m, k)
    float32, 0 there. All unused for a query that has no direction. The largest weight stands first.
    """

    indices: torch.Tensor
    weights: torch.Tensor
    cut: int = 0
    """Queries whose weights would have spread over more keys."""


def softmax_mixtures(
    queries: torch.Tensor, keys: torch.Tensor, count: int, temperature: float, ctx: Context, stage: str
) -> Mixtures:
    """The `count` nearest keys, weighed by the softmax of cosine / temperature (arXiv 2112.06598, §3).

    Args:
        queries, keys: (m, e) and (n, e) float32. Keys without a direction are never chosen.
    """
    parts = []
    for cosines in _cosines(queries, keys, ctx, stage):
        values, indices = cosines.topk(min(count, cosines.shape[1]), dim=1)
        weights = torch.softmax(values / temperature, dim=1)
        parts.append((indices, weights, values.isfinite() & (weights > 0)))
    return _gathered(parts, queries)


def sparsemax_mixtures(
    queries: torch.Tensor, keys: torch.Tensor, temperature: float, ctx: Context, stage: str
) -> Mixtures:
    """The sparsemax (arXiv 1602.02068) of cosine / temperature over all keys.

    Only the largest similarities are sorted: as long as the least of them gets no weight, none beyond them
    would. Otherwise more are looked at.
    """
    parts = []
    cut = 0
    most = min(len(keys), max(MOST_SOURCES, _MOST_BYTES // (12 * max(1, len(queries)))))
    for cosines in _cosines(queries, keys, ctx, stage):
        scaled = cosines / temperature
        taken = min(_FIRST_GUESS, most)
        while True:
            values, indices = scaled.topk(taken, dim=1)
            weights = sparsemax(values.double()).float()
            open_end = weights[:, -1] > 0
            if taken >= most or not bool(open_end.any()):
                break
            taken = min(4 * taken, most)
        cut += int(open_end.sum()) if taken < scaled.shape[1] else 0
        widest = max(1, int((weights > 0).sum(dim=1).amax())) if len(weights) else 1
        parts.append((indices[:, :widest], weights[:, :widest], weights[:, :widest] > 0))
    found = _gathered(parts, queries)
    return Mixtures(found.indices, found.weights, cut)


def sparsemax(scores: torch.Tensor) -> torch.Tensor:
    """The nearest point of the simplex to each row of `scores` (m, k), sorted so that they fall.

    K is the last place where 1 + k z_k > Σ_{i≤k} z_i; τ = (Σ_{i≤K} z_i - 1) / K is taken off all.
    """
    lowered = scores - scores[:, :1]  # the result stays; sums keep their digits
    places = torch.arange(1, scores.shape[1] + 1, device=scores.device, dtype=scores.dtype)
    sums = lowered.cumsum(dim=1)
    support = (1 + places * lowered > sums).sum(dim=1, keepdim=True).clamp_min(1)
    threshold = (sums.gather(1, support - 1) - 1) / support
    return (lowered - threshold).clamp_min(0)


def _cosines(queries: torch.Tensor, keys: torch.Tensor, ctx: Context, stage: str) -> Iterator[torch.Tensor]:
    """(b, n) at a time. -inf for keys without a direction."""
    unit = torch.nn.functional.normalize(keys.float(), dim=1).to(ctx.device)
    silent = unit.square().sum(dim=1) == 0
    rows = max(16, _BLOCK // (4 * max(1, len(keys))))
    for first in range(0, len(queries), rows):
        ctx.progress(first, len(queries), stage)
        some = torch.nn.functional.normalize(queries[first : first + rows].float(), dim=1).to(ctx.device)
        yield (some @ unit.T).masked_fill_(silent, -torch.inf)


def _gathered(
    parts: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]], queries: torch.Tensor
) -> Mixtures:
    widest = max((part[0].shape[1] for part in parts), default=1)
    indices = torch.full((len(queries), widest), -1, dtype=torch.int64)
    weights = torch.zeros(len(queries), widest)
    at = 0
    for found, values, used in parts:
        rows = slice(at, at + len(found))
        indices[rows, : found.shape[1]] = torch.where(used, found, -1).cpu()
        weights[rows, : found.shape[1]] = torch.where(used, values, 0.0).cpu()
        at += len(found)
    nowhere = queries.float().square().sum(dim=1) == 0
    indices[nowhere], weights[nowhere] = -1, 0.0
    return Mixtures(indices, weights)
