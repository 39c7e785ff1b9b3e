"""Codes of one bit a direction: on which side a vector lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


class SideCode(Codec):
    """A subclass says by `fit` which directions there are."""

    family = "bits"

    bits: int = Field(
        128,
        ge=8,
        le=65536,
        title="Bits",
        description="Of each document.",
    )

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.signs import coded

        return coded(vectors, learned, "bits", ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.signs import Signs

        return Signs(self.line, parts, "bits", 4)
