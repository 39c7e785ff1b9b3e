"""BSQ: binary spherical quantisation, the nearest corner of a cube in the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.sides import SideCode

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Bsq(SideCode):
    title = "BSQ"
    source = "Zhao et al. 2024 (arXiv 2406.07548); arXiv 2507.22920"
    sentence = "The nearest corner of a cube in the sphere, its directions turned to fit."

    kind: Literal["bsq"] = "bsq"

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.planes import fitted

        return fitted(vectors, self.bits, "sphere", ctx)
