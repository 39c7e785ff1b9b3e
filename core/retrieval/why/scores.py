"""What scores tell: relevant hits beside others, and where to cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.retrieval.record.inspect import Record


@dataclass(frozen=True)
class Scores:
    """Scores of a system's hits over all queries, in bins from `low` to `high`; those that are kept in the
    record. `auc`: the chance that a relevant hit scores above a judged one that is not relevant, over all
    queries; None without both. `gaps`: first score less second, of each query that has two hits.
    """

    low: float
    high: float
    relevant: tuple[int, ...]
    not_relevant: tuple[int, ...]
    unjudged: tuple[int, ...]
    auc: float | None
    gaps: tuple[float, ...]
    _relevant: tuple[float, ...]
    """Scores in ascending order, of the relevant and of all others."""
    _others: tuple[float, ...]
    _wanted: int

    def at(self, threshold: float) -> tuple[float | None, float]:
        """Precision and recall of the hits that score `threshold` or more; the precision is None without
        hits, what nobody judged counts as not relevant."""
        kept = len(self._relevant) - bisect_left(self._relevant, threshold)
        others = len(self._others) - bisect_left(self._others, threshold)
        precision = kept / (kept + others) if kept + others else None
        return precision, kept / self._wanted if self._wanted else 0.0


def scores(record: Record, system: str, bins: int = 40) -> Scores:
    """Of one system. Reads the whole record: 100 hits a query."""
    hits = list(record.all_hits(system))
    low = min((hit.score for _, hit in hits), default=0.0)
    high = max((hit.score for _, hit in hits), default=1.0)
    groups: dict[str, list[float]] = {"relevant": [], "not": [], "unjudged": []}
    firsts: dict[str, list[float]] = {}
    for query, hit in hits:
        name = "unjudged" if hit.grade is None else "relevant" if hit.grade > 0 else "not"
        groups[name].append(hit.score)
        if hit.rank <= 2:
            firsts.setdefault(query, []).append(hit.score)
    relevant, judged = sorted(groups["relevant"]), sorted(groups["not"])
    return Scores(
        low=low,
        high=high,
        relevant=_binned(groups["relevant"], low, high, bins),
        not_relevant=_binned(groups["not"], low, high, bins),
        unjudged=_binned(groups["unjudged"], low, high, bins),
        auc=_auc(relevant, judged),
        gaps=tuple(abs(pair[0] - pair[1]) for pair in firsts.values() if len(pair) == 2),
        _relevant=tuple(relevant),
        _others=tuple(sorted(groups["not"] + groups["unjudged"])),
        _wanted=sum(query.relevant for query in record.queries()),
    )


def _binned(values: Iterable[float], low: float, high: float, bins: int) -> tuple[int, ...]:
    counts = [0] * bins
    wide = (high - low) or 1.0
    for value in values:
        counts[min(bins - 1, int((value - low) / wide * bins))] += 1
    return tuple(counts)


def _auc(above: Sequence[float], below: Sequence[float]) -> float | None:
    """Of ascending values; equal ones count half."""
    if not above or not below:
        return None
    wins = sum(bisect_left(below, value) + bisect_right(below, value) for value in above) / 2
    return wins / (len(above) * len(below))
