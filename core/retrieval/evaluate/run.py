"""The evaluation job: open, rank, measure, compare, record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from core.retrieval.ranking import Ranking
from core.retrieval.record.write import write_record
from core.retrieval.significance import comparisons
from core.retrieval.systems import System

if TYPE_CHECKING:
    from core.retrieval.limit.request import LimitRequest


def kept(cache: bool) -> Path | None:
    """Where vectors and indexes are kept for the next run, if they are."""
    return cache_folder() / "retrieval" if cache else None


@job(EVALUATE)
def evaluate(request: RetrievalRequest, ctx: Context) -> EvaluationResult:
    """Rank with each system, measure as trec_eval does, and test all differences.

    Raises:
        UserError: the collection, a system or a measure will not do.
    """
    names_of(request.systems)  # two of one name are refused before anything is read
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
    return EvaluationResult(**told(request, request.systems, rankings, collection, measures, folder, ctx))


def told(
    request: RetrievalRequest | LimitRequest,
    systems: Sequence[System],
    rankings: Mapping[str, Ranking],
    collection: Collection,
    measures: Sequence[str],
    folder: Path,
    ctx: Context,
) -> dict[str, Any]:
    """The fields of an `EvaluationResult`: rankings measured, all differences tested; the record and the
    run files are written to `folder`."""
    measured = per_query(rankings, collection, measures, ctx)
    stage = "Testing the differences"
    tested = comparisons(
        measured, request.test, request.correction, ctx.seed, lambda done, of: ctx.progress(done, of, stage)
    )
    write_record(folder, collection, rankings, ctx)
    write_runs(folder, collection, rankings, ctx)
    return {
        "out": str(folder),
        "collection": collection.name,
        "documents": len(collection.documents),
        "queries": list(collection.queries.ids),
        "judgements": sum(map(len, collection.judgements.values())),
        "primary": measures[0],
        "systems": [
            figures(name, system.line, system.kind, rankings[name], measured[name], ctx.seed)
            for name, system in zip(rankings, systems, strict=True)
        ],
        "comparisons": tested,
        "test": request.test,
        "correction": request.correction,
        "family": len(tested),
        "skipped": list(collection.skipped),
        "unanswerable": sum(
            all(grade <= 0 for grade in grades.values()) for grades in collection.judgements.values()
        ),
    }


def _check(collection: Collection) -> None:
    if not collection.judgements:
        raise UserError(
            f"{collection.path} has no judgements (qrels), so nothing can be measured on it. Add them, or "
            "have queries made of its documents under Collections.",
            field="collection",
        )
