"""Truncation: the first numbers of a vector, for models trained to bear it (Matryoshka)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.retrieval.compress.codecs.codec import codec
from core.retrieval.compress.codecs.fewer import FewerDimensions

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.retrieval.compress.codecs.codec import Arrays, Vectors


@codec
class Truncate(FewerDimensions):
    title = "Truncation"
    source = "Matryoshka, Kusupati et al. 2022 (arXiv 2205.13147)"
    sentence = "The first numbers only, at length 1: for models that were trained to bear it."

    kind: Literal["truncate"] = "truncate"

    def fit(self, vectors: Vectors, ctx: Context) -> Arrays:
        from core.retrieval.compress.reduced import first

        return first(vectors, self.dimensions, self.then, ctx)
