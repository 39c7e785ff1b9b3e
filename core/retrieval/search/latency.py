"""How long one query alone takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from core.jobs.context import Context

_QUERIES = 100
_SECONDS = 3.0
_LEAST = 5
"""Queries that are measured, however long they take."""


def latency(steps: Mapping[str, Callable[[int], object]], queries: int, ctx: Context) -> dict[str, float]:
    """Milliseconds: ``p50`` and ``p95`` of all steps together, and the median of each step by its name.

    Up to 100 queries, evenly spread, are asked one by one, for 3 seconds at most; the first one twice, since
    it is slower than all that follow.

    Args:
        steps: what is done for query number i, in order; a later one may rely on an earlier one.
    """
    if not queries:
        return {}
    asked = np.unique(np.linspace(0, queries - 1, min(queries, _QUERIES)).astype(int)).tolist()
    for step in steps.values():
        step(asked[0])
    taken: list[list[float]] = []
    started = time.perf_counter()
    for query in asked:
        ctx.progress(len(taken), len(asked), "Measuring latency")
        if len(taken) >= _LEAST and time.perf_counter() - started > _SECONDS:
            break
        times = []
        for step in steps.values():
            began = time.perf_counter()
            step(query)
            times.append(1000 * (time.perf_counter() - began))
        taken.append(times)
    table = np.array(taken)
    sums = table.sum(axis=1)
    parts = dict(zip(steps, np.median(table, axis=0).round(3).tolist(), strict=True))
    return {
        "p50": round(float(np.percentile(sums, 50)), 3),
        "p95": round(float(np.percentile(sums, 95)), 3),
        **(parts if len(parts) > 1 else {}),
    }
