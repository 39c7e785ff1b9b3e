"""Rankings measured, and the differences between them tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.retrieval.collections.collection import Collection
from core.retrieval.evaluate.result import SystemFigures
from core.retrieval.measures.judged import judge_places
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import values
from core.retrieval.ranking import Ranking
from core.retrieval.result_parts import Figure
from core.retrieval.significance import interval

Values = dict[str, dict[str, NDArray[np.float64]]]
"""System → measure → value of each query."""


def per_query(
    rankings: Mapping[str, Ranking], collection: Collection, measures: Sequence[str], ctx: Context
) -> Values:
    """Every measure of every ranking, on all queries with judgements."""
    wanted = [measure(name) for name in measures]
    found: Values = {}
    for number, (name, ranking) in enumerate(rankings.items()):
        ctx.progress(number, len(rankings), "Measuring")
        judged = judge_places(
            ranking.places, collection.documents.ids, collection.queries.ids, collection.judgements
        )
        table = values(judged, wanted)
        found[name] = {each.name: table[:, column] for column, each in enumerate(wanted)}
    return found


def figures(
    name: str, line: str, kind: str, ranking: Ranking, measured: Mapping[str, NDArray[np.float64]], seed: int
) -> SystemFigures:
    """One system's row: means with their intervals of 95 %, costs, and each query's values."""
    return SystemFigures(
        name=name,
        line=line,
        kind=kind,
        measures={key: _figure(column, seed) for key, column in measured.items()},
        costs=ranking.costs,
        per_query={key: [round(float(value), 6) for value in column] for key, column in measured.items()},
        notes=[f"{key}: {value}" for key, value in ranking.details.items()],
    )


def _figure(column: NDArray[np.float64], seed: int) -> Figure:
    low, high = interval(column, seed=seed)
    return Figure(value=float(column.mean()), low=low, high=high)
