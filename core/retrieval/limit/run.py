"""The LIMIT test: make or open the collection, rank, measure, compare."""

from __future__ import annotations

from pathlib import Path

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.collections.read import open_collection
from core.collections.write import write_collection
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.evaluate.checkpoint import Checkpoint
from core.retrieval.evaluate.ranked import names_of, rank_all
from core.retrieval.evaluate.run import kept, told
from core.retrieval.limit.check import density, found_by_words
from core.retrieval.limit.job import LIMIT
from core.retrieval.limit.make import make
from core.retrieval.limit.published import beside
from core.retrieval.limit.request import LimitRequest
from core.retrieval.limit.result import LimitResult
from core.retrieval.out import out_folder

_DEPTH = 100


@job(LIMIT)
def limit(request: LimitRequest, ctx: Context) -> LimitResult:
    """Rank a LIMIT collection with each system; its recall stands beside the paper's figures.

    The collection is written as a BEIR folder, so that it can be evaluated and looked at like any other.

    Raises:
        UserError: so large a collection cannot be made, the given one is none, or a system will not do.
    """
    names_of(request.systems)  # two of one name are refused before anything is made
    folder = _folder(request, ctx)
    collection = _given(request.given, ctx) if request.given else _made(request, folder, ctx)
    words = found_by_words(collection, ctx)
    depth = min(_DEPTH, len(collection.documents))
    rankings = rank_all(
        request.systems,
        collection,
        depth,
        ctx,
        cache=kept(request.cache),
        checkpoint=Checkpoint(ctx.checkpoint(), request.systems, collection, depth),
    )
    relevant = [
        [id for id, grade in grades.items() if grade > 0] for grades in collection.judgements.values()
    ]
    return LimitResult(
        **told(request, request.systems, rankings, collection, _measures(collection), folder, ctx),
        pattern=None if request.given else request.pattern,
        relevant=sum(map(len, relevant)) / len(relevant),
        used=len({id for ids in relevant for id in ids}),
        density=density(collection.judgements),
        words=words,
        published=list(beside(len(collection.documents))),
    )


def _made(request: LimitRequest, folder: Path, ctx: Context) -> Collection:
    made = make(
        documents=request.documents,
        queries=request.queries,
        k=request.k,
        pattern=request.pattern,
        per_document=request.per_document,
        seed=ctx.seed,
        ctx=ctx,
    )
    documents = MemoryTexts(made.ids, made.texts)
    queries = MemoryTexts(made.query_ids, made.query_texts)
    write_collection(folder, documents, queries, made.judgements())
    name = f"LIMIT {request.pattern} {request.documents:,} × {request.queries:,}"
    return Collection(name, folder, documents, queries, made.judgements())


def _given(path: Path, ctx: Context) -> Collection:
    collection = open_collection(path, ctx, field="given")
    if not collection.judgements:
        raise UserError(f"{path} has no judgements (qrels), so nothing can be measured on it.", field="given")
    return collection


def _measures(collection: Collection) -> list[str]:
    """The paper's: recall at 2, 10 and 20 of a few documents, at 100 first where there are many."""
    count = len(collection.documents)
    depths = [depth for depth in (2, 10, 20, 100) if depth < count] or [count]
    names = [f"R@{depth}" for depth in depths]
    ordered = [names[-1], *names[:-1]] if count > _DEPTH else names
    return [*ordered, "nDCG@10"]


def _folder(request: LimitRequest, ctx: Context) -> Path:
    folder = out_folder(request.out, "limit", ctx)
    if request.given and folder.resolve() == request.given.expanduser().resolve():
        raise UserError(f"{folder} is the given collection; write to another folder.", field="out")
    return folder
