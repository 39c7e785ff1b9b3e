"""The comparison job: read, measure, test, record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.collections.tally import Tally
from core.collections.trec import read_qrels
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.compare.finished import Finished, read_finished, recorded_judgements, with_spaces
from core.retrieval.compare.job import COMPARE
from core.retrieval.compare.request import CompareRequest
from core.retrieval.evaluate.measured import asked, means
from core.retrieval.evaluate.result import EvaluationResult, SystemFigures
from core.retrieval.measures.judged import Judgements, judge
from core.retrieval.measures.measure import Measure
from core.retrieval.measures.values import values
from core.retrieval.out import out_folder
from core.retrieval.ranking import Ranking
from core.retrieval.record.write import write_record
from core.retrieval.significance import comparisons
from core.retrieval.systems.file import File


@job(COMPARE)
def compare_runs(request: CompareRequest, ctx: Context) -> EvaluationResult:
    """Measure finished rankings on the same queries, and test all differences between them.

    Raises:
        UserError: a file will not do, there are no two rankings or no judgements, or a measure is not known.
    """
    measures = asked(request.measures)
    tally = Tally()
    collection = None
    if request.collection is not None:
        collection = open_collection(request.collection, ctx, split=request.split)
    judgements, source = _judgements(request, collection, ctx, tally)
    ids = collection.documents.ids if collection else [*chain.from_iterable(judgements.values())]
    systems = [
        with_spaces(each, judgements, ids)
        for each in read_finished(request.runs, request.results, ctx, tally)
    ]
    if len(systems) < 2:
        raise UserError("Name two runs or more, or an evaluation of several systems.", field="runs")
    for each in systems:
        _check_queries(each, judgements, source, ctx)
    table = {each.name: _measured(each, judgements, measures) for each in systems}
    ctx.progress(0, 1, "Testing the differences")
    tested = comparisons(
        {
            name: {each.name: column for each, column in zip(measures, columns.T, strict=True)}
            for name, columns in table.items()
        },
        request.test,
        request.correction,
        ctx.seed,
        report=lambda done, of: ctx.progress(done, of, "Testing the differences"),
    )
    folder = None
    if collection is not None:
        folder = out_folder(request.out, "comparison", ctx)
        write_record(folder, collection, {each.name: _ranking(each, collection) for each in systems}, ctx)
    return EvaluationResult(
        out=str(folder) if folder else None,
        collection=collection.name if collection else Path(source).name,
        documents=len(collection.documents) if collection else 0,
        queries=list(judgements),
        judgements=sum(map(len, judgements.values())),
        primary=measures[0].name,
        systems=[_figures(each, measures, table[each.name], ctx) for each in systems],
        comparisons=tested,
        test=request.test,
        correction=request.correction,
        family=len(tested),
        skipped=[*(collection.skipped if collection else ()), *tally.skipped()],
        unanswerable=sum(all(grade <= 0 for grade in grades.values()) for grades in judgements.values()),
    )


def _judgements(
    request: CompareRequest, collection: Collection | None, ctx: Context, tally: Tally
) -> tuple[Judgements, str]:
    """And where they are from."""
    if request.qrels is not None:
        return read_qrels(request.qrels, ctx=ctx, tally=tally), str(request.qrels)
    if collection is not None:
        if not collection.judgements:
            raise UserError(f"{request.collection} has no judgements (qrels); name them.", field="qrels")
        return collection.judgements, str(collection.path)
    if request.results:
        return recorded_judgements(request.results[0]), str(request.results[0])
    raise UserError("Name the judgements (qrels), or the collection that has them.", field="qrels")


def _check_queries(each: Finished, judgements: Judgements, source: str, ctx: Context) -> None:
    both = sum(query in each.hits for query in judgements)
    if not both:
        raise UserError(
            f"No query of {each.path} has judgements in {source}: the run has {next(iter(each.hits))!r}, the "
            f"judgements {next(iter(judgements))!r}. Are these of the same collection?",
            field="runs",
        )
    if both < len(judgements):
        ctx.warn(f"{each.name} has no hits for {len(judgements) - both:,} queries; they count 0.")
    if both < len(each.hits):
        ctx.warn(f"{each.name} has {len(each.hits) - both:,} queries without judgements; they do not count.")


def _measured(each: Finished, judgements: Judgements, measures: Sequence[Measure]) -> NDArray[np.float64]:
    """(queries, measures)."""
    return values(
        judge([each.documents(query) for query in judgements], list(judgements), judgements), measures
    )


def _figures(
    each: Finished, measures: Sequence[Measure], table: NDArray[np.float64], ctx: Context
) -> SystemFigures:
    columns = {found.name: column for found, column in zip(measures, table.T, strict=True)}
    stage = f"Resampling {each.name}"
    return SystemFigures(
        name=each.name,
        line=File(path=each.path, label=each.name).line,
        kind="file",
        measures=means(columns, ctx.seed, lambda done, of: ctx.progress(done, of, stage)),
        per_query={name: [round(value, 6) for value in column.tolist()] for name, column in columns.items()},
    )


def _ranking(each: Finished, collection: Collection) -> Ranking:
    """As places in the collection; documents that it has not are left out: their texts are not known."""
    queries = collection.queries.ids
    known: Mapping[str, int] = collection.places
    depth = max((len(each.documents(query)) for query in queries), default=0)
    places = np.full((len(queries), depth), -1, dtype=np.int64)
    scores = np.full(places.shape, -np.inf)
    for row, query in enumerate(queries):
        documents, values_ = each.hits.get(query, ([], np.zeros(0)))
        there = np.array([known.get(id, -1) for id in documents], dtype=np.int64)
        kept = there >= 0
        count = int(kept.sum())
        places[row, :count], scores[row, :count] = there[kept], values_[kept]
    return Ranking(places, scores)
