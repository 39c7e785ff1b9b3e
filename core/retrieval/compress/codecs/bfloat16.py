"""bfloat16: 2 bytes a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Bfloat16(Codec):
    title = "bfloat16"
    sentence = "The upper half of a float32: 7 bits of fraction, the whole range."
    family = "numbers"

    kind: Literal["bfloat16"] = "bfloat16"

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.floats import cast

        return {"codes": cast(vectors, "bfloat16", ctx)}

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.floats import Floats

        return Floats(self.line, parts)
