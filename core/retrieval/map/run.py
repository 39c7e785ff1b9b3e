"""The map: encode, lay out, say how much of the neighbourhoods is kept, write."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.collections.read import open_collection
from core.encoders.encoder import OK, TRUNCATED
from core.encoders.opened import open_encoder
from core.encoders.stored import stored_vectors
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.evaluate.run import kept
from core.retrieval.map.job import MAP
from core.retrieval.map.kept import NEAREST, neighbours_kept
from core.retrieval.map.plane import Directions, beside, directions, sample, umap, unit
from core.retrieval.map.request import MapRequest
from core.retrieval.map.result import MapResult
from core.retrieval.map.write import write_map
from core.retrieval.out import out_folder
from core.retrieval.search.exact import Exact
from core.retrieval.systems.names import encoder_name

Floats = NDArray[np.float32]
_FOUND = 20
"""Documents nearest to each query that the map knows of."""


@job(MAP)
def draw(request: MapRequest, ctx: Context) -> MapResult:
    """Draw the map.

    Raises:
        UserError: the collection or the encoder will not do, or fewer than three documents have a vector.
    """
    ctx.progress(0, 1, "Opening the collection")
    collection = open_collection(request.collection, ctx, split=request.split)
    encoder = open_encoder(request.encoder, ctx, field="encoder").fitted(collection.documents, ctx)
    cache = kept(request.cache)
    documents = stored_vectors(
        encoder, collection.documents, ctx, role="document", cache=cache, stage="Encoding documents"
    )
    queries = stored_vectors(
        encoder, collection.queries, ctx, role="query", cache=cache, stage="Encoding queries"
    )
    there = np.flatnonzero(np.isin(documents.status, (OK, TRUNCATED)))
    if len(there) < 3:
        raise UserError(
            f"{collection.name} has {len(there)} documents with a vector; a map needs three or more.",
            field="collection",
        )
    vectors = documents.vectors if len(there) == len(documents.status) else documents.vectors[there]
    asked = np.ascontiguousarray(queries.vectors, dtype=np.float32)
    axes = directions(vectors, ctx)
    explained = None
    if request.method == "pca":
        points, places = axes.applied(vectors, centred=True)[:, :2], axes.applied(asked, centred=True)[:, :2]
        laid_out, explained = len(there), float(axes.shares[:2].sum())
    else:
        points, places, laid_out = _umap(request, vectors, asked, axes, ctx)
    index = Exact(vectors, collection.tie_ranks[there], similarity=encoder.similarity)
    near, _ = index.search(asked, min(_FOUND, len(there)), ctx, stage="Finding what queries find")
    preserved = neighbours_kept(vectors, points, ctx, similarity=encoder.similarity)
    folder = out_folder(request.out, "map", ctx)
    write_map(folder, collection, there, points, places, np.where(near >= 0, there[near], -1), ctx)
    return MapResult(
        out=str(folder),
        collection=collection.name,
        encoder=encoder_name(request.encoder),
        method=request.method,
        documents=len(there),
        without_vector=len(documents.status) - len(there),
        queries=len(collection.queries),
        laid_out=laid_out,
        width=encoder.width,
        preserved=preserved,
        chance=min(1.0, min(NEAREST, len(there) - 1) / (len(there) - 1)),
        explained=explained,
        skipped=list(collection.skipped),
    )


def _umap(
    request: MapRequest, vectors: Floats, queries: Floats, axes: Directions, ctx: Context
) -> tuple[Floats, Floats, int]:
    """Points of documents and queries, and how many documents were laid out together. Queries are put beside
    the documents that are nearest to them."""
    rows = unit(axes.applied(vectors, centred=False))
    chosen = sample(rows, request.most, ctx.seed, ctx)
    some = rows[chosen]
    start = axes.applied(vectors[chosen], centred=True)[:, :2]
    points = np.empty((len(rows), 2), dtype=np.float32)
    points[chosen] = umap(some, start, request.neighbours, request.min_dist, ctx)
    rest = np.setdiff1d(np.arange(len(rows)), chosen)
    points[rest] = beside(rows[rest], some, points[chosen], ctx, "Placing the others")
    asked = unit(axes.applied(queries, centred=False))
    return points, beside(asked, some, points[chosen], ctx, "Placing the queries"), len(chosen)
