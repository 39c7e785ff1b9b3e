"""LFQ: lookup-free quantisation, the sign of a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.sides import SideCode

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Lfq(SideCode):
    title = "LFQ"
    source = "Yu et al. 2023 (arXiv 2310.05737); arXiv 2507.22920"
    sentence = "Of each principal direction on which side of the mean a vector lies."

    kind: Literal["lfq"] = "lfq"

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.planes import fitted

        return fitted(vectors, self.bits, "pca", ctx)
