"""The length code: what the text takes up when each token is a number of equal length."""

from __future__ import annotations

import math

from core.tokenizers.compare.measures.measure import Counts, OfCounts, measure


@measure
class LengthCode(OfCounts):
    key = "length_code"
    title = "Length code"
    unit = "bits"
    description = (
        "Tokens times the logarithm of the number of different tokens that occurred: the bits that the text "
        "takes up with a number of equal length for each token (Zouhar et al., arXiv 2306.16842)."
    )
    better = "low"
    digits = 0
    order = 47

    def value(self, counts: Counts) -> float | None:
        types = int((counts.counts > 0).sum())
        return counts.tokens * math.log2(types) if types else None
