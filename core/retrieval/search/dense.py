"""One vector a text, and the nearest of them: encoded, indexed, searched, timed."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import OK, TRUNCATED, Encoder
from core.encoders.fast import FastEncoder
from core.encoders.opened import open_encoder
from core.encoders.room import drop_oldest, used
from core.encoders.stored import StoredVectors, stored_vectors
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.exact import Exact, Found, Vectors
from core.retrieval.search.latency import latency
from core.retrieval.systems.dense import Dense

_SAMPLE = 100
"""Queries on which what an index misses is counted."""


class _Index(Protocol):
    def search(
        self, queries: Vectors, k: int, ctx: Context, *, barred: NDArray[np.int64] | None = None
    ) -> Found: ...


def rank(system: Dense, task: Task, ctx: Context) -> Ranking:
    """The best `task.k` documents of each query.

    Raises:
        UserError: the model or the code will not do.
    """
    encoder = open_encoder(system, ctx, field="system").fitted(task.collection.documents, ctx)
    documents = stored_vectors(
        encoder,
        task.collection.documents,
        ctx,
        role="document",
        cache=task.cache,
        stage=f"Encoding documents with {encoder.name}",
    )
    queries = stored_vectors(
        encoder, task.collection.queries, ctx, role="query", cache=task.cache, stage="Encoding queries"
    )
    there = np.isin(documents.status, (OK, TRUNCATED))
    began = time.perf_counter()
    index, size, kept, details = _indexed(system, encoder, documents, there, task, ctx)
    built = time.perf_counter() - began
    if isinstance(encoder, FastEncoder):
        details["mean cosine of fast vectors to float32"] = round(encoder.cosine, 5)
    asked = np.ascontiguousarray(queries.vectors, dtype=np.float32)
    began = time.perf_counter()
    places, scores = index.search(asked, task.k, ctx, barred=task.barred)
    searched = time.perf_counter() - began
    if system.index != "exact":
        details |= _missed(index, asked, places, scores, task, ctx)
    one: dict[str, NDArray[np.float32]] = {}

    def encode(query: int) -> None:
        one["vector"] = encoder.encode([task.collection.queries.text(query)], ctx, role="query")

    def search(query: int) -> None:
        index.search(one["vector"], task.k, ctx)

    ready = encoder.ready(task.collection.queries.ids, ctx, role="query")
    if ready is not None:
        one["vector"] = asked[:1]
    steps = {"search": search} if ready is not None else {"encode": encode, "search": search}
    costs = Costs(
        encode_seconds=documents.seconds,
        query_seconds=queries.seconds,
        build_seconds=0.0 if kept else built,
        search_seconds=searched,
        cached=documents.cached or kept,
        index_bytes=size,
        latency_ms=latency(steps, len(asked), ctx),
    )
    truncated = int((documents.status == TRUNCATED).sum())
    if truncated:
        details["documents cut to the most tokens"] = truncated
    return Ranking(places, scores, costs, details)


def _indexed(
    system: Dense,
    encoder: Encoder,
    documents: StoredVectors,
    there: NDArray[np.bool_],
    task: Task,
    ctx: Context,
) -> tuple[_Index, int, bool, dict[str, object]]:
    """The index, its bytes, whether it was kept from an earlier run, and what is to be told of it."""
    vectors, ranks = documents.vectors, task.collection.tie_ranks
    if system.compress:
        index = _Coded(system, encoder, vectors, there, task, ctx)
        return index, index.nbytes, index.was_kept, {"bytes for each document": index.bytes_each}
    if system.index == "exact":
        exact = Exact(vectors, ranks, similarity=encoder.similarity, there=there, device=ctx.device)
        return exact, int(there.sum()) * encoder.width * 4, False, {}
    from core.retrieval.search.approximate import Approximate

    shape: dict[str, object] = {"index": system.index, "seed": ctx.seed}
    if system.index == "ivf":
        shape |= {"nlist": system.nlist}
    if system.index == "hnsw":
        shape |= {"m": system.m, "ef": system.ef_construction}
    near = Approximate(
        system,
        vectors,
        ranks,
        ctx,
        similarity=encoder.similarity,
        there=there,
        file=_file(task, encoder, shape, "faiss"),
    )
    return near, near.nbytes, near.was_kept, {}


class _Coded:
    """Documents in a code, those that can be found only."""

    def __init__(
        self,
        system: Dense,
        encoder: Encoder,
        vectors: Vectors,
        there: NDArray[np.bool_],
        task: Task,
        ctx: Context,
    ) -> None:
        from core.retrieval.compress.codecs import codec_of
        from core.retrieval.compress.compressed import opened

        try:
            codec = codec_of(system.compress or "")
        except ValueError as error:
            raise UserError(f"{error}", field="system") from None
        self._places = np.flatnonzero(there)
        self._ranks = task.collection.tie_ranks[self._places]
        self._far = encoder.similarity == "euclidean"
        file = _file(task, encoder, {"codec": codec.line, "seed": ctx.seed}, "npz")
        self.was_kept = file is not None and file.is_file()
        if file is not None and self.was_kept:
            self._index = opened(file)
        else:
            self._index = codec.compressed(vectors if there.all() else vectors[self._places], ctx)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                self._index.save(file)
        self.nbytes = self._index.nbytes
        self.bytes_each = round(self.nbytes / max(1, len(self._places)), 1)

    def search(
        self, queries: Vectors, k: int, ctx: Context, *, barred: NDArray[np.int64] | None = None
    ) -> Found:
        inner = None
        if barred is not None:
            number = np.full(int(max(self._places.max(initial=-1), barred.max(initial=-1))) + 1, -1)
            number[self._places] = np.arange(len(self._places))
            inner = np.where(barred >= 0, number[np.maximum(barred, 0)], -1)
        found, scores = self._index.search(
            queries, k, ctx, ranks=self._ranks, barred=inner, euclidean=self._far
        )
        if not len(self._places):
            return found, scores
        places = np.where(found >= 0, self._places[np.maximum(found, 0)], -1)
        asked = np.any(queries, axis=1)[:, None]
        return np.where(asked, places, -1), np.where(asked, scores, -np.inf)


def _missed(
    index: _Index,
    queries: Vectors,
    places: NDArray[np.int64],
    scores: NDArray[np.float64],
    task: Task,
    ctx: Context,
) -> dict[str, object]:
    from core.retrieval.search.approximate import Approximate, recall

    assert isinstance(index, Approximate)
    some = np.unique(np.linspace(0, max(0, len(queries) - 1), min(len(queries), _SAMPLE)).astype(int))
    barred = None if task.barred is None else task.barred[some]
    best = index.exact.search(queries[some], task.k, ctx, barred=barred, stage="Comparing with exact search")
    found = (places[some], scores[some])
    told: dict[str, object] = {}
    for k in sorted({min(10, task.k), task.k}):
        short = recall((found[0][:, :k], found[1][:, :k]), (best[0][:, :k], best[1][:, :k]))
        told[f"recall@{k} against exact search"] = round(short, 4)
    return told


def _file(task: Task, encoder: Encoder, shape: dict[str, object], ending: str) -> Path | None:
    if task.cache is None:
        return None
    said = json.dumps([encoder.digest, task.collection.documents.digest, shape], sort_keys=True)
    name = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    file = task.cache / "indexes" / f"{name}.{ending}"
    if file.is_file():
        used(file)
    drop_oldest(task.cache, 0, keep=file)
    return file
