"""Rank-biased precision."""

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
class RankBiasedPrecision(Measure):
    """Moffat and Zobel, TOIS 27 (2008). Grades are gains; where they go above 1 they are divided by the
    query's highest, as in trec_eval 10. With `rel` a document is relevant or not."""

    spelling: ClassVar[str] = "RBP"
    title: ClassVar[str] = "Rank-biased precision"
    sentence: ClassVar[str] = "Gains weighted by the chance p of reading on, from rank to rank."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("rbp", whole="p", sets=(("p", 0.9),)),)

    p: float = 0.8
    rel: int | None = None

    def __post_init__(self) -> None:
        _check(self.p)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at

        if self.rel is None:
            gains = np.maximum(judged.grades, 0).astype(np.float64)
            top = np.where(judged.counts > 0, judged.levels, 1).max(axis=1, initial=1)
            gains /= top[:, None]
        else:
            gains = judged.hits(self.rel).astype(np.float64)
        return (1.0 - self.p) * at((gains * _weights(self.p, judged.depth)).cumsum(axis=1), None)


@kind
@dataclass(frozen=True)
class RankBiasedResidual(Measure):
    spelling: ClassVar[str] = "rbp_resid"
    title: ClassVar[str] = "Residual of rank-biased precision"
    sentence: ClassVar[str] = "How much rank-biased precision could rise by judging what was not judged."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("rbp_resid", whole="p", sets=(("p", 0.9),)),)

    p: float = 0.9

    def __post_init__(self) -> None:
        _check(self.p)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import NOT_POOLED, UNJUDGED, at

        unknown = (judged.grades == NOT_POOLED) | (judged.grades == UNJUDGED)
        weights = _weights(self.p, judged.depth + 1)
        missing = at((unknown * weights[:-1]).cumsum(axis=1), None)
        return np.where(unknown.any(axis=1), weights[judged.found] + (1 - self.p) * missing, 0.0)


def _check(p: float) -> None:
    if not 0 < p < 1:
        raise ValueError(f"p lies between 0 and 1, not at {p:g}")


def _weights(p: float, width: int) -> NDArray[np.float64]:
    """1, p, p², … multiplied one after the other."""
    import numpy as np

    weights = np.full(width, p)
    weights[:1] = 1.0
    return weights.cumprod()
