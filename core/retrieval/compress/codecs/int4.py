"""int4: half a byte a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.retrieval.compress.codecs.codec import Codec, codec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.retrieval.compress.compressed import Compressed


@codec
class Int4(Codec):
    title = "int4"
    source = "arXiv 2311.15578 (ALPT)"
    sentence = "Each number in one of 16 steps."
    family = "numbers"

    kind: Literal["int4"] = "int4"
    scale: Literal["dimension", "row", "fixed"] = Field(
        "dimension",
        title="Scale",
        description="One range a dimension, one scale a document, or one for all.",
    )
    range: Literal["all", "quantiles"] = Field(
        "quantiles",
        title="Range",
        description="From the lowest to the highest value, or of 99.8 % of them; what is outside is cut.",
    )

    def fit(self, vectors: NDArray[np.float32], ctx: Context) -> dict[str, NDArray[Any]]:
        from core.retrieval.compress.integers import learned

        return learned(vectors, 4, self.scale, self.range, ctx)

    def encode(
        self, vectors: NDArray[np.float32], learned: Mapping[str, NDArray[Any]], ctx: Context
    ) -> dict[str, NDArray[Any]]:
        from core.retrieval.compress.integers import coded

        return coded(vectors, 4, learned, ctx)

    def opened(self, parts: Mapping[str, NDArray[Any]]) -> Compressed:
        from core.retrieval.compress.integers import Integers

        return Integers(self.line, parts, 4)
