"""float32: the vectors as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors
    from core.retrieval.compress.compressed import Compressed


@codec
class Float32(Codec):
    title = "float32"
    sentence = "The vectors as they are."
    family = "numbers"

    kind: Literal["float32"] = "float32"

    def encode(self, vectors: Vectors, learned: Arrays, ctx: Context) -> Arrays:
        from core.retrieval.compress.floats import cast

        return {"codes": cast(vectors, "float32", ctx)}

    def opened(self, parts: Arrays) -> Compressed:
        from core.retrieval.compress.floats import Floats

        return Floats(self.line, parts)
