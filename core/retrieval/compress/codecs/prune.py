"""Pruning by magnitude: small numbers are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Prune(Codec):
    title = "Pruning"
    source = "DeepLight in arXiv 2311.15578"
    sentence = "Only the largest numbers of all, as float16 with their places (CSR)."
    family = "fewer numbers"

    kind: Literal["prune"] = "prune"
    keep: float = Field(
        0.25,
        gt=0,
        le=1,
        title="Share kept",
        description="Of all numbers.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.sparse import threshold

        return threshold(vectors, self.keep, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.sparse import coded

        return coded(vectors, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.sparse import Sparse

        return Sparse(self.line, parts)
