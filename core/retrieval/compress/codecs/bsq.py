"""BSQ: binary spherical quantisation, the nearest corner of a cube in the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Bsq(Codec):
    title = "BSQ"
    source = "Zhao et al. 2024 (arXiv 2406.07548); arXiv 2507.22920"
    sentence = "The nearest corner of a cube in the sphere, its directions turned to fit."
    family = "bits"

    kind: Literal["bsq"] = "bsq"
    bits: int = Field(
        128,
        ge=8,
        le=65536,
        title="Bits",
        description="Of each document.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.planes import fitted

        return fitted(vectors, self.bits, "sphere", ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.signs import coded

        return coded(vectors, learned, "bits", ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.signs import Signs

        return Signs(self.line, parts, "bits", 4)
