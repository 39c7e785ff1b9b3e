"""PQ: product quantisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.parts import ProductCode

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Pq(ProductCode):
    title = "PQ"
    source = "Jégou et al. 2011; MGQE in arXiv 2311.15578"
    sentence = "Each part of a vector as the nearest codeword of a codebook of its own."

    kind: Literal["pq"] = "pq"

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import product

        return product(vectors, self.m, self.bits, ctx)
