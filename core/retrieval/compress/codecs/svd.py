"""SVD: the matrix of all vectors as a product of two thin ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Svd(Codec):
    title = "SVD"
    source = "MDE's projection in arXiv 2311.15578"
    sentence = "All vectors as the product of two thin matrices of float32."
    family = "fewer dimensions"

    kind: Literal["svd"] = "svd"
    ratio: float = Field(
        0.25,
        gt=0,
        le=1,
        title="Ratio",
        description="Of the bytes to those of float32.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import low_rank

        return low_rank(vectors, self.ratio, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import coded

        return coded(vectors, learned, "float32", ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.reduced import opened

        return opened(self.line, parts, "float32")
