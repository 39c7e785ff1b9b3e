"""OPQ: product quantisation after a learned rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Opq(Codec):
    title = "OPQ"
    source = "Ge et al. 2013"
    sentence = "PQ after a rotation that makes the parts easier to code."
    family = "codebooks"

    kind: Literal["opq"] = "opq"
    m: int | None = Field(
        None,
        ge=1,
        le=4096,
        title="Parts",
        description="Into how many parts a vector is cut; a byte each with 8 bits.",
        json_schema_extra={"none": "an eighth of the width"},
    )
    bits: int = Field(
        8,
        ge=2,
        le=12,
        title="Bits",
        description="Of a place in a codebook: 8 are 256 codewords.",
    )
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

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import coded

        return coded(vectors, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.codebooks import Codebooks

        return Codebooks(self.line, parts)
