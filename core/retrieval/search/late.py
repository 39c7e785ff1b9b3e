"""Late interaction: the first documents of a system, scored token by token."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.collections.order import ordered
from core.encoders.opened import open_encoder
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.latency import latency
from core.retrieval.search.maxsim import Floats, maxsim, token_vectors
from core.retrieval.systems.bm25 import Bm25
from core.retrieval.systems.late import Late

_DOCUMENTS = 64
"""Encoded at once; their tokens are forgotten after that, whatever the collection's size."""


def rank(system: Late, task: Task, ctx: Context) -> Ranking:
    """The candidates of each query in the order of MaxSim.

    Raises:
        UserError: the model has no vectors of tokens.
    """
    encoder = open_encoder(system, ctx, field="system").fitted(task.collection.documents, ctx)
    first = _candidates(system, task, ctx)
    depth = min(system.depth, first.places.shape[1])
    candidates = first.places[:, :depth]
    texts = task.collection.queries
    began = time.perf_counter()
    states = encoder.token_states(texts.texts(0, len(texts)), ctx, role="query")
    queries = [token_vectors(some)[0] for some in states]
    asking = time.perf_counter() - began
    values = np.full(candidates.shape, -np.inf)
    encoding = searching = 0.0
    tokens = 0
    wanted = np.unique(candidates[candidates >= 0])
    askers = _askers(candidates, wanted)
    for start in range(0, len(wanted), _DOCUMENTS):
        ctx.progress(start, len(wanted), "Matching tokens")
        some = wanted[start : start + _DOCUMENTS]
        began = time.perf_counter()
        bodies = [task.collection.documents.text(int(place)) for place in some]
        vectors = [token_vectors(state)[0] for state in encoder.token_states(bodies, ctx, role="document")]
        encoding += time.perf_counter() - began
        began = time.perf_counter()
        for number, document in enumerate(vectors, start=start):
            tokens += len(document)
            rows, columns = askers[number]
            if len(document):
                values[rows, columns] = _totals(document, [queries[row] for row in rows])
        searching += time.perf_counter() - began
    there = np.isfinite(values)
    places, scores = ordered(np.where(there, candidates, -1), values, task.collection.tie_ranks, task.k)
    kept: dict[str, list[Floats]] = {}

    def encode(query: int) -> None:
        one = encoder.token_states([texts.text(query)], ctx, role="query")[0]
        own = candidates[query][candidates[query] >= 0][:_DOCUMENTS]
        kept["query"] = [token_vectors(one)[0]]
        if "documents" not in kept:  # they would lie in a store; one query's stand for all
            bodies = [task.collection.documents.text(int(place)) for place in own]
            kept["documents"] = [
                token_vectors(state)[0] for state in encoder.token_states(bodies, ctx, role="document")
            ]

    def search(query: int) -> None:
        pool = [document for document in kept["documents"] if len(document)]
        for number in range(int((candidates[query] >= 0).sum())):
            if pool:
                maxsim(kept["query"][0], pool[number % len(pool)])

    costs = Costs(
        encode_seconds=encoding,
        query_seconds=asking,
        search_seconds=searching + first.costs.query_seconds + first.costs.search_seconds,
        index_bytes=tokens * encoder.width * 2 + first.costs.index_bytes,
        latency_ms=_with(latency({"encode": encode, "search": search}, len(places), ctx), first.costs),
    )
    details: dict[str, object] = {
        "documents whose tokens were matched": len(wanted),
        "token vectors": tokens,
        "index bytes": "of those tokens in float16, and the candidates' index",
    }
    return Ranking(places, scores, costs, details)


def _candidates(system: Late, task: Task, ctx: Context) -> Ranking:
    if system.of:
        return task.earlier[system.of]
    from core.retrieval.search.bm25 import rank as rank_words

    return rank_words(
        Bm25.model_validate({}),
        Task(task.collection, system.depth, barred=task.barred, cache=task.cache),
        ctx,
    )


def _askers(
    candidates: NDArray[np.int64], wanted: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each document the rows and columns of `candidates` where it stands."""
    rows, columns = np.nonzero(candidates >= 0)
    places = candidates[rows, columns]
    order = np.argsort(places, kind="stable")
    edges = [*np.searchsorted(places[order], wanted).tolist(), len(order)]
    return [(rows[order[first:last]], columns[order[first:last]]) for first, last in pairwise(edges)]


def _totals(document: Floats, queries: list[Floats]) -> NDArray[np.float64]:
    """MaxSim of one document with several queries, in one product."""
    lengths = np.array([len(query) for query in queries])
    totals = np.full(len(queries), -np.inf)
    asked = np.flatnonzero(lengths)
    if len(asked):
        best = (np.concatenate([queries[row] for row in asked]) @ document.T).max(axis=1)
        starts = np.cumsum(lengths[asked]) - lengths[asked]
        totals[asked] = np.add.reduceat(best.astype(np.float64), starts)
    return totals


def _with(spent: dict[str, float], candidates: Costs) -> dict[str, float]:
    before = candidates.latency_ms
    return {
        name: round(value + before.get(name, 0.0), 3) if name in ("p50", "p95") else value
        for name, value in spent.items()
    }
