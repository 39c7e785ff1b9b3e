"""All texts passed through the model with one kind of attention, and a ranking by the vectors of each way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.collections.collection import Collection
from core.encoders.unit import unit
from core.jobs.context import Context
from core.retrieval.ranking import Ranking
from core.retrieval.result_parts import Costs
from core.retrieval.search.exact import Exact
from core.retrieval.study.passes import Passed, TrainedHead, passed
from core.retrieval.study.reader import Reader
from core.retrieval.study.result import Cell, Pass
from core.retrieval.study.ways import NAMES, Way
from core.retrieval.systems.dense import Dense

_DEPTH = 100


@dataclass(eq=False)
class Ranked:
    """What came of all ways so far. `last_layer`: kind of pooling and attention → name of the cell."""

    cells: list[Cell] = field(default_factory=list)
    rankings: dict[str, Ranking] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    """Name of a cell → the dense system that ranks alike, in a line."""
    passes: list[Pass] = field(default_factory=list)
    last_layer: dict[tuple[str, str], str] = field(default_factory=dict)


def rank_ways(
    ranked: Ranked,
    reader: Reader,
    ways: Sequence[Way],
    heads: Sequence[TrainedHead],
    own: tuple[str, ...],
    collection: Collection,
    ctx: Context,
) -> None:
    """Add to `ranked`. The states are computed once, and only one way's documents are searched at a time.

    Args:
        own: the poolings that the model's folder says.
    """
    echo = any(way.echo for way in ways)
    stage = f"Reading, {reader.attention}" + (", twice" if echo else "")
    texts = collection.documents.texts(0, len(collection.documents))
    documents = passed(reader, texts, ways, heads, ctx, role="document", stage=f"{stage}: documents")
    texts = collection.queries.texts(0, len(collection.queries))
    queries = passed(reader, texts, ways, heads, ctx, role="query", stage=f"{stage}: queries")
    ranked.passes.append(
        Pass(
            attention=reader.attention,
            echo=echo,
            seconds=documents.model_seconds + queries.model_seconds,
            tokens=documents.tokens + queries.tokens,
        )
    )
    for way in ways:
        cell = Cell(
            name=way.name,
            pooling=way.pooling,
            attention=reader.attention,
            layer=way.layer,
            own=reader.as_made and way.modes == own and way.layer == reader.layers,
            measures={},
            width=documents.vectors[way.name].shape[1],
            pool_seconds=documents.seconds[way.name] + queries.seconds[way.name],
        )
        ranked.lines[way.name] = _line(reader, way)
        if way.layer == reader.layers:
            ranked.last_layer["+".join(way.modes), reader.attention] = way.name
        _add(ranked, cell, _search(documents, queries, cell, reader.encoder.similarity, collection, ctx))
    for each in heads:
        cell = Cell(
            name=each.name,
            pooling=NAMES.get(each.head.kind, each.head.kind),
            attention=reader.attention,
            layer=reader.layers,
            trained=True,
            measures={},
            width=documents.vectors[each.name].shape[1],
            pool_seconds=documents.seconds[each.name] + queries.seconds[each.name],
            parameters=sum(weight.numel() for weight in each.network.parameters()),
        )
        ranked.lines[each.name] = Dense.model_validate({"model": each.path}).line
        ranked.last_layer.setdefault((each.head.kind, reader.attention), each.name)
        _add(ranked, cell, _search(documents, queries, cell, "cosine", collection, ctx))


def _line(reader: Reader, way: Way) -> str:
    """The dense system that ranks as a way does."""
    said = {
        "model": reader.encoder.path,
        "pooling": way.modes[0] if len(way.modes) == 1 else None,
        "attention": "as made" if reader.as_made else reader.attention,
        "layer": None if way.layer == reader.layers else way.layer,
        "most_tokens": reader.most_tokens,
    }
    return Dense.model_validate(said).line


def _add(ranked: Ranked, cell: Cell, ranking: Ranking) -> None:
    ranked.cells.append(cell)
    ranked.rankings[cell.name] = ranking


def _search(
    documents: Passed, queries: Passed, cell: Cell, similarity: str, collection: Collection, ctx: Context
) -> Ranking:
    began = time.perf_counter()
    vectors, asked = documents.vectors.pop(cell.name), queries.vectors.pop(cell.name)
    if similarity == "cosine":
        vectors, asked = unit(vectors), unit(asked)
    search = Exact(vectors, collection.tie_ranks, similarity=similarity, there=(vectors != 0).any(axis=1))
    places, scores = search.search(asked, min(_DEPTH, len(vectors)), ctx, stage=f"Searching: {cell.name}")
    costs = Costs(
        encode_seconds=documents.model_seconds + documents.seconds[cell.name],
        query_seconds=queries.model_seconds + queries.seconds[cell.name],
        search_seconds=time.perf_counter() - began,
        index_bytes=vectors.nbytes,
    )
    return Ranking(places, scores, costs)
