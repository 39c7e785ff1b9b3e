"""PCA: the principal directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Pca(Codec):
    title = "PCA"
    source = "Jolliffe 2002"
    sentence = "The numbers along the directions in which documents differ most."
    family = "fewer dimensions"

    kind: Literal["pca"] = "pca"
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

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import principal_directions

        return principal_directions(vectors, self.dimensions, self.then, ctx)

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import coded

        return coded(vectors, learned, self.then, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.reduced import opened

        return opened(self.line, parts, self.then)
