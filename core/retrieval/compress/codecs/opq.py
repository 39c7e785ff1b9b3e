"""OPQ: product quantisation after a learned rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.parts import ProductCode

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Opq(ProductCode):
    title = "OPQ"
    source = "Ge et al. 2013"
    sentence = "PQ after a rotation that makes the parts easier to code."

    kind: Literal["opq"] = "opq"
    iterations: int = Field(
        10,
        ge=1,
        le=200,
        title="Iterations",
        description="Of rotation and codebooks, each made to fit the other.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import rotated_product

        return rotated_product(vectors, self.m, self.bits, self.iterations, ctx)
