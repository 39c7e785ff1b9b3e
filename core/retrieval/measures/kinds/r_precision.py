"""Precision at as many hits as there are relevant documents."""

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
class RPrecision(Measure):
    spelling: ClassVar[str] = "Rprec"
    title: ClassVar[str] = "R-precision"
    sentence: ClassVar[str] = "Precision at R, the number of relevant documents."
    also: ClassVar[tuple[str, ...]] = ("RPrecision",)
    trec: ClassVar[tuple[Trec, ...]] = (Trec("Rprec"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        return _at_multiple(judged, self.rel, 1.0)


@kind
@dataclass(frozen=True)
class RPrecisionMultiple(Measure):
    spelling: ClassVar[str] = "Rprec_mult"
    title: ClassVar[str] = "Precision at a multiple of R"
    sentence: ClassVar[str] = "Precision at a multiple of the number of relevant documents, rounded up."
    trec: ClassVar[tuple[Trec, ...]] = (
        Trec(
            "Rprec_mult",
            each="multiple",
            at=(0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
            form=".2f",
        ),
    )

    multiple: float = 1.0
    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        return _at_multiple(judged, self.rel, self.multiple)


def _at_multiple(judged: Judged, rel: int | None, multiple: float) -> NDArray[np.float64]:
    import numpy as np

    from core.retrieval.measures.judged import share

    if not judged.depth:
        return np.zeros(len(judged))
    cut = (multiple * judged.relevant(rel) + 0.9).astype(np.int64)
    column = np.clip(cut, 1, judged.depth) - 1
    return share(judged.seen(rel)[np.arange(len(judged)), column] * (cut > 0), cut)
