"""The tokens whose rows point most alike, and how many of them two sets of rows share."""

from __future__ import annotations

import torch

from core.jobs.context import Context

NEAREST = 10
_BLOCK = 2**21
"""Numbers of a table looked at between two reports."""


def nearest(
    rows: torch.Tensor, table: torch.Tensor, ids: torch.Tensor, own: torch.Tensor, ctx: Context, stage: str
) -> torch.Tensor:
    """(m, 10) int64: which of the rows `ids` of `table` have the highest cosine with each of `rows`, the best
    first; -1 where there are not so many.

    Args:
        rows: (m, h) float32.
        table: (R, h) of any float type.
        ids: (n,) int64.
        own: (m,) the id that is left out for each row, -1 for none.
    """
    unit = torch.nn.functional.normalize(rows.float(), dim=1)
    best = torch.full((len(rows), NEAREST), -torch.inf)
    found = torch.full((len(rows), NEAREST), -1, dtype=torch.long)
    at_once = max(NEAREST, _BLOCK // table.shape[1])
    for first in range(0, len(ids), at_once):
        ctx.progress(first, len(ids), stage)
        some = ids[first : first + at_once]
        cosines = unit @ torch.nn.functional.normalize(table[some].float(), dim=1).T
        cosines[some[None] == own[:, None]] = -torch.inf
        highest, places = cosines.topk(min(NEAREST, len(some)), dim=1)
        best, order = torch.cat([best, highest], dim=1).topk(NEAREST, dim=1)
        found = torch.cat([found, some[places]], dim=1).gather(1, order)
    return torch.where(best > -torch.inf, found, -1)


def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """(m,) float64: the share of the ids in each row of `one` (m, k) that are in that of `other` (m, k)."""
    there = one >= 0
    shared = (one[:, :, None] == other[:, None, :]).any(dim=2) & there
    return shared.sum(dim=1).double() / there.sum(dim=1).clamp_min(1)
