"""How much of what was found has been judged."""

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
class JudgedShare(Measure):
    spelling: ClassVar[str] = "Judged"
    title: ClassVar[str] = "Judged"
    sentence: ClassVar[str] = "The share of the first k hits that were judged for this query."

    cutoff: int

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import share

        known = (judged.grades[:, : self.cutoff] >= 0).sum(axis=1)
        return share(known, np.minimum(judged.found, self.cutoff))


@kind
@dataclass(frozen=True)
class Unjudged(Measure):
    spelling: ClassVar[str] = "unj"
    title: ClassVar[str] = "Unjudged"
    sentence: ClassVar[str] = "Hits among the first k that were not judged for this query, over k."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("unj", each="cutoff", at=(5, 10, 20)),)

    cutoff: int

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import NOT_POOLED, UNJUDGED

        first = judged.grades[:, : self.cutoff]
        return np.asarray(((first == NOT_POOLED) | (first == UNJUDGED)).sum(axis=1) / self.cutoff)


@kind
@dataclass(frozen=True)
class Hole(Measure):
    spelling: ClassVar[str] = "Hole"
    title: ClassVar[str] = "Hole"
    sentence: ClassVar[str] = "Hits among the first k that were judged for no query at all, over k (BEIR)."

    cutoff: int

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import NOTHING

        if judged.known is None:
            raise ValueError("Hole@k needs to know which documents were judged for any query")
        known = judged.kept("known", judged.known)[:, : self.cutoff]
        hit = judged.grades[:, : self.cutoff] != NOTHING
        return np.asarray((hit & ~known[:, : hit.shape[1]]).sum(axis=1) / self.cutoff)
