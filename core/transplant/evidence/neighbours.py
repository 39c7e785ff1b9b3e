"""Whether new tokens lie among the tokens that they lay among in the donor.

Both are asked for their ten nearest among the shared tokens only, which are the ones that both models have.
"""

from __future__ import annotations

import torch

from core.jobs.context import Context
from core.transplant.evidence.nearest import nearest, overlap
from core.transplant.result import NeighboursKept
from core.transplant.rows import Rows, Task, combine

MOST = 500
"""New tokens that are looked at: the first of the task, which occur most often in the user's text."""
_STAGE = "Comparing neighbours"


def neighbours_kept(task: Task, rows: Rows, ctx: Context) -> NeighboursKept | None:
    """Of one matrix; None where the method knew no donor, or made nothing.

    Args:
        task: what the method was given.
        rows: what it made of it.
    """
    if task.donor is None or not len(task.anchors):
        return None
    places = rows.made.nonzero()[:, 0][:MOST]
    if not len(places):
        return None
    if rows.dense is not None:
        made = rows.dense[places]
    else:
        assert rows.indices is not None
        assert rows.weights is not None
        made = combine(rows.indices[places], rows.weights[places], task.table)
    none = torch.full((len(places),), -1)
    of_donor = nearest(task.donor[task.targets[places]], task.donor, task.anchors.donor, none, ctx, _STAGE)
    of_made = nearest(made, task.table, task.anchors.base, none, ctx, _STAGE)
    counterpart = torch.full((len(task.donor) + 1,), -1, dtype=torch.long)  # the last for "none"
    counterpart[task.anchors.donor] = task.anchors.base
    share = overlap(counterpart[of_donor], of_made)
    return NeighboursKept(matrix=task.matrix, tokens=len(places), share=float(share.mean()))
