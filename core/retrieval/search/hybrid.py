"""Rankings of several systems made one, query by query."""

from __future__ import annotations

import time

import numpy as np

from core.collections.order import ordered
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.fusion import Hits, fused
from core.retrieval.systems.hybrid import Hybrid


def rank(system: Hybrid, task: Task, ctx: Context) -> Ranking:
    """The best `task.k` documents of each query, of those that the others found."""
    parts = [task.earlier[name] for name in system.needs()]
    places = np.full((len(task.collection.queries), task.k), -1, dtype=np.int64)
    scores = np.full(places.shape, -np.inf)
    ranks = task.collection.tie_ranks
    began = time.perf_counter()
    for query in range(len(places)):
        ctx.progress(query, len(places), "Fusing")
        found, values = fused([_hits(part, query) for part in parts], system)
        if len(found):
            best = ordered(found[None], values[None], ranks, task.k)
            places[query], scores[query] = best[0][0], best[1][0]
    seconds = time.perf_counter() - began
    return Ranking(places, scores, _costs([part.costs for part in parts], seconds, len(places)))


def _hits(ranking: Ranking, query: int) -> Hits:
    there = ranking.places[query] >= 0
    return ranking.places[query][there], ranking.scores[query][there]


def _costs(parts: list[Costs], seconds: float, queries: int) -> Costs:
    """Asked one after the other; documents were encoded and indexed for the parts, and are counted there."""
    each = 1000 * seconds / max(1, queries)
    spent = {
        name: round(each + sum(part.latency_ms[name] for part in parts), 3)
        for name in ("p50", "p95")
        if all(name in part.latency_ms for part in parts)
    }
    return Costs(
        search_seconds=seconds + sum(part.query_seconds + part.search_seconds for part in parts),
        cached=all(part.cached for part in parts),
        index_bytes=sum(part.index_bytes for part in parts),
        latency_ms=spent,
    )
