"""Precision and recall at a rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.retrieval.measures.measure import CUTOFFS, Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


@kind
@dataclass(frozen=True)
class Precision(Measure):
    spelling: ClassVar[str] = "P"
    title: ClassVar[str] = "Precision"
    sentence: ClassVar[str] = "The share of the first k that is relevant; missing hits count as misses."
    also: ClassVar[tuple[str, ...]] = ("Precision",)
    trec: ClassVar[tuple[Trec, ...]] = (Trec("P", each="cutoff", at=CUTOFFS),)

    cutoff: int
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import at

        return at(judged.seen(self.rel), self.cutoff) / self.cutoff


@kind
@dataclass(frozen=True)
class Recall(Measure):
    spelling: ClassVar[str] = "R"
    title: ClassVar[str] = "Recall"
    sentence: ClassVar[str] = "The share of the relevant documents that is among the first k."
    also: ClassVar[tuple[str, ...]] = ("Recall",)
    trec: ClassVar[tuple[Trec, ...]] = (Trec("recall", each="cutoff", at=CUTOFFS),)

    cutoff: int
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import at, share

        return share(at(judged.seen(self.rel), self.cutoff), judged.relevant(self.rel))


@kind
@dataclass(frozen=True)
class CappedRecall(Measure):
    spelling: ClassVar[str] = "R_cap"
    title: ClassVar[str] = "Capped recall"
    sentence: ClassVar[str] = "Relevant hits among the first k, over the most that k allows (BEIR)."
    also: ClassVar[tuple[str, ...]] = ("RecallCap",)

    cutoff: int
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at, share

        possible = np.minimum(judged.relevant(self.rel), self.cutoff)
        return share(at(judged.seen(self.rel), self.cutoff), possible)


@kind
@dataclass(frozen=True)
class RelativePrecision(CappedRecall):
    """The same figure under trec_eval's name."""

    spelling: ClassVar[str] = "relative_P"
    title: ClassVar[str] = "Relative precision"
    sentence: ClassVar[str] = "Precision relative to the best possible at k."
    also: ClassVar[tuple[str, ...]] = ()
    trec: ClassVar[tuple[Trec, ...]] = (Trec("relative_P", each="cutoff", at=CUTOFFS),)
