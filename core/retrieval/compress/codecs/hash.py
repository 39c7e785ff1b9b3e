"""hash: a few bits, each a side of a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Hash(Codec):
    title = "Hashing"
    source = "Charikar 2002; ITQ, Gong and Lazebnik 2011; arXiv 1901.01695"
    sentence = "A bit for each of some planes, on which side a vector lies."
    family = "bits"

    kind: Literal["hash"] = "hash"
    bits: int = Field(
        256,
        ge=8,
        le=65536,
        title="Bits",
        description="Of each document.",
    )
    how: Literal["itq", "hyperplanes", "autoencoder"] = Field(
        "itq",
        title="Planes",
        description="Principal directions turned to fit (ITQ), random ones, or an autoencoder's.",
    )
    rescore: Literal["none", "bits", "int8", "float16"] = Field(
        "bits",
        title="Rescoring",
        description="What orders the nearest: the bits, or vectors that are kept beside them.",
    )
    candidates: int = Field(
        4,
        ge=1,
        le=1000,
        title="Candidates",
        description="How many times as many as are asked for are rescored.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.planes import fitted

        return fitted(vectors, self.bits, self.how, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.signs import coded

        return coded(vectors, learned, self.rescore, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.signs import Signs

        return Signs(self.line, parts, self.rescore, self.candidates)
