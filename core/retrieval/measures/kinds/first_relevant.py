"""Where the first relevant document is."""

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
class ReciprocalRank(Measure):
    spelling: ClassVar[str] = "RR"
    title: ClassVar[str] = "Reciprocal rank"
    sentence: ClassVar[str] = "1 over the rank of the first relevant document."
    also: ClassVar[tuple[str, ...]] = ("MRR",)
    trec: ClassVar[tuple[Trec, ...]] = (Trec("recip_rank"), Trec("recip_rank_cut", each="cutoff", at=(10,)))

    cutoff: int | None = None
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        hits = judged.hits(self.rel)[:, : self.cutoff]
        if not hits.shape[1]:
            return np.zeros(len(judged))
        return np.where(hits.any(axis=1), 1.0 / (hits.argmax(axis=1) + 1.0), 0.0)


@kind
@dataclass(frozen=True)
class Success(Measure):
    spelling: ClassVar[str] = "Success"
    title: ClassVar[str] = "Success"
    sentence: ClassVar[str] = "1 where any of the first k is relevant (hit rate, accuracy at k)."
    also: ClassVar[tuple[str, ...]] = ("HitRate", "Accuracy")
    trec: ClassVar[tuple[Trec, ...]] = (Trec("success", each="cutoff", at=(1, 5, 10)),)

    cutoff: int
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at

        return (at(judged.seen(self.rel), self.cutoff) > 0).astype(np.float64)
