"""How alike two rankings are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """How alike two rankings of one query are.

    `rbo`: rank-biased overlap, p = 0.9, cut at the longer of the two and normalised. `tau`: Kendall's, of the
    documents that both have; None of fewer than two. `new` are in the second's first k and not in the
    first's, `lost` the reverse.
    """

    rbo: float
    tau: float | None
    both: int
    new: tuple[str, ...]
    lost: tuple[str, ...]


def agreement(first: Sequence[str], second: Sequence[str], k: int = 10) -> Agreement:
    """Of documents, best first."""
    top = set(first[:k]), set(second[:k])
    there = set(first) & set(second)
    return Agreement(
        rbo=rank_biased_overlap(first, second),
        tau=kendall([id for id in first if id in there], [id for id in second if id in there]),
        both=len(there),
        new=tuple(id for id in second[:k] if id not in top[0]),
        lost=tuple(id for id in first[:k] if id not in top[1]),
    )


def rank_biased_overlap(first: Sequence[str], second: Sequence[str], p: float = 0.9) -> float:
    """Σ p^(k-1) A_k / Σ p^(k-1) over the ranks that there are; A_k is the share that the first k of both have
    in common (Webber, Moffat, Zobel, TOIS 2010; without its extrapolation)."""
    seen: tuple[set[str], set[str]] = (set(), set())
    total = weights = 0.0
    common, weight = 0, 1.0
    for rank in range(1, max(len(first), len(second)) + 1):
        for mine, theirs, ranking in [(seen[0], seen[1], first), (seen[1], seen[0], second)]:
            if rank <= len(ranking):
                mine.add(ranking[rank - 1])
                common += ranking[rank - 1] in theirs
        total += weight * common / rank
        weights += weight
        weight *= p
    return total / weights if weights else 1.0


def kendall(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Kendall's τ of two orders of the same documents; None of fewer than two."""
    count = len(first)
    if count < 2:
        return None
    place = {id: rank for rank, id in enumerate(second)}
    ranks = [place[id] for id in first]
    before: list[int] = []
    agreeing = 0
    for rank in ranks:
        at = bisect_left(before, rank)
        agreeing += at
        before.insert(at, rank)
    pairs = count * (count - 1) / 2
    return 2 * agreeing / pairs - 1
