"""Queries in groups: where a system loses most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.retrieval.record.inspect import Query
from core.retrieval.why.words import words_of


@dataclass(frozen=True)
class Slice:
    """Some of the queries. `low` and `high`: the interval of 95 % of the mean by its standard error, None of
    fewer than two. `loss`: their share of all that is missing to 1."""

    by: str
    name: str
    queries: tuple[str, ...]
    mean: float
    low: float | None
    high: float | None
    loss: float


def slices(queries: Sequence[Query], values: Mapping[str, float]) -> list[Slice]:
    """By the query's length and by how many relevant documents there are; the greatest loss first.

    Args:
        values: query → value of a measure whose best is 1.
    """
    known = [query for query in queries if query.id in values]
    total = sum(1 - values[query.id] for query in known)
    kinds: list[tuple[str, Callable[[Query], str]]] = [
        ("length", lambda query: _band(len(words_of(query.text)), (3, 6, 10, 20), "word")),
        ("relevant documents", lambda query: _band(query.relevant, (0, 1, 3, 10), "relevant document")),
    ]
    found: list[Slice] = []
    for by, name_of in kinds:
        groups: dict[str, list[str]] = {}
        for query in known:
            groups.setdefault(name_of(query), []).append(query.id)
        found += [_slice(by, name, ids, values, total) for name, ids in groups.items()]
    return sorted(found, key=lambda each: (-each.loss, each.by, each.name))


def _slice(by: str, name: str, ids: Sequence[str], values: Mapping[str, float], total: float) -> Slice:
    those = [values[id] for id in ids]
    mean = sum(those) / len(those)
    half = None
    if len(those) > 1:
        variance = sum((value - mean) ** 2 for value in those) / (len(those) - 1)
        half = 1.96 * math.sqrt(variance / len(those))
    loss = sum(1 - value for value in those) / total if total > 0 else 0.0
    return Slice(
        by,
        name,
        tuple(ids),
        mean,
        None if half is None else mean - half,
        None if half is None else mean + half,
        loss,
    )


def _band(number: int, edges: Sequence[int], what: str) -> str:
    """``4 to 6 words``, with the edges 3 and 6."""
    below = -1
    for edge in edges:
        if number <= edge:
            said = str(edge) if edge == below + 1 else f"{below + 1} to {edge}"
            return f"{said} {what}{'' if said == '1' else 's'}"
        below = edge
    return f"more than {below} {what}s"
