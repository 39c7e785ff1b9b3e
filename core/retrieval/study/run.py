"""The study: for each kind of attention, train the heads, pass all texts once, rank in every way, compare."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.encoders.attention import check_attention
from core.encoders.layers import looks_ahead
from core.encoders.recipe import Recipe, read_recipe
from core.encoders.transformer import TransformerEncoder, open_transformer
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.evaluate.measured import figures, per_query
from core.retrieval.out import out_folder
from core.retrieval.record.write import write_record
from core.retrieval.result_parts import Skipped
from core.retrieval.study.compared import compared
from core.retrieval.study.heads import trained_heads
from core.retrieval.study.job import STUDY
from core.retrieval.study.pairs import Pair, apart, made_pairs, read_pairs
from core.retrieval.study.ranked import Ranked, rank_ways
from core.retrieval.study.reader import Looks, Reader
from core.retrieval.study.request import StudyRequest
from core.retrieval.study.result import PRIMARY, StudyResult, Training
from core.retrieval.study.ways import DESIGNS, ways

_MEASURES = (PRIMARY, "R@100")
_IDS = [5, 6, 7, 8]
"""Of tokens that a model's attention is tried with."""


@job(STUDY)
def study(request: StudyRequest, ctx: Context) -> StudyResult:
    """Compare poolings, layers, attention and trained heads on one model (arXiv 2409.02727).

    The model itself is not trained: a head is learnt on top of its states. (The paper trains both.)

    Raises:
        UserError: the model, the collection or the pairs will not do.
    """
    ctx.progress(0, 1, "Opening the collection")
    collection = open_collection(request.collection, ctx, split=request.split)
    if not collection.judgements:
        raise UserError(
            f"{collection.path} has no judgements (qrels), so nothing can be measured on it.",
            field="collection",
        )
    pairs, pairs_from, skipped = _pairs(request, collection, ctx)
    folder = out_folder(request.out, "study", ctx)
    recipe = _recipe(request)
    opened = _opened(request, recipe, ctx)
    made: Looks = "bidirectional" if looks_ahead(opened.model) else "causal"
    trainings: list[Training] = []
    ranked = Ranked()
    readers = [Reader(opened, made, as_made=True, most_tokens=request.most_tokens)]
    if request.attention == "both":
        readers += _other(request, recipe, readers[0], ctx)
    for reader in readers:
        heads = trained_heads(request, reader, pairs, folder, ctx)
        trainings += [training for _, training in heads]
        found = ways(request.poolings, recipe.pooling, request.layers, reader.layers, reader.attention)
        plain = [way for way in found if not way.echo]
        rank_ways(ranked, reader, plain, [head for head, _ in heads], recipe.pooling, collection, ctx)
        if echoes := [way for way in found if way.echo]:
            doubled = replace(reader.encoder.recipe, pooling=("echo",))
            twice = replace(reader, encoder=_opened(request, doubled, ctx))
            rank_ways(ranked, twice, echoes, [], recipe.pooling, collection, ctx)
    measured = per_query(ranked.rankings, collection, _MEASURES, ctx)
    primary = {name: columns[PRIMARY] for name, columns in measured.items()}
    own = next(cell.name for cell in ranked.cells if cell.own)
    designs = {
        words: ranked.last_layer[kind, attention]
        for words, kind, attention in DESIGNS
        if (kind, attention) in ranked.last_layer
    }
    against = [(name, own) for name in primary if name != own]
    between = list(combinations(designs.values(), 2))
    systems = [
        figures(
            cell.name,
            ranked.lines[cell.name],
            "dense",
            ranked.rankings[cell.name],
            measured[cell.name],
            ctx.seed,
        )
        for cell in ranked.cells
    ]
    write_record(folder, collection, ranked.rankings, ctx)
    return StudyResult(
        out=str(folder),
        model=opened.name,
        collection=collection.name,
        documents=len(collection.documents),
        queries=list(collection.queries.ids),
        judgements=sum(map(len, collection.judgements.values())),
        primary=PRIMARY,
        systems=systems,
        layers=readers[0].layers,
        made=made,
        cells=[
            cell.model_copy(update={"measures": system.measures})
            for cell, system in zip(ranked.cells, systems, strict=True)
        ],
        comparisons=compared(against, primary, request.test, request.correction, ctx),
        designs=designs,
        between_designs=compared(between, primary, request.test, request.correction, ctx),
        trainings=trainings,
        passes=ranked.passes,
        pairs=len(pairs),
        pairs_from=pairs_from,
        test=request.test,
        correction=request.correction,
        family=len(against),
        skipped=[*collection.skipped, *skipped],
    )


def _pairs(
    request: StudyRequest, collection: Collection, ctx: Context
) -> tuple[list[Pair], str, list[Skipped]]:
    """To train heads on, where some are asked for; in words where they come from; and what was left out."""
    if not request.heads:
        return [], "", []
    skipped: list[Skipped] = []
    if request.pairs is None:
        pairs, source = made_pairs(collection, request.most_pairs, ctx.seed)
    else:
        source = request.pairs.name
        pairs, skipped = read_pairs(request.pairs.expanduser(), request.most_pairs)
    kept, left = apart(pairs, collection)
    return kept, source, [*skipped, *left]


def _recipe(request: StudyRequest) -> Recipe:
    model = request.model.expanduser().absolute()
    if not (model / "config.json").is_file() and not (model / "modules.json").is_file():
        raise UserError(
            f"{model} is no model whose tokens have states: give a folder of sentence-transformers or of "
            "transformers.",
            field="model",
        )
    recipe = read_recipe(model, field="model")
    if request.most_tokens is not None:
        recipe = replace(recipe, most_tokens=min(request.most_tokens, recipe.most_tokens))
    return recipe


def _opened(request: StudyRequest, recipe: Recipe, ctx: Context) -> TransformerEncoder:
    return open_transformer(request.model.expanduser().absolute(), ctx, recipe=recipe, field="model")


def _other(request: StudyRequest, recipe: Recipe, as_made: Reader, ctx: Context) -> list[Reader]:
    """The model with the other kind of attention, if it obeys."""
    other: Looks = "causal" if as_made.looks_ahead else "bidirectional"
    try:
        check_attention(as_made.encoder.model, other, _IDS, as_made.encoder.path, field="attention")
    except UserError as error:
        ctx.warn(f"Only {as_made.attention} attention is compared. {error.message}")
        return []
    encoder = _opened(request, replace(recipe, attention=other), ctx)
    return [Reader(encoder, other, as_made=False, most_tokens=request.most_tokens)]
