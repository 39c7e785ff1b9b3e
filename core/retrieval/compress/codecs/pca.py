"""PCA: the principal directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.fewer import FewerDimensions

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Pca(FewerDimensions):
    title = "PCA"
    source = "Jolliffe 2002"
    sentence = "The numbers along the directions in which documents differ most."

    kind: Literal["pca"] = "pca"

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import principal_directions

        return principal_directions(vectors, self.dimensions, self.then, ctx)
