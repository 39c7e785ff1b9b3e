"""What grades are worth: gains, their discounted sums, and the best that a query allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


def gains_given(text: str) -> dict[int, float]:
    """Grade → gain, of ``1=3,2=9``.

    Raises:
        ValueError: it is not spelt so.
    """
    found: dict[int, float] = {}
    for word in filter(None, text.split(",")):
        grade, _, gain = word.partition("=")
        try:
            found[int(grade)] = float(gain)
        except ValueError:
            raise ValueError(f"gains are spelt 1=3,2=9, not {word!r}") from None
    return found


@dataclass(frozen=True, eq=False)
class Gains:
    """`hits` and `dcg`: (queries, k); `ideal` and `ideal_dcg`: (queries, most relevant). float64."""

    hits: NDArray[np.float64]
    """The gain of each hit, 0 where it was not judged."""
    dcg: NDArray[np.float64]
    """Running sums of gains over log2(rank + 1)."""
    ideal: NDArray[np.float64]
    """The gains of all judged documents above 0, highest first, then 0."""
    ideal_dcg: NDArray[np.float64]

    @classmethod
    def of(cls, judged: Judged, given: str = "", *, exponential: bool = False) -> Gains:
        return judged.kept(("gains", given, exponential), lambda: cls._made(judged, given, exponential))

    @classmethod
    def _made(cls, judged: Judged, given: str, exponential: bool) -> Gains:
        import numpy as np

        worth = judged.levels.astype(np.float64)
        if exponential:
            worth = np.exp2(worth) - 1
        for grade, gain in gains_given(given).items():
            worth[judged.levels == grade] = gain
        if exponential or given:
            spot = np.searchsorted(judged.levels, np.maximum(judged.grades, 0))
            known = np.append(worth, 0.0)
            hits = np.where(judged.grades >= 0, known[spot], 0.0)
        else:
            hits = np.maximum(judged.grades, 0).astype(np.float64)
        ideal = _ideal(worth, judged.counts)
        return cls(
            hits,
            (hits / _discounts(hits.shape[1])).cumsum(axis=1),
            ideal,
            (ideal / _discounts(ideal.shape[1])).cumsum(axis=1),
        )


def _ideal(worth: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    best = np.argsort(-worth, kind="stable")
    best = best[worth[best] > 0]
    counts = counts[:, best]
    lengths = counts.sum(axis=1)
    width = int(lengths.max(initial=0))
    ideal = np.zeros((len(counts), width))
    ideal[np.arange(width) < lengths[:, None]] = np.repeat(np.tile(worth[best], len(counts)), counts.ravel())
    return ideal


def _discounts(width: int) -> NDArray[np.float64]:
    """By the C library's log2, as trec_eval has it: numpy's may differ in the last bit."""
    import numpy as np

    return np.array([math.log2(rank + 1) for rank in range(1, width + 1)])
