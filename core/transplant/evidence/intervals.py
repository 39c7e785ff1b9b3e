"""Intervals of what a transplant costs: a paired bootstrap over blocks of the text.

Each of 1,000 times, as many blocks as a slice has are drawn with replacement, the same ones for both models,
and the difference of their bits per byte is taken (percentiles 2.5 and 97.5). Within ``all`` each slice keeps
its size: the slices are what the user chose, not a sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.transplant.evaluate import Scored
from core.transplant.evidence.blocks import Blocks, blocks
from core.transplant.texts import ALL, Slice

RESAMPLES = 1_000
FEWEST = 5
"""Blocks below which a slice has no interval."""
_AT_ONCE = 2**20


def intervals(
    slices: Sequence[Slice], before: list[list[Scored]], after: list[list[Scored]], seed: int
) -> dict[str, tuple[float, float]]:
    """Slice (and ``all``) → 95 % interval of bits per byte after minus before.

    A slice of fewer than 5 blocks (5,000 bytes) has none; ``all`` counts those slices as they are.
    """
    pairs = {text.name: blocks(old, new) for text, old, new in zip(slices, before, after, strict=True)}
    return intervals_of(pairs, seed)


def intervals_of(pairs: Mapping[str, tuple[Blocks, Blocks]], seed: int) -> dict[str, tuple[float, float]]:
    """The same from slice → its blocks by the one model and by the other."""
    found: dict[str, tuple[float, float]] = {}
    whole = np.zeros((4, RESAMPLES))
    blocks_in_all = 0
    for number, (name, pair) in enumerate(pairs.items()):
        sums = np.stack([row for side in pair for row in (side.bits, side.bytes)])
        count = sums.shape[1]
        blocks_in_all += count
        source = np.random.Generator(np.random.Philox(key=[seed, number]))
        drawn = _resampled(sums, source)
        whole += drawn
        if count >= FEWEST:
            found[name] = _interval(drawn)
    if blocks_in_all >= FEWEST and whole[1].all():
        found[ALL] = _interval(whole)
    return found


def _resampled(sums: np.ndarray, source: np.random.Generator) -> np.ndarray:
    """(4, resamples): the sums over as many blocks as there are, drawn with replacement."""
    count = sums.shape[1]
    drawn = np.zeros((len(sums), RESAMPLES))
    at_once = max(1, _AT_ONCE // max(1, count))
    for first in range(0, RESAMPLES if count else 0, at_once):
        some = slice(first, min(first + at_once, RESAMPLES))
        chosen = source.integers(count, size=(len(range(*some.indices(RESAMPLES))), count))
        drawn[:, some] = sums[:, chosen].sum(axis=2)
    return drawn


def _interval(drawn: np.ndarray) -> tuple[float, float]:
    bits_before, bytes_before, bits_after, bytes_after = drawn
    low, high = np.quantile(bits_after / bytes_after - bits_before / bytes_before, (0.025, 0.975))
    return float(low), float(high)
