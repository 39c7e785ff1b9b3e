"""float16: 2 bytes a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.retrieval.compress.compressed import Compressed


@codec
class Float16(Codec):
    title = "float16"
    sentence = "Half precision: 10 bits of fraction."
    family = "numbers"

    kind: Literal["float16"] = "float16"

    def encode(
        self, vectors: NDArray[np.float32], learned: Mapping[str, NDArray[Any]], ctx: Context
    ) -> dict[str, NDArray[Any]]:
        from core.retrieval.compress.floats import cast

        return {"codes": cast(vectors, "float16", ctx)}

    def opened(self, parts: Mapping[str, NDArray[Any]]) -> Compressed:
        from core.retrieval.compress.floats import Floats

        return Floats(self.line, parts)
