"""Span agreement: whether two tokenizers have the same pieces of a text as tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import OfBoundaries, Units, measure


@measure
class SpanF1(OfBoundaries):
    key = "span_f1"
    title = "Span agreement (F1)"
    description = (
        "Twice the pieces of the text that are a token in both tokenizers, over the tokens of both: stricter "
        "than boundaries."
    )
    order = 84

    def columns(self, first: Units, second: Units) -> Mapping[str, NDArray[np.int64]]:
        ends, others = _ends(first), _ends(second)
        return {
            "spans_first": first.sum_bytes(ends > 0),
            "spans_second": first.sum_bytes(others > 0),
            "spans_both": first.sum_bytes((ends == others) & (ends > 0)),
        }

    def value(self, sums: Mapping[str, int]) -> float | None:
        tokens = sums["spans_first"] + sums["spans_second"]
        return 2 * sums["spans_both"] / tokens if tokens else None


def _ends(units: Units) -> NDArray[np.int64]:
    """[B]: where the token that begins at this byte ends; nought where none does."""
    found = np.zeros(len(units.data), np.int64)
    begins, ends = units.spans[units.spans[:, 0] < units.spans[:, 1]].T
    found[begins] = ends
    return found
