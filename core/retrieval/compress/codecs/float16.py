"""float16: 2 bytes a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Float16(Codec):
    title = "float16"
    sentence = "Half precision: 10 bits of fraction."
    family = "numbers"

    kind: Literal["float16"] = "float16"

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.floats import cast

        return {"codes": cast(vectors, "float16", ctx)}

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.floats import Floats

        return Floats(self.line, parts)
