"""How much of the text the commonest tokens make up."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure


class _TopMass(OfCounts):
    many: ClassVar[int]

    def value(self, counts: Counts) -> float | None:
        if not counts.tokens:
            return None
        return float(np.sort(counts.counts)[::-1][: self.many].sum() / counts.tokens)


@measure
class TopTen(_TopMass):
    key = "top_10"
    title = "Commonest 10 tokens"
    description = "Share of the text that the ten commonest tokens make up."
    order = 55
    many = 10


@measure
class TopHundred(_TopMass):
    key = "top_100"
    title = "Commonest 100 tokens"
    description = "Share of the text that the hundred commonest tokens make up."
    order = 56
    many = 100


@measure
class TopThousand(_TopMass):
    key = "top_1000"
    title = "Commonest 1,000 tokens"
    description = "Share of the text that the thousand commonest tokens make up."
    order = 57
    many = 1000
