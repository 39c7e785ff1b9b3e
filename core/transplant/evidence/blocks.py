"""The measured texts in short blocks, the same bytes for both models: what intervals are resampled from.

Passages are too long, and on a small text too few, to say how much a figure would differ on other text of
its kind. A block is about 1,000 bytes (some 150 words) and ends where both tokenizers have a boundary, so
that each token's bits belong to one block whole. Neighbouring blocks of one text are a little alike: an
interval from them is somewhat too narrow for text of another hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.transplant.evaluate import Scored

SIZE = 1_000
"""Bytes after which a block ends at the next common boundary."""


@dataclass(frozen=True)
class Blocks:
    """Of the n blocks of a slice: bits, scored tokens and their bytes, each (n,) float64."""

    bits: NDArray[np.float64]
    tokens: NDArray[np.float64]
    bytes: NDArray[np.float64]


def blocks(before: list[Scored], after: list[Scored]) -> tuple[Blocks, Blocks]:
    """The blocks of one slice, by both models. Those in which one of the two scored nothing are left out."""
    found = [_of_passage(one, other) for one, other in zip(before, after, strict=True)]
    old, new = (
        np.concatenate([pair[side] for pair in found] or [np.zeros((3, 0))], axis=1) for side in (0, 1)
    )
    there = (old[2] > 0) & (new[2] > 0)
    return Blocks(*old[:, there]), Blocks(*new[:, there])


def _of_passage(one: Scored, other: Scored) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Twice (3, n): bits, tokens, bytes."""
    common = np.intersect1d(one.passage.edges, other.passage.edges)
    wanted = np.arange(SIZE, one.passage.bytes, SIZE)
    ends = np.unique(common[np.searchsorted(common, wanted)]) if len(wanted) else wanted
    # A last block of a few bytes would count as much as a whole one: it belongs to that before it.
    ends = ends[ends <= one.passage.bytes - SIZE // 2]
    return _summed(one, ends), _summed(other, ends)


def _summed(scored: Scored, ends: NDArray[np.int64]) -> NDArray[np.float64]:
    edges = scored.passage.edges
    block = np.searchsorted(ends, edges[:-1], side="right")
    there = ~np.isnan(scored.bits)
    columns = (np.nan_to_num(scored.bits), there.astype(np.float64), np.diff(edges) * there)
    return np.stack([np.bincount(block, weights=column, minlength=len(ends) + 1) for column in columns])
