"""Dedup: parts of vectors that are alike are kept once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Dedup(Codec):
    title = "Dedup"
    source = "Dedup in arXiv 2311.15578"
    sentence = "Parts of vectors that are alike are kept once, with pointers to them."
    family = "fewer numbers"

    kind: Literal["dedup"] = "dedup"
    m: int = Field(
        1,
        ge=1,
        le=4096,
        title="Parts",
        description="Into how many parts a vector is cut.",
    )
    tolerance: float = Field(
        0.3,
        ge=0,
        le=2,
        title="Tolerance",
        description="How far two parts that count as alike may be apart, as a share of their length.",
    )
    bits: int = Field(
        12,
        ge=1,
        le=32,
        title="Bits",
        description="Of the hash within which likeness is sought (LSH).",
    )

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.dedup import coded

        return coded(vectors, self.m, self.tolerance, self.bits, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.dedup import Deduplicated

        return Deduplicated(self.line, parts)
