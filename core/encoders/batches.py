"""Texts of like lengths in batches: little is padding, and no batch falls out of the cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.encoders.tokens import Tokens

ON_CPU = 2_048
"""Tokens in a batch, padding counted: more are slower, since they fall out of the processor's cache."""
ON_ACCELERATOR = 32_768


def batches(lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Places of texts, the longest first, so that memory that is too small is found out early; none of length
    0. A batch holds at most `budget` tokens, its padding counted, but at least one text."""
    order = np.argsort(-lengths, kind="stable")
    order = order[: int((lengths > 0).sum())]
    sizes = lengths[order]
    first = 0
    while first < len(order):
        count = max(1, budget // int(sizes[first]))
        yield order[first : first + count]
        first += count


def representatives(tokens: Tokens) -> NDArray[np.int64]:
    """(n,) for each text the place of the first one with the same tokens, pooled alike; its own where it is
    the first."""
    lengths = tokens.lengths
    own = np.arange(len(lengths), dtype=np.int64)
    there = np.flatnonzero(lengths > 0)
    if not len(there):
        return own
    marks = _marks(tokens)[there]
    order = np.lexsort((there, marks))
    ordered, places = marks[order], there[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    group = np.cumsum(new) - 1
    leaders = places[new][group]
    for place, leader in zip(places[~new].tolist(), leaders[~new].tolist(), strict=True):
        if _same(tokens, place, leader):
            own[place] = leader
    return own


def _marks(tokens: Tokens) -> NDArray[np.uint64]:
    """(n,) a number for each text, which different texts hardly ever share."""
    lengths = tokens.lengths
    source = np.random.default_rng(0)
    by_position = source.integers(1, 2**63, size=int(lengths.max()) + 1, dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    found = np.zeros(len(lengths), dtype=np.uint64)
    block = 2**14
    for first in range(0, len(lengths), block):
        begin, end = int(tokens.starts[first]), int(tokens.starts[min(first + block, len(lengths))])
        if begin == end:
            continue
        some = lengths[first : first + block]
        positions = np.arange(end - begin) - np.repeat(tokens.starts[first : first + len(some)] - begin, some)
        mixed = (tokens.ids[begin:end].astype(np.uint64) + np.uint64(1)) * by_position[positions]
        mixed ^= mixed >> np.uint64(29)
        nonempty = some > 0
        at = (tokens.starts[first : first + len(some)] - begin)[nonempty]
        sums = np.add.reduceat(mixed, at)
        found[first : first + len(some)][nonempty] = sums
    return np.asarray(found ^ (lengths.astype(np.uint64) * by_position[-1]))


def _same(tokens: Tokens, one: int, other: int) -> bool:
    starts = tokens.starts
    return bool(
        np.array_equal(tokens.pooled[one], tokens.pooled[other])
        and np.array_equal(
            tokens.ids[starts[one] : starts[one + 1]], tokens.ids[starts[other] : starts[other + 1]]
        )
    )
