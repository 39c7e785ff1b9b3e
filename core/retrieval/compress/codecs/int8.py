"""int8: a byte a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Int8(Codec):
    title = "int8"
    source = "sentence-transformers; arXiv 2311.15578 (INT8, ALPT)"
    sentence = "Each number in one of 256 steps."
    family = "numbers"

    kind: Literal["int8"] = "int8"
    scale: Literal["dimension", "row", "fixed"] = Field(
        "dimension",
        title="Scale",
        description="One range a dimension, one scale a document, or one for all.",
    )
    range: Literal["all", "quantiles"] = Field(
        "all",
        title="Range",
        description="From the lowest to the highest value, or of 99.8 % of them; what is outside is cut.",
    )

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.integers import learned

        return learned(vectors, 8, self.scale, self.range, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.integers import coded

        return coded(vectors, 8, learned, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.integers import Integers

        return Integers(self.line, parts, 8)
