"""RQ: residual quantisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Rq(Codec):
    title = "RQ"
    source = "Chen et al. 2010; RVQ in arXiv 2507.22920"
    sentence = "Codewords that are added: each codes what the ones before it left."
    family = "codebooks"

    kind: Literal["rq"] = "rq"
    m: int = Field(
        16,
        ge=1,
        le=256,
        title="Codewords",
        description="Of each document; a byte each with 8 bits.",
    )
    bits: int = Field(
        8,
        ge=2,
        le=12,
        title="Bits",
        description="Of a place in a codebook: 8 are 256 codewords.",
    )
    beam: int = Field(
        4,
        ge=1,
        le=64,
        title="Beam",
        description="How many ways to code a vector are followed.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import residual

        return residual(vectors, self.m, self.bits, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import coded

        return coded(vectors, learned, ctx, beam=self.beam)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.codebooks import Codebooks

        return Codebooks(self.line, parts)
