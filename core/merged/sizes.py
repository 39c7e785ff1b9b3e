"""What a large vocabulary takes in memory, without anything heavy."""

from __future__ import annotations

import math

from core.merged.request import IndexKind, MergedRequest

GRAPH = 32
"""Neighbours of each row in the graph."""
_MOST_LISTS = 4096
_WORKING = 512 * 2**20
_FLOAT = 4


def memory_needed(request: MergedRequest, parameters: int, width: int) -> int:
    """Bytes: the model, what is kept, and what it takes to work with them."""
    return _FLOAT * parameters + memory_beside(request, width)


def memory_beside(request: MergedRequest, width: int) -> int:
    """Bytes beside the model, whose hidden states are `width` numbers."""
    return kept_bytes(request, width) + _WORKING


def kept_bytes(request: MergedRequest, width: int) -> int:
    """Of the tokens, their rows in 16 bits, and the index."""
    rows = request.size * (2 * width + _FLOAT * request.longest + 8)
    return rows + index_bytes(request.index, request.size, width)


def index_bytes(kind: IndexKind, count: int, width: int) -> int:
    """Of an index over `count` rows of `width` numbers."""
    if kind == "exact":
        return 0
    if kind == "hnsw":
        return count * (_FLOAT * (width + 1) + _FLOAT * 2 * GRAPH + 16)
    return count * (width + 1 + 8) + _FLOAT * lists_for(count) * (width + 1)


def lists_for(count: int) -> int:
    """How many inverted lists."""
    return max(1, min(_MOST_LISTS, round(2 * math.sqrt(count)), count))
