"""The best documents of scores that come block by block, in the order that is evaluated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from core.collections.order import DECIMALS, ordered
from core.jobs.context import Context

SPARE = 32
"""Candidates kept beyond k, so that ties at the end are seen."""
_BLOCK_BYTES = 2**26
_MOST_AT_ONCE = 2**24
"""Scores that are looked through at once where many documents tie."""
Scorer = Callable[[int, int], torch.Tensor]
"""First and last document (exclusive) → (queries, documents) float32 scores."""


def block_rows(queries: int) -> int:
    """Documents scored at once: what a block of scores may take in memory."""
    return int(np.clip(_BLOCK_BYTES // (4 * max(1, queries)), 2**12, 2**16))


def best(
    scorer: Scorer,
    queries: int,
    count: int,
    k: int,
    ranks: NDArray[np.int64],
    ctx: Context,
    *,
    barred: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(queries, k) places and scores, ordered as `core.collections.order` says, ties at the end included.

    Args:
        ranks: (count,) int64: of equal scores the document with the lowest comes first.
        barred: (queries,) a document that is not to be found, or -1.
    """
    keep = min(count, k + SPARE)
    places = torch.zeros((queries, 0), dtype=torch.int64)
    scores = torch.zeros((queries, 0))
    rows = block_rows(queries)
    for first in range(0, count, rows):
        ctx.progress(first, count, "Searching")
        last = min(count, first + rows)
        found = _without(scorer(first, last), barred, first, last)
        top = found.topk(min(keep, last - first), dim=1)
        scores = torch.cat([scores, top.values], dim=1)
        places = torch.cat([places, top.indices + first], dim=1)
        if scores.shape[1] > keep:
            top = scores.topk(keep, dim=1)
            scores, places = top.values, places.gather(1, top.indices)
    values = np.where(np.isneginf(scores.numpy()), -np.inf, scores.numpy().astype(np.float64))
    held = np.where(np.isneginf(values), -1, places.numpy())
    result, figures = ordered(held, values, ranks, k)
    if keep < count:
        _mend(result, figures, values, scorer, count, k, ranks, ctx, barred)
    return result, figures


def _mend(
    result: NDArray[np.int64],
    figures: NDArray[np.float64],
    values: NDArray[np.float64],
    scorer: Scorer,
    count: int,
    k: int,
    ranks: NDArray[np.int64],
    ctx: Context,
    barred: NDArray[np.int64] | None,
) -> None:
    """Order again, in place, the queries of which more documents tie at the end than were kept."""
    lowest = np.round(values.min(axis=1), DECIMALS)
    tied = np.flatnonzero(np.isfinite(lowest) & (figures[:, -1] <= lowest + 10.0**-DECIMALS))
    at_once = max(1, _MOST_AT_ONCE // count)
    rows = block_rows(len(result))
    for start in range(0, len(tied), at_once):
        some = tied[start : start + at_once]
        every = np.empty((len(some), count), dtype=np.float32)
        for first in range(0, count, rows):
            ctx.progress(start, len(tied), "Ordering ties")
            last = min(count, first + rows)
            every[:, first:last] = _without(scorer(first, last), barred, first, last)[some].numpy()
        for row, query in enumerate(some.tolist()):
            there = np.flatnonzero(every[row] >= figures[query, -1] - 10.0**-DECIMALS)[None, :]
            result[query : query + 1], figures[query : query + 1] = ordered(
                there, every[row][there].astype(np.float64), ranks, k
            )


def _without(scores: torch.Tensor, barred: NDArray[np.int64] | None, first: int, last: int) -> torch.Tensor:
    if barred is None:
        return scores
    rows = np.flatnonzero((barred >= first) & (barred < last))
    scores[torch.from_numpy(rows), torch.from_numpy(barred[rows] - first)] = -torch.inf
    return scores
