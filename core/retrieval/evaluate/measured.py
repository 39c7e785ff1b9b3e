"""Rankings measured, and the differences between them tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.evaluate.result import SystemFigures
from core.retrieval.measures.judged import judge_places
from core.retrieval.measures.kinds.relstring import RelevanceString
from core.retrieval.measures.measure import Measure
from core.retrieval.measures.spelt import measure
from core.retrieval.measures.values import over_queries, values
from core.retrieval.ranking import Ranking
from core.retrieval.result_parts import Figure
from core.retrieval.significance import intervals
from core.retrieval.significance.resampling import Report

Values = dict[str, dict[str, NDArray[np.float64]]]
"""System → measure → value of each query."""


def asked(names: Sequence[str]) -> list[Measure]:
    """The measures of these names, each once.

    Raises:
        UserError: one is not known, or has no numbers.
    """
    try:
        found = {measure(name).name: measure(name) for name in names}
    except ValueError as error:
        raise UserError(f"{str(error).rstrip('.')}.", field="measures") from None
    for name, one in found.items():
        if isinstance(one, RelevanceString):
            raise UserError(
                f"{name} shows single queries and has no mean; see it with lexigraft metrics --per-query.",
                field="measures",
            )
    return list(found.values())


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
        measures=means(measured, seed),
        costs=ranking.costs,
        per_query={key: [round(value, 6) for value in column.tolist()] for key, column in measured.items()},
        notes=[f"{key}: {value}" for key, value in ranking.details.items()],
    )


def means(
    measured: Mapping[str, NDArray[np.float64]], seed: int, report: Report | None = None
) -> dict[str, Figure]:
    """Measure → its figure over the queries; with an interval where that is their mean."""
    lows, highs = intervals(np.stack(list(measured.values()), axis=1), seed, report)
    found: dict[str, Figure] = {}
    for number, (name, column) in enumerate(measured.items()):
        one = measure(name)
        value = over_queries(one, column)
        if one.over_queries == "mean":
            found[name] = Figure(value=value, low=float(lows[number]), high=float(highs[number]))
        else:
            found[name] = Figure(value=value)
    return found
