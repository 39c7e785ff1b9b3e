"""Measures of what was found as a set: the order does not count."""

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
class SetPrecision(Measure):
    spelling: ClassVar[str] = "SetP"
    title: ClassVar[str] = "Precision of all hits"
    sentence: ClassVar[str] = "The share of what was found that is relevant."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("set_P"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import share

        return share(judged.relevant_found(self.rel), judged.found)


@kind
@dataclass(frozen=True)
class SetRecall(Measure):
    spelling: ClassVar[str] = "SetR"
    title: ClassVar[str] = "Recall of all hits"
    sentence: ClassVar[str] = "The share of the relevant documents that was found."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("set_recall"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import share

        return share(judged.relevant_found(self.rel), judged.relevant(self.rel))


@kind
@dataclass(frozen=True)
class SetF(Measure):
    spelling: ClassVar[str] = "SetF"
    title: ClassVar[str] = "F of all hits"
    sentence: ClassVar[str] = "The harmonic mean of precision and recall, recall weighted by beta."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("set_F", whole="beta"),)

    beta: float = 1.0
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import share

        precision, recall = SetPrecision(self.rel).values(judged), SetRecall(self.rel).values(judged)
        return share((self.beta + 1.0) * precision * recall, self.beta * precision + recall)


@kind
@dataclass(frozen=True)
class SetAP(Measure):
    spelling: ClassVar[str] = "SetAP"
    title: ClassVar[str] = "Average precision of a set"
    sentence: ClassVar[str] = "Precision times recall of all hits."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("set_map"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.judged import share

        found = judged.relevant_found(self.rel) * 1.0
        return share(found * found, judged.found * (judged.relevant(self.rel) * 1.0))


@kind
@dataclass(frozen=True)
class SetRelativePrecision(Measure):
    spelling: ClassVar[str] = "set_relative_P"
    title: ClassVar[str] = "Relative precision of all hits"
    sentence: ClassVar[str] = "Relevant hits over the most that there could be."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("set_relative_P"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import share

        possible = np.minimum(judged.found, judged.relevant(self.rel))
        return share(judged.relevant_found(self.rel), possible)


@kind
@dataclass(frozen=True)
class Utility(Measure):
    """Worths of a document found and relevant, found and not, relevant and not found, neither; the last
    needs the number of documents (`Judged.documents`)."""

    spelling: ClassVar[str] = "utility"
    title: ClassVar[str] = "Utility"
    sentence: ClassVar[str] = "A weighted sum of hits, false hits, misses and true rejections."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("utility", whole="worths"),)

    worths: str = "1,-1,0,0"
    rel: int | None = None

    def __post_init__(self) -> None:
        try:
            fits = len([float(word) for word in self.worths.split(",")]) == 4
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"utility takes four numbers, such as 1,-1,0,0, not {self.worths!r}")

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        hit, false, missed, rejected = map(float, self.worths.split(","))
        found, relevant = judged.found * 1.0, judged.relevant(self.rel) * 1.0
        both = judged.relevant_found(self.rel) * 1.0
        neither = judged.documents + both - found - relevant
        worth = hit * both + false * (found - both) + missed * (relevant - both) + rejected * neither
        return np.asarray(worth)
