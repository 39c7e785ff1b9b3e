"""binary: a bit a number, whether it is above 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Binary(Codec):
    title = "binary"
    source = "Yamada et al. 2021 (arXiv 2106.00882), as sentence-transformers has it"
    sentence = "Of each number whether it is above 0; the nearest are rescored."
    family = "bits"

    kind: Literal["binary"] = "binary"
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

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.signs import coded

        return coded(vectors, {}, self.rescore, ctx)

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.signs import Signs

        return Signs(self.line, parts, self.rescore, self.candidates)
