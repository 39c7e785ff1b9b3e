"""The evaluation job: open, rank, measure, compare, record."""

from __future__ import annotations

from pathlib import Path

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.errors import UserError
from core.folders import cache_folder
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.evaluate.checkpoint import Checkpoint
from core.retrieval.evaluate.job import EVALUATE
from core.retrieval.evaluate.measured import asked, figures, per_query
from core.retrieval.evaluate.ranked import identical, names_of, rank_all
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.evaluate.runs import write_runs
from core.retrieval.out import out_folder
from core.retrieval.record.write import write_record
from core.retrieval.significance import comparisons


def kept(cache: bool) -> Path | None:
    """Where vectors and indexes are kept for the next run, if they are."""
    return cache_folder() / "retrieval" if cache else None


@job(EVALUATE)
def evaluate(request: RetrievalRequest, ctx: Context) -> EvaluationResult:
    """Rank with each system, measure as trec_eval does, and test all differences.

    Raises:
        UserError: the collection, a system or a measure will not do.
    """
    names = names_of(request.systems)
    measures = [one.name for one in asked(request.measures)]
    ctx.progress(0, 1, "Opening the collection")
    collection = open_collection(request.collection, ctx, split=request.split)
    _check(collection)
    folder = out_folder(request.out, "evaluation", ctx)
    barred = identical(collection, request.drop_identical)
    if barred is not None:
        ctx.warn("Queries are documents here: the document with the query's id is left out of its ranking.")
    rankings = rank_all(
        request.systems,
        collection,
        request.k,
        ctx,
        cache=kept(request.cache),
        barred=barred,
        checkpoint=Checkpoint(ctx.checkpoint(), request.systems, collection, request.k),
    )
    measured = per_query(rankings, collection, measures, ctx)
    stage = "Testing the differences"
    tested = comparisons(
        measured, request.test, request.correction, ctx.seed, lambda done, of: ctx.progress(done, of, stage)
    )
    write_record(folder, collection, rankings, ctx)
    write_runs(folder, collection, rankings, ctx)
    primary = measures[0]
    return EvaluationResult(
        out=str(folder),
        collection=collection.name,
        documents=len(collection.documents),
        queries=list(collection.queries.ids),
        judgements=sum(map(len, collection.judgements.values())),
        primary=primary,
        systems=[
            figures(name, system.line, system.kind, rankings[name], measured[name], ctx.seed)
            for name, system in zip(names, request.systems, strict=True)
        ],
        comparisons=tested,
        test=request.test,
        correction=request.correction,
        family=len(tested),
        skipped=list(collection.skipped),
        unanswerable=sum(
            all(grade <= 0 for grade in grades.values()) for grades in collection.judgements.values()
        ),
    )


def _check(collection: Collection) -> None:
    if not collection.judgements:
        raise UserError(
            f"{collection.path} has no judgements (qrels), so nothing can be measured on it. Add them, or "
            "have queries made of its documents under Collections.",
            field="collection",
        )
