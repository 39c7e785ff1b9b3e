"""AQ: additive quantisation by local search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Aq(Codec):
    title = "AQ"
    source = "Babenko and Lempitsky 2014; LSQ++, Martinez et al. 2018; AQ in arXiv 2507.22920"
    sentence = "Codewords that are added, chosen together by local search (LSQ)."
    family = "codebooks"

    kind: Literal["aq"] = "aq"
    m: int = Field(
        8,
        ge=1,
        le=64,
        title="Codewords",
        description="Of each document; a byte each with 8 bits.",
    )
    bits: int = Field(
        8,
        ge=2,
        le=8,
        title="Bits",
        description="Of a place in a codebook: 8 are 256 codewords.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import additive

        return additive(vectors, self.m, self.bits, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import coded

        return coded(vectors, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.codebooks import Codebooks

        return Codebooks(self.line, parts)
