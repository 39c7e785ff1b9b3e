"""Codes that keep fewer numbers, and these in another code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from core.retrieval.compress.codecs.codec import Codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


class FewerDimensions(Codec):
    """A subclass says by `fit` which numbers are left."""

    family = "fewer dimensions"

    dimensions: int = Field(
        128,
        ge=1,
        le=65536,
        title="Dimensions",
        description="That are kept.",
    )
    then: str = Field(
        "float16",
        title="Then",
        description="What the numbers that are left are kept in, a codec in a line: int8, binary.",
    )

    @field_validator("then")
    @classmethod
    def _known(cls, line: str) -> str:
        from core.retrieval.compress.codecs import codec_of

        return codec_of(line).line

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import coded

        return coded(vectors, learned, self.then, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.reduced import opened

        return opened(self.line, parts, self.then)
