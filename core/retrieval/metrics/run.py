"""The job that measures finished rankings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.collections.tally import Tally
from core.collections.trec import Run, read_qrels, read_run
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.measures.judged import Judgements, judge
from core.retrieval.measures.kinds.relstring import RelevanceString
from core.retrieval.measures.measure import Measure
from core.retrieval.measures.spelt import expanded
from core.retrieval.measures.values import over_queries
from core.retrieval.metrics.job import METRICS
from core.retrieval.metrics.request import MetricsRequest
from core.retrieval.metrics.result import MetricsResult

_Value = float | str


@job(METRICS)
def metrics(request: MetricsRequest, ctx: Context) -> MetricsResult:
    """Measure each run as trec_eval does.

    Raises:
        UserError: a file cannot be read or is none of its kind, a measure is not known, or no query of a run
            has judgements.
    """
    measures = measures_of(request.measures)
    tally = Tally()
    judgements = read_qrels(request.qrels, ctx=ctx, tally=tally)
    names = names_of(request.runs)
    found: dict[str, _Measured] = {}
    for name, path in zip(names, request.runs, strict=True):
        run = read_run(path, "runs", precision=request.precision, ctx=ctx, tally=tally)
        ctx.progress(len(found), len(names), f"Measuring {name}")
        found[name] = _Measured(request, run, path, judgements, measures)
        if found[name].ignored:
            ctx.warn(f"{name} has {found[name].ignored:,} queries without judgements; they do not count.")
    relevant = [any(grade >= request.level for grade in grades.values()) for grades in judgements.values()]
    return MetricsResult(
        runs=names,
        measures=list(measures),
        judged=len(judgements),
        unanswerable=relevant.count(False),
        queries={name: len(each.judged) for name, each in found.items()},
        missing={name: each.missing for name, each in found.items()},
        ignored={name: each.ignored for name, each in found.items()},
        mean=_by_run({name: each.mean for name, each in found.items()}),
        answerable=_by_run({name: each.answerable for name, each in found.items()}),
        per_query=_by_run({name: each.per_query() for name, each in found.items()})
        if request.per_query
        else {},
        skipped=tally.skipped(),
    )


def measures_of(names: list[str]) -> dict[str, Measure]:
    """By the names they were asked for with.

    Raises:
        UserError: one is not known.
    """
    try:
        return expanded(names)
    except ValueError as error:
        raise UserError(f"{error}.", field="measures") from None


def names_of(runs: Sequence[Path]) -> list[str]:
    """The runs' file names, each once: with a number where two are alike."""
    names: list[str] = []
    for path in runs:
        stem = Path(path.name.removesuffix(".gz"))
        name = stem.stem if stem.suffix in (".run", ".txt", ".trec", ".res") else stem.name
        free, number = name, 2
        while free in names:
            free, number = f"{name}-{number}", number + 1
        names.append(free)
    return names


class _Measured:
    """One run's figures."""

    def __init__(
        self,
        request: MetricsRequest,
        run: Run,
        path: Path,
        judgements: Judgements,
        measures: Mapping[str, Measure],
    ) -> None:
        hits = dict(zip(run.queries, run.documents, strict=True))
        both = [query for query in judgements if query in hits]
        if not both:
            raise UserError(
                f"No query of {path} has judgements in {request.qrels}: the run has {run.queries[0]!r}, the "
                f"judgements {next(iter(judgements))!r}. Are these of the same collection?",
                field="runs",
            )
        self.missing = len(judgements) - len(both)
        self.ignored = len(hits) - len(both)
        queries = list(judgements) if request.queries == "judged" else both
        judged = judge(
            [hits.get(query, []) for query in queries],
            queries,
            judgements,
            level=request.level,
            most=request.depth,
            judged_only=request.judged_only,
        )
        self.judged = replace(judged, documents=request.documents)
        self._measures = measures
        self._columns = {
            name: measure.values(self.judged)
            for name, measure in measures.items()
            if not isinstance(measure, RelevanceString)
        }
        self.mean = self._over(np.ones(len(queries), dtype=bool))
        self.answerable = self._over(self.judged.relevant() > 0)

    def _over(self, those: NDArray[np.bool_]) -> dict[str, float]:
        return {
            name: over_queries(self._measures[name], column[those]) for name, column in self._columns.items()
        }

    def per_query(self) -> dict[str, dict[str, _Value]]:
        values: dict[str, Sequence[_Value]] = {}
        for name, measure in self._measures.items():
            if isinstance(measure, RelevanceString):
                values[name] = measure.strings(self.judged)
            else:
                values[name] = self._columns[name].tolist()
        return {
            query: {name: column[row] for name, column in values.items()}
            for row, query in enumerate(self.judged.queries)
        }


def _by_run(found: dict[str, Any]) -> Any:
    """The one run's, or all by name."""
    return next(iter(found.values())) if len(found) == 1 else found
