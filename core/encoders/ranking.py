"""Exact search by similarity, and how good a ranking is: nDCG and recall as trec_eval defines them.

Scores are rounded to 1e-6 before they are ordered, so that texts that are equal tie on every machine; ties go
by the document's id, in descending order of its bytes, as in trec_eval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context

_DECIMALS = 6
_SCORES_AT_ONCE = 2**24


def search(
    queries: NDArray[np.float32],
    documents: NDArray[np.float32],
    ids: Sequence[str],
    k: int,
    ctx: Context,
    *,
    barred: Sequence[str | None] = (),
) -> list[list[str]]:
    """For each query the ids of the k documents with the highest cosine, best first. A document of zeros (it
    has no text) is never found.

    Args:
        queries: (q, d); documents: (n, d), in the order of `ids`.
        barred: for each query an id that is not to be found.
    """
    order = sorted(
        range(len(ids)), key=lambda place: ids[place].encode("utf-8", "surrogatepass"), reverse=True
    )
    there = np.array([place for place in order if documents[place].any()], dtype=np.int64)
    names = [ids[place] for place in there]
    matrix, asked = _unit(documents[there]), _unit(queries)
    at_once = max(1, _SCORES_AT_ONCE // max(1, len(names)))
    found: list[list[str]] = []
    for first in range(0, len(asked), at_once):
        ctx.progress(first, len(asked), "Searching")
        scores = np.round(asked[first : first + at_once] @ matrix.T, _DECIMALS)
        for number, row in enumerate(scores, start=first):
            without = barred[number] if barred else None
            best = [names[place] for place in _best(row, k + (without is not None))]
            found.append([name for name in best if name != without][:k])
    return found


def _best(row: NDArray[np.float32], k: int) -> list[int]:
    """The places of the k largest, of equal ones the first."""
    k = min(k, len(row))
    if not k:
        return []
    least = np.partition(row, len(row) - k)[len(row) - k]
    candidates = np.flatnonzero(row >= least)
    ordered = candidates[np.argsort(-row[candidates], kind="stable")][:k]
    return [int(place) for place in ordered]


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Discounted gain of the first k over that of the best k, gains being the grades; 0 without any."""
    ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return _gain([max(0, grades.get(id, 0)) for id in ranking[:k]]) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The share of the relevant documents that are among the first k."""
    relevant = {id for id, grade in grades.items() if grade > 0}
    return len(relevant & set(ranking[:k])) / len(relevant) if relevant else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / float(np.log2(place + 2)) for place, grade in enumerate(grades))
