"""The first documents of a system put in a new order by a cross-encoder or a second encoder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection, Texts
from core.collections.order import ordered
from core.encoders.encoder import Role
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.latency import latency
from core.retrieval.systems.rerank import Rerank

Pairs = NDArray[np.int64]
Scorer = Callable[[Pairs], NDArray[np.float64]]
"""Scores of pairs (n, 2): a query's place and a document's."""


def rank(system: Rerank, task: Task, ctx: Context) -> Ranking:
    """The first `system.depth` documents by the model's score, the others below them in their old order.

    Raises:
        UserError: the model is neither a cross-encoder with one label nor an encoder.
    """
    first = task.earlier[system.of]
    model = Path(system.model).expanduser().absolute()
    score = _cross(model, task.collection, ctx) if is_cross_encoder(model) else _second(model, task, ctx)
    depth = min(system.depth, first.places.shape[1])
    head = first.places[:, :depth]
    rows, columns = np.nonzero(head >= 0)
    began = time.perf_counter()
    values = np.full(head.shape, -np.inf)
    values[rows, columns] = score(np.stack([rows, head[rows, columns]], axis=1))
    seconds = time.perf_counter() - began
    ranks = task.collection.tie_ranks
    places, scores = ordered(head, values, ranks, max(task.k, first.places.shape[1]))
    _append_tail(places, scores, first.places, depth)

    def rerank(query: int) -> None:
        own = head[query][head[query] >= 0]
        if len(own):
            score(np.stack([np.full(len(own), query), own], axis=1))

    spent = latency({"rerank": rerank}, len(head), ctx)
    before = first.costs.latency_ms
    for name in ("p50", "p95"):
        if name in spent and name in before:
            spent[name] = round(spent[name] + before[name], 3)
    costs = Costs(
        search_seconds=seconds + first.costs.query_seconds + first.costs.search_seconds,
        cached=first.costs.cached,
        index_bytes=first.costs.index_bytes,
        latency_ms=spent,
    )
    details: dict[str, object] = {"pairs scored": len(rows)}
    ceiling = _recall(head, task.collection)
    if ceiling is not None:
        details[f"recall@{depth} of the ranking below: no measure can be better"] = round(ceiling, 4)
    return Ranking(places[:, : task.k], scores[:, : task.k], costs, details)


def is_cross_encoder(folder: Path) -> bool:
    """Whether a model of transformers there reads a pair of texts and gives labels."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    names = config.get("architectures") or [] if isinstance(config, dict) else []
    return any(str(name).endswith("ForSequenceClassification") for name in names)


def _append_tail(
    places: NDArray[np.int64], scores: NDArray[np.float64], old: NDArray[np.int64], depth: int
) -> None:
    """In place: each next document scores 1 less than the one before it."""
    for row in range(len(places)):
        tail = old[row, depth:][old[row, depth:] >= 0]
        count = int((places[row] >= 0).sum())
        lowest = scores[row, count - 1] if count else 0.0
        places[row, count : count + len(tail)] = tail
        scores[row, count : count + len(tail)] = lowest - 1 - np.arange(len(tail))


def _second(model: Path, task: Task, ctx: Context) -> Scorer:
    encoder = open_encoder(EncoderFields.model_validate({"model": model}), ctx, field="system").fitted(
        task.collection.documents, ctx
    )
    documents: dict[int, NDArray[np.float32]] = {}
    queries: dict[int, NDArray[np.float32]] = {}

    def score(pairs: Pairs) -> NDArray[np.float64]:
        sides: list[tuple[dict[int, NDArray[np.float32]], int, Texts, Role]] = [
            (queries, 0, task.collection.queries, "query"),
            (documents, 1, task.collection.documents, "document"),
        ]
        for known, side, texts, role in sides:
            places = np.unique(pairs[:, side])
            new = [int(place) for place in places if int(place) not in known]
            if new:
                vectors = encoder.encode(
                    [texts.text(place) for place in new], ctx, role=role, stage="Encoding candidates"
                )
                known.update(zip(new, vectors, strict=True))
        a = np.stack([queries[int(place)] for place in pairs[:, 0]]).astype(np.float64)
        b = np.stack([documents[int(place)] for place in pairs[:, 1]]).astype(np.float64)
        if encoder.similarity == "euclidean":
            return np.asarray(-np.linalg.norm(a - b, axis=1))
        return np.asarray((a * b).sum(axis=1))

    return score


def _cross(model: Path, collection: Collection, ctx: Context) -> Scorer:
    from core.retrieval.search.cross_encoder import CrossEncoder

    reader = CrossEncoder(model, ctx)

    def score(pairs: Pairs) -> NDArray[np.float64]:
        texts = [
            (collection.queries.text(int(query)), collection.documents.text(int(document)))
            for query, document in pairs
        ]
        return reader.scores(texts, ctx)

    return score


def _recall(head: NDArray[np.int64], collection: Collection) -> float | None:
    shares = []
    for row, query in enumerate(collection.queries.ids):
        relevant = {id for id, grade in collection.judgements.get(query, {}).items() if grade > 0}
        if relevant:
            found = {collection.documents.ids[place] for place in head[row] if place >= 0}
            shares.append(len(relevant & found) / len(relevant))
    return float(np.mean(shares)) if shares else None
