"""Measures taken of judged rankings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.retrieval.measures.judged import Judged
from core.retrieval.measures.measure import Measure


def values(judged: Judged, measures: Sequence[Measure]) -> NDArray[np.float64]:
    """(queries, measures) float64: the value of each query."""
    table = np.zeros((len(judged), len(measures)))
    for column, measure in enumerate(measures):
        table[:, column] = measure.values(judged)
    return table


def over_queries(measure: Measure, column: NDArray[np.float64]) -> float:
    """One figure of a measure's values: their mean, summed one after the other as trec_eval does; for counts
    their sum; for ``gm_map`` and ``gm_bpref`` their geometric mean. 0 without queries."""
    if not len(column):
        return 0.0
    if measure.over_queries == "geometric mean":
        return float(np.exp(np.log(column).cumsum()[-1] / len(column)))
    total = float(column.cumsum()[-1])
    return total if measure.over_queries == "sum" else total / len(column)
