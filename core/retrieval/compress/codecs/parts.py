"""Codes that cut a vector into parts, each with a codebook of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


class ProductCode(Codec):
    """A subclass says by `fit` how the codebooks are learned."""

    family = "codebooks"

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

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import coded

        return coded(vectors, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.codebooks import Codebooks

        return Codebooks(self.line, parts)
