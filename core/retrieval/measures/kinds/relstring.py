"""The grades of the first hits, as a string."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.retrieval.measures.measure import Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


@kind
@dataclass(frozen=True)
class RelevanceString(Measure):
    """Of single queries only: it has no values, and nothing over the queries."""

    spelling: ClassVar[str] = "relstring"
    title: ClassVar[str] = "Grades of the first hits"
    sentence: ClassVar[str] = (
        "A character a hit: its grade, > above 9, - not in the pool, . in it and not judged."
    )
    trec: ClassVar[tuple[Trec, ...]] = (Trec("relstring", whole="cutoff"),)

    cutoff: int = 10

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return np.full(len(judged), np.nan)

    def strings(self, judged: Judged) -> list[str]:
        """One a query."""
        from core.retrieval.measures.judged import NOT_POOLED, NOTHING

        def sign(grade: int) -> str:
            return "-" if grade == NOT_POOLED else "." if grade < 0 else ">" if grade > 9 else str(grade)

        return [
            "".join(sign(grade) for grade in row if grade != NOTHING)
            for row in judged.grades[:, : self.cutoff].tolist()
        ]
