"""Precision interpolated at levels of recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.retrieval.measures.measure import Measure, Trec, kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged

_ELEVEN = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@kind
@dataclass(frozen=True)
class InterpolatedPrecision(Measure):
    """A share of the relevant documents becomes a number of them by rounding to the nearest, as in trec_eval
    10; ``version=9`` rounds up from one tenth, as that and pytrec_eval do."""

    spelling: ClassVar[str] = "IPrec"
    title: ClassVar[str] = "Interpolated precision"
    sentence: ClassVar[str] = "The best precision at the recall that follows @, or beyond it."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("iprec_at_recall", each="cutoff", at=_ELEVEN, form=".2f"),)

    cutoff: float
    rel: int | None = None
    version: int = 10

    def __post_init__(self) -> None:
        _check(self.version)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        return _interpolated(judged, self.rel, self.cutoff, self.version)


@kind
@dataclass(frozen=True)
class ElevenPoint(Measure):
    spelling: ClassVar[str] = "11pt_avg"
    title: ClassVar[str] = "Eleven-point average"
    sentence: ClassVar[str] = "The mean of interpolated precision at recall 0, 0.1 … 1, or at those given."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("11pt_avg", whole="recalls"),)

    recalls: str = ""
    rel: int | None = None
    version: int = 10

    def __post_init__(self) -> None:
        _check(self.version)
        try:
            [float(word) for word in self.recalls.split(",") if word]
        except ValueError:
            raise ValueError(f"recalls are numbers such as .25,.5,.75, not {self.recalls!r}") from None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        recalls = [float(word) for word in self.recalls.split(",") if word] or list(_ELEVEN)
        total = np.zeros(len(judged))
        for recall in reversed(recalls):
            total += _interpolated(judged, self.rel, recall, self.version)
        return total / len(recalls)


def _check(version: int) -> None:
    if version not in (9, 10):
        raise ValueError(f"version is trec_eval's, 9 or 10, not {version}")


def _interpolated(judged: Judged, rel: int | None, recall: float, version: int) -> NDArray[np.float64]:
    import numpy as np

    if not judged.depth:
        return np.zeros(len(judged))
    best = judged.kept(
        ("interpolated", rel),
        lambda: np.maximum.accumulate(judged.precision(rel)[:, ::-1], axis=1)[:, ::-1],
    )
    up = 0.9 if version == 9 else 0.5
    wanted = np.floor(recall * judged.relevant(rel) + up).astype(np.int64)
    place = (judged.seen(rel) < wanted[:, None]).sum(axis=1)
    reached = place < judged.depth
    return np.where(reached, best[np.arange(len(judged)), np.minimum(place, judged.depth - 1)], 0.0)
