"""Which documents are relevant to which query (arXiv 2508.21038, section 5)."""

from __future__ import annotations

import random
from itertools import combinations, islice
from math import comb

from core.errors import UserError
from core.retrieval.limit.request import Pattern


def fewest(queries: int, k: int) -> int:
    """The smallest number of documents with as many sets of `k` as there are queries."""
    n = k
    while comb(n, k) < queries:
        n += 1
    return n


def relevant(
    pattern: Pattern, documents: int, queries: int, k: int, generator: random.Random
) -> list[tuple[int, ...]]:
    """The documents, by number, of each query.

    ``dense``: all sets of `k` of the fewest documents, in lexicographic order. ``random``: `k` of all.
    ``cycle``: `k` in a row, each query beginning one further. ``disjoint``: of each query its own.

    Raises:
        UserError: there are too few documents.
    """
    needed = {"dense": fewest(queries, k), "disjoint": queries * k}.get(pattern, k)
    if documents < needed:
        raise UserError(
            f"{queries:,} queries with {k} relevant documents each in the pattern {pattern} need at least "
            f"{needed:,} documents, and there are to be {documents:,}.",
            field="documents",
        )
    if pattern == "dense":
        return list(islice(combinations(range(needed), k), queries))
    if pattern == "random":
        return [tuple(sorted(generator.sample(range(documents), k))) for _ in range(queries)]
    if pattern == "cycle":
        return [tuple((query + place) % documents for place in range(k)) for query in range(queries)]
    return [tuple(range(query * k, (query + 1) * k)) for query in range(queries)]
