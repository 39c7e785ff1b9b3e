"""Binary preference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from core.retrieval.measures.measure import Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


@kind
@dataclass(frozen=True)
class BinaryPreference(Measure):
    """Buckley and Voorhees, SIGIR 2004."""

    spelling: ClassVar[str] = "Bpref"
    title: ClassVar[str] = "Binary preference"
    sentence: ClassVar[str] = (
        "How seldom documents judged not relevant stand above relevant ones; unjudged ones do not count."
    )
    trec: ClassVar[tuple[Trec, ...]] = (Trec("bpref"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at, share

        hits = judged.hits(self.rel)
        level = judged.level if self.rel is None else self.rel
        relevant, wrong = judged.relevant(self.rel), judged.nonrelevant(self.rel)
        above = ((judged.grades >= 0) & (judged.grades < level)).cumsum(axis=1)
        worst = np.maximum(np.minimum(wrong, relevant), 1)
        kept = 1.0 - np.minimum(above, relevant[:, None]) / worst[:, None]
        kept = np.where(hits, np.where(above > 0, kept, 1.0), 0.0)
        return share(at(kept.cumsum(axis=1), None), relevant)


@kind
@dataclass(frozen=True)
class GeometricMeanBpref(Measure):
    spelling: ClassVar[str] = "gm_bpref"
    title: ClassVar[str] = "Geometric mean of binary preference"
    sentence: ClassVar[str] = "Binary preference, of which the mean over queries is geometric."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("gm_bpref"),)
    over_queries: ClassVar[Literal["mean", "sum", "geometric mean"]] = "geometric mean"

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.kinds.average_precision import LEAST

        return np.maximum(BinaryPreference(self.rel).values(judged), LEAST)
