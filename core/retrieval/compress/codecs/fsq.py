"""FSQ: finite scalar quantisation, a few levels for each of a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Fsq(Codec):
    title = "FSQ"
    source = "Mentzer et al. 2023 (arXiv 2309.15505); arXiv 2507.22920"
    sentence = "Each of the first principal directions in a few levels, bounded by tanh."
    family = "bits"

    kind: Literal["fsq"] = "fsq"
    dimensions: int = Field(
        96,
        ge=1,
        le=65536,
        title="Dimensions",
        description="Principal directions that are kept.",
    )
    levels: int = Field(
        5,
        ge=2,
        le=256,
        title="Levels",
        description="Of each dimension.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.grid import fitted

        return fitted(vectors, self.dimensions, self.levels, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.grid import coded

        return coded(vectors, learned, self.levels, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.grid import Grid

        return Grid(self.line, parts, self.levels)
