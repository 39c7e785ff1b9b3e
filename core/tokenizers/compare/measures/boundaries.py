"""Boundary agreement: whether two tokenizers cut a text at the same places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.compare.measures.measure import OfBoundaries, Units, measure


class _Cuts(OfBoundaries):
    """The places where a token begins. Each text's first one is no boundary: it is taken off the sums."""

    def columns(self, first: Units, second: Units) -> Mapping[str, NDArray[np.int64]]:
        one, other = _starts(first), _starts(second)
        return {
            "boundaries_first": first.sum_bytes(one),
            "boundaries_second": first.sum_bytes(other),
            "boundaries_both": first.sum_bytes(one & other),
        }

    def value(self, sums: Mapping[str, int]) -> float | None:
        one, other, both = (
            max(sums[f"boundaries_{which}"] - sums["documents"], 0) for which in ("first", "second", "both")
        )
        return self.agreement(one, other, both)

    def agreement(self, first: int, second: int, both: int) -> float | None:
        raise NotImplementedError


def _starts(units: Units) -> NDArray[np.bool_]:
    """[B]: whether a token that is not empty begins at this byte."""
    found = np.zeros(len(units.data), bool)
    found[units.spans[units.spans[:, 0] < units.spans[:, 1], 0]] = True
    return found


@measure
class BoundaryF1(_Cuts):
    key = "boundary_f1"
    title = "Boundary agreement (F1)"
    description = (
        "Twice the boundaries that two tokenizers share, over those of both; a boundary is a byte inside the "
        "text where a token begins. Where neither has any, 1."
    )
    order = 80

    def agreement(self, first: int, second: int, both: int) -> float | None:
        return 2 * both / (first + second) if first + second else 1.0


@measure
class BoundaryJaccard(_Cuts):
    key = "boundary_jaccard"
    title = "Boundary agreement (Jaccard)"
    description = "Boundaries that two tokenizers share over those that either has. Where neither has any, 1."
    order = 81

    def agreement(self, first: int, second: int, both: int) -> float | None:
        return both / (first + second - both) if first + second else 1.0


@measure
class BoundaryPrecision(_Cuts):
    key = "boundary_precision"
    title = "Boundary precision"
    description = "Share of the second tokenizer's boundaries that the first, the reference, has too."
    order = 82

    def agreement(self, first: int, second: int, both: int) -> float | None:
        return both / second if second else None if first else 1.0


@measure
class BoundaryRecall(_Cuts):
    key = "boundary_recall"
    title = "Boundary recall"
    description = "Share of the boundaries of the first tokenizer, the reference, that the second has too."
    order = 83

    def agreement(self, first: int, second: int, both: int) -> float | None:
        return both / first if first else None if second else 1.0
