"""How often two models foretell the same, as bytes, where both tokenizers part the text.

Two tokens agree as far as the shorter one goes: ``the`` and ``there`` do, ``the`` and ``this`` do not. A
token without bytes (the end of the text) agrees only with another such.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.transplant.evaluate import Scored
from core.transplant.result import Agreement
from core.transplant.texts import ALL, Slice

_LEAST = 1e-9
"""Below this a byte's probability is not told apart: it bounds what one byte adds to the divergence."""


def agreement(
    slices: Sequence[Slice],
    before: list[list[Scored]],
    after: list[list[Scored]],
    spelt_before: Sequence[bytes],
    spelt_after: Sequence[bytes],
) -> list[Agreement]:
    """By slice and for ``all``; a slice without a common boundary is not there.

    Args:
        before, after: scored with places to foresee (`foreseen.places`); none where that was not asked.
        spelt_before, spelt_after: what each token of the two vocabularies stands for.
    """
    found: list[Agreement] = []
    weighted = np.zeros(3)
    for text, old, new in zip(slices, before, after, strict=True):
        top1, top5, divergences = [], [], []
        for one, other in zip(old, new, strict=True):
            if one.foreseen is None or other.foreseen is None:
                continue
            for mine, theirs in zip(one.foreseen.top, other.foreseen.top, strict=True):
                first = _spelt(spelt_before, mine[0])
                hits = [agree(first, _spelt(spelt_after, id)) for id in theirs]
                top1.append(hits[0])
                top5.append(any(hits))
            divergences.append(divergence(one.foreseen.next_byte, other.foreseen.next_byte))
        if top1:
            figures = np.array([np.mean(top1), np.mean(top5), np.concatenate(divergences).mean()])
            weighted += len(top1) * figures
            found.append(_figures(text.name, len(top1), figures))
    if found:
        total = sum(each.positions for each in found)
        found.append(_figures(ALL, total, weighted / total))
    return found


def agree(one: bytes, other: bytes) -> bool:
    """Whether two spellings are alike as far as the shorter one goes."""
    if not one or not other:
        return one == other
    return one.startswith(other) or other.startswith(one)


def divergence(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """(p,) bits: Kullback-Leibler divergence of `after` from `before`, each (p, 256) probabilities."""
    one = np.maximum(before.astype(np.float64), _LEAST)
    other = np.maximum(after.astype(np.float64), _LEAST)
    return np.asarray((before * np.log2(one / other)).sum(axis=1))


def _spelt(spelt: Sequence[bytes], id: int) -> bytes:
    return spelt[id] if id < len(spelt) else b""


def _figures(name: str, positions: int, figures: NDArray[np.float64]) -> Agreement:
    top1, top5, next_byte = figures.tolist()
    return Agreement(slice=name, positions=positions, top1=top1, top5=top5, next_byte=max(0.0, next_byte))
