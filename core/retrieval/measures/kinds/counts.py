"""Counts, which are summed over the queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from core.retrieval.measures.measure import Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged


@dataclass(frozen=True)
class _Count(Measure):
    over_queries: ClassVar[Literal["mean", "sum", "geometric mean"]] = "sum"


@kind
@dataclass(frozen=True)
class Queries(_Count):
    spelling: ClassVar[str] = "NumQ"
    title: ClassVar[str] = "Queries"
    sentence: ClassVar[str] = "How many queries were evaluated."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("num_q"),)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return np.ones(len(judged))


@kind
@dataclass(frozen=True)
class Hits(_Count):
    spelling: ClassVar[str] = "NumRet"
    title: ClassVar[str] = "Hits"
    sentence: ClassVar[str] = "How many documents were found."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("num_ret"),)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return judged.found.astype(np.float64)


@kind
@dataclass(frozen=True)
class Relevant(_Count):
    spelling: ClassVar[str] = "NumRel"
    title: ClassVar[str] = "Relevant documents"
    sentence: ClassVar[str] = "How many are judged relevant, found or not."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("num_rel"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return judged.relevant(self.rel).astype(np.float64)


@kind
@dataclass(frozen=True)
class RelevantHits(_Count):
    spelling: ClassVar[str] = "NumRelRet"
    title: ClassVar[str] = "Relevant hits"
    sentence: ClassVar[str] = "How many relevant documents were found."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("num_rel_ret"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        return judged.relevant_found(self.rel).astype(np.float64)


@kind
@dataclass(frozen=True)
class JudgedMisses(_Count):
    spelling: ClassVar[str] = "num_nonrel_judged_ret"
    title: ClassVar[str] = "Hits judged not relevant"
    sentence: ClassVar[str] = "How many hits are judged not to be relevant."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("num_nonrel_judged_ret"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        judged_hits = (judged.grades >= 0).sum(axis=1)
        return np.asarray(judged_hits - judged.relevant_found(self.rel), dtype=np.float64)
