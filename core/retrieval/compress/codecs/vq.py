"""VQ: one codebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Vq(Codec):
    title = "VQ"
    source = "arXiv 2507.22920"
    sentence = "Each vector as the nearest of a few codewords: documents with the same one tie."
    family = "codebooks"

    kind: Literal["vq"] = "vq"
    bits: int = Field(
        10,
        ge=1,
        le=16,
        title="Bits",
        description="Of a place in the codebook: 10 are 1,024 codewords.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import single

        return single(vectors, self.bits, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.codebooks import coded

        return coded(vectors, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.codebooks import Codebooks

        return Codebooks(self.line, parts)
