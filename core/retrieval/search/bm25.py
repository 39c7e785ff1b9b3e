"""BM25, by bm25s."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Texts
from core.collections.order import DECIMALS, ordered
from core.encoders.room import drop_oldest, used
from core.jobs.context import Context
from core.retrieval.ranking import Ranking, Task
from core.retrieval.result_parts import Costs
from core.retrieval.search.bm25_index import Words, built, kept, nbytes, saved
from core.retrieval.search.latency import latency
from core.retrieval.systems.bm25 import Bm25

_TEXTS = 4096


def rank(system: Bm25, task: Task, ctx: Context) -> Ranking:
    """The best `task.k` documents of each query, of those that share a word with it."""
    collection = task.collection
    folder = _folder(system, collection.documents, task.cache)
    was_kept = folder is not None and folder.is_dir()
    began = time.perf_counter()
    if folder is not None and was_kept:
        ctx.progress(0, 1, "Opening the word index")
        index = kept(folder)
        used(folder)
    else:
        index = built(_blocks(collection.documents, ctx), system)
        if folder is not None:
            folder.parent.mkdir(parents=True, exist_ok=True)
            saved(index, folder)
            drop_oldest(folder.parent.parent, 0, keep=folder)
    building = time.perf_counter() - began
    words = Words(system, index.vocab_dict)
    ranks = collection.tie_ranks
    places = np.full((len(collection.queries), task.k), -1, dtype=np.int64)
    scores = np.full(places.shape, -np.inf)
    unknown = 0
    began = time.perf_counter()
    for query in range(len(places)):
        ctx.progress(query, len(places), "Searching words")
        numbers = words.known(collection.queries.text(query))
        unknown += not numbers
        barred = -1 if task.barred is None else int(task.barred[query])
        places[query], scores[query] = _best(index, numbers, barred, ranks, task.k)
    searching = time.perf_counter() - began
    costs = Costs(
        build_seconds=0.0 if was_kept else building,
        search_seconds=searching,
        cached=was_kept,
        index_bytes=nbytes(index),
        latency_ms=latency(
            {"search": lambda i: _best(index, words.known(collection.queries.text(i)), -1, ranks, task.k)},
            len(places),
            ctx,
        ),
    )
    details: dict[str, object] = {"different words": len(index.vocab_dict)}
    if unknown:
        details["queries without a known word"] = unknown
    return Ranking(places, scores, costs, details)


def _best(
    index: bm25s.BM25, numbers: list[int], barred: int, ranks: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(k,) places and scores of one query, given the numbers of its words."""
    if not numbers:
        return np.full(k, -1, dtype=np.int64), np.full(k, -np.inf)
    every = index.get_scores_from_ids(numbers)
    none = 0.0 if index.nonoccurrence_array is None else float(index.nonoccurrence_array[numbers].sum())
    sharing = np.zeros(len(every), dtype=bool)
    starts, documents = index.scores["indptr"], index.scores["indices"]
    if none or index.method == "robertson":  # where sharing a word does not show in the score
        for number in set(numbers):
            sharing[documents[starts[number] : starts[number + 1]]] = True
    else:
        sharing = every > 0
    if barred >= 0:
        sharing[barred] = False
    found = np.flatnonzero(sharing)
    scores = every[found].astype(np.float64)
    if len(found) > k:
        least = np.partition(scores, len(found) - k)[len(found) - k] - 10.0**-DECIMALS
        found, scores = found[scores >= least], scores[scores >= least]
    places, values = ordered(found[None], scores[None], ranks, k)
    return places[0], values[0]


def _blocks(texts: Texts, ctx: Context) -> Iterator[list[str]]:
    for first in range(0, len(texts), _TEXTS):
        ctx.progress(first, len(texts), "Counting words")
        yield texts.texts(first, min(len(texts), first + _TEXTS))


def _folder(system: Bm25, documents: Texts, cache: Path | None) -> Path | None:
    if cache is None:
        return None
    said = json.dumps([system.model_dump(exclude={"label"}), documents.digest], sort_keys=True)
    return cache / "bm25" / hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
