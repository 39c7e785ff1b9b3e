"""Expected reciprocal rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.retrieval.measures.measure import Measure, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


@kind
@dataclass(frozen=True)
class ExpectedReciprocalRank(Measure):
    """Chapelle and others, CIKM 2009. `top` is the highest grade of the scale, None: the highest that there
    is in the judgements."""

    spelling: ClassVar[str] = "ERR"
    title: ClassVar[str] = "Expected reciprocal rank"
    sentence: ClassVar[str] = "The reciprocal rank at which a reader is satisfied, by grade, on average."

    cutoff: int | None = None
    top: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at

        top = int(judged.levels.max(initial=0)) if self.top is None else self.top
        grades = np.minimum(np.maximum(judged.grades, 0), top).astype(np.float64)
        satisfied = (np.exp2(grades) - 1) / 2.0**top
        reads_on = np.ones(satisfied.shape)
        reads_on[:, 1:] = (1 - satisfied).cumprod(axis=1)[:, :-1]
        ranks = np.arange(1, judged.depth + 1)
        return at((reads_on * satisfied / ranks).cumsum(axis=1), self.cutoff)
