"""Where to look for the largest number of documents that is solved."""

from __future__ import annotations

from collections.abc import Callable

from core.retrieval.critical.paper import FIT, cubic

Solved = Callable[[int], bool]
_BEFORE, _AFTER = 4, 5
"""How far around what bisection found all n are tried."""


def start(width: int, k: int) -> int:
    """Where a search begins: at the paper's fit for pairs, and at the smallest n that is a question else."""
    return max(k + 1, round(cubic(FIT, width))) if k == 2 else k + 1


def by_one(first: int, least: int, solved: Solved) -> int:
    """Up from `first` until an n is not solved, or else down until one is; at least `least`."""
    n = first
    if solved(n):
        while solved(n + 1):
            n += 1
        return n
    while n > least:
        n -= 1
        if solved(n):
            return n
    return least


def gallop(first: int, least: int, solved: Solved) -> int:
    """Steps of 1, 2, 4 … up while n is solved, or down until it is; bisection; then all n around.

    Returns:
        The largest n solved of all that were tried: above the first failure there may be one more.
    """
    low, high = _bounds(first, least, solved)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if solved(middle) else (low, middle)
    around = range(max(least, low - _BEFORE), low + _AFTER + 1)
    return max([low, *(n for n in around if solved(n))])


def _bounds(first: int, least: int, solved: Solved) -> tuple[int, int]:
    """A solved n (or `least`) and one above it that is not."""
    step = 1
    if solved(first):
        low = first
        while solved(low + step):
            low, step = low + step, 2 * step
        return low, low + step
    high = first
    while high - step > least and not solved(high - step):
        high, step = high - step, 2 * step
    return max(least, high - step), high
