"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from core.retrieval.measures.measure import CUTOFFS, Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged

LEAST = 0.00001
"""What a query counts at least in a geometric mean (trec_eval)."""


@kind
@dataclass(frozen=True)
class AveragePrecision(Measure):
    spelling: ClassVar[str] = "AP"
    title: ClassVar[str] = "Average precision"
    sentence: ClassVar[str] = "The mean of the precisions at the relevant documents, 0 for those not found."
    also: ClassVar[tuple[str, ...]] = ("MAP",)
    trec: ClassVar[tuple[Trec, ...]] = (Trec("map"), Trec("map_cut", each="cutoff", at=CUTOFFS))

    cutoff: int | None = None
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import at, share

        def sums() -> NDArray[np.float64]:
            return (judged.precision(self.rel) * judged.hits(self.rel)).cumsum(axis=1)

        return share(at(judged.kept(("AP", self.rel), sums), self.cutoff), judged.relevant(self.rel))


@kind
@dataclass(frozen=True)
class GeometricMeanAP(Measure):
    spelling: ClassVar[str] = "gm_map"
    title: ClassVar[str] = "Geometric mean of average precision"
    sentence: ClassVar[str] = "Average precision, its mean over queries geometric: hard queries count."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("gm_map"),)
    over_queries: ClassVar[Literal["mean", "sum", "geometric mean"]] = "geometric mean"

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return np.maximum(AveragePrecision(rel=self.rel).values(judged), LEAST)


@kind
@dataclass(frozen=True)
class YetAnotherAP(Measure):
    spelling: ClassVar[str] = "yaap"
    title: ClassVar[str] = "Log odds of average precision"
    sentence: ClassVar[str] = "Average precision made fit for averaging (Robertson, ECIR 2012)."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("yaap"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        relevant = judged.relevant(self.rel)
        found = AveragePrecision(rel=self.rel).values(judged) * relevant
        return np.log((1.0 + found) / (1.0 + relevant - found))


@kind
@dataclass(frozen=True)
class InferredAP(Measure):
    spelling: ClassVar[str] = "infAP"
    title: ClassVar[str] = "Inferred average precision"
    sentence: ClassVar[str] = (
        "Average precision estimated where only a sample of the pool was judged; negative grades are the "
        "rest (Yilmaz and Aslam, CIKM 2006)."
    )
    trec: ClassVar[tuple[Trec, ...]] = (Trec("infAP"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import UNJUDGED, at, share

        hits = judged.hits(self.rel)
        level = judged.level if self.rel is None else self.rel
        misses = ((judged.grades >= 0) & (judged.grades < level)).cumsum(axis=1)
        sampled = (judged.grades == UNJUDGED).cumsum(axis=1)
        before = judged.seen(self.rel) - 1.0
        above = np.arange(judged.depth, dtype=np.float64)
        pooled = np.divide(
            before + misses + sampled, above, out=np.zeros(hits.shape), where=(above > 0)[None, :]
        )
        term = 1.0 / (above + 1.0) + (above / (above + 1.0)) * pooled * (
            (before + LEAST) / (before + misses + 2 * LEAST)
        )
        term[:, :1] = 1.0
        return share(at(np.where(hits, term, 0.0).cumsum(axis=1), None), judged.relevant(self.rel))
