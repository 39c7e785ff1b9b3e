"""Discounted cumulative gain."""

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
class NDCG(Measure):
    """``dcg=exp-log2`` has gains of 2^grade - 1 (Burges and others, 2005; ranx: ``ndcg_burges``); ``log2``
    the grades themselves (Järvelin and Kekäläinen, 2002; trec_eval)."""

    spelling: ClassVar[str] = "nDCG"
    title: ClassVar[str] = "Normalised discounted cumulative gain"
    sentence: ClassVar[str] = "The grades found, discounted by log2 of their rank, over the best possible."
    also: ClassVar[tuple[str, ...]] = ("ndcg",)
    trec: ClassVar[tuple[Trec, ...]] = (
        Trec("ndcg_cut", each="cutoff", at=CUTOFFS),
        Trec("ndcg", whole="gains"),
    )

    cutoff: int | None = None
    dcg: str = "log2"
    gains: str = ""
    """Gains of grades, where they are not the grades: ``1=3,2=9``."""

    def __post_init__(self) -> None:
        from core.retrieval.measures.gains import gains_given

        if self.dcg not in ("log2", "exp-log2"):
            raise ValueError(f"dcg is log2 or exp-log2, not {self.dcg!r}")
        gains_given(self.gains)

    def values(self, judged: Judged) -> NDArray[np.float64]:
        from core.retrieval.measures.gains import Gains
        from core.retrieval.measures.judged import at, share

        gains = Gains.of(judged, self.gains, exponential=self.dcg == "exp-log2")
        return share(at(gains.dcg, self.cutoff), at(gains.ideal_dcg, self.cutoff))


@kind
@dataclass(frozen=True)
class NDCGAtRelevant(Measure):
    spelling: ClassVar[str] = "ndcg_rel"
    title: ClassVar[str] = "nDCG over relevant documents"
    sentence: ClassVar[str] = "nDCG cut at each relevant document, averaged (trec_eval, experimental)."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("ndcg_rel", whole="gains"),)

    gains: str = ""

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.gains import Gains
        from core.retrieval.measures.judged import at, share

        gains = Gains.of(judged, self.gains)
        if not gains.ideal_dcg.shape[1]:
            return np.zeros(len(judged))
        upto = np.minimum(np.arange(judged.depth), gains.ideal_dcg.shape[1] - 1)
        ideal = gains.ideal_dcg[:, upto]
        found = gains.hits > 0
        ratio = np.divide(gains.dcg, ideal, out=np.zeros(ideal.shape), where=found & (ideal > 0))
        relevant = (gains.ideal > 0).sum(axis=1)
        missed = (relevant - found.sum(axis=1)) * share(at(gains.dcg, None), at(gains.ideal_dcg, None))
        return np.maximum(share(at(ratio.cumsum(axis=1), None) + missed, relevant), 0.0)


@kind
@dataclass(frozen=True)
class RNDCG(Measure):
    spelling: ClassVar[str] = "Rndcg"
    title: ClassVar[str] = "nDCG at the levels of grades"
    sentence: ClassVar[str] = (
        "nDCG cut where the best possible ranking changes its grade, averaged (trec_eval, experimental)."
    )
    trec: ClassVar[tuple[Trec, ...]] = (Trec("Rndcg", whole="gains"),)

    gains: str = ""

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.gains import Gains
        from core.retrieval.measures.judged import at, share

        gains = Gains.of(judged, self.gains)
        whole = share(at(gains.dcg, None), at(gains.ideal_dcg, None))
        relevant = (gains.ideal > 0).sum(axis=1)
        total, points = np.zeros(len(judged)), np.zeros(len(judged), dtype=np.int64)
        rows = np.arange(len(judged))
        for cut in range(gains.ideal.shape[1]):  # the rank before which the best ranking changes
            after = gains.ideal[:, cut + 1] if cut + 1 < gains.ideal.shape[1] else np.zeros(len(judged))
            changed = (gains.ideal[:, cut] > 0) & (after != gains.ideal[:, cut])
            if changed.any():
                dcg = (
                    gains.dcg[rows, np.minimum(cut, judged.depth - 1)]
                    if judged.depth
                    else np.zeros(len(rows))
                )
                total += np.where(changed, share(dcg, gains.ideal_dcg[:, cut]), 0.0)
                points += changed
        ends = (relevant > 0) & (relevant + 1 < judged.found)
        total += np.where(ends, whole, 0.0)
        return np.where(judged.relevant() > 0, share(total, points + ends), 0.0)


@kind
@dataclass(frozen=True)
class G(Measure):
    spelling: ClassVar[str] = "G"
    title: ClassVar[str] = "Normalised gain"
    sentence: ClassVar[str] = "Gains discounted by what was missed before them (trec_eval, experimental)."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("G", whole="gains"),)

    gains: str = ""

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.gains import Gains
        from core.retrieval.measures.judged import at, share

        gains = Gains.of(judged, self.gains)
        costs = np.ones_like(gains.hits)
        width = min(judged.depth, gains.ideal.shape[1])
        costs[:, :width] = np.maximum(gains.ideal[:, :width], 1.0)
        behind = 2.0 + costs.cumsum(axis=1) - gains.hits.cumsum(axis=1)
        found = np.divide(gains.hits, np.log2(behind), out=np.zeros(behind.shape), where=gains.hits != 0)
        return share(at(found.cumsum(axis=1), None), at(gains.ideal.cumsum(axis=1), None))


@kind
@dataclass(frozen=True)
class BinaryG(Measure):
    spelling: ClassVar[str] = "binG"
    title: ClassVar[str] = "Binary gain"
    sentence: ClassVar[str] = "Relevant hits discounted by the misses before them (trec_eval, experimental)."
    trec: ClassVar[tuple[Trec, ...]] = (Trec("binG"),)

    rel: int | None = None

    def values(self, judged: Judged) -> NDArray[np.float64]:
        import numpy as np

        from core.retrieval.measures.judged import at, share

        misses = np.arange(3, judged.depth + 3) - judged.seen(self.rel)
        found = np.where(judged.hits(self.rel), 1.0 / np.log2(misses), 0.0)
        return share(at(found.cumsum(axis=1), None), judged.relevant(self.rel))
