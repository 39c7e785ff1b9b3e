"""p-values corrected for how many of them there are."""

from __future__ import annotations

from collections.abc import Sequence


def corrected(ps: Sequence[float], how: str) -> list[float]:
    """In the order given.

    Args:
        how: ``holm`` (Holm, 1979), ``bonferroni``, ``fdr`` (Benjamini and Hochberg, 1995) or ``none``.
    """
    count = len(ps)
    order = sorted(range(count), key=lambda place: ps[place])
    found = list(map(float, ps))
    if how == "bonferroni":
        return [min(1.0, p * count) for p in found]
    if how == "holm":
        highest = 0.0
        for rank, place in enumerate(order):
            highest = max(highest, min(1.0, (count - rank) * ps[place]))
            found[place] = highest
    elif how == "fdr":
        lowest = 1.0
        for rank in range(count - 1, -1, -1):
            lowest = min(lowest, ps[order[rank]] * count / (rank + 1))
            found[order[rank]] = lowest
    elif how != "none":
        raise ValueError(f"there is no correction {how!r}; there are holm, bonferroni, fdr, none")
    return found
