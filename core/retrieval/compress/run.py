"""The trial: encode once, search exactly, then put the vectors into each code and see what changes."""

from __future__ import annotations

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.encoders.opened import open_encoder
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.compress.checkpoint import Checkpoint, Trial
from core.retrieval.compress.compared import Compared
from core.retrieval.compress.job import COMPRESS
from core.retrieval.compress.request import CompressRequest
from core.retrieval.compress.result import CompressResult, Refused
from core.retrieval.compress.spelt import asked
from core.retrieval.compress.trial import EXACT, Space
from core.retrieval.evaluate.measured import asked as asked_measures
from core.retrieval.evaluate.run import kept
from core.retrieval.systems.names import encoder_name


@job(COMPRESS)
def compress(request: CompressRequest, ctx: Context) -> CompressResult:
    """Try every code; those that the vectors cannot be put into are told with the reason.

    Raises:
        UserError: the collection, the encoder, a measure or every code will not do.
    """
    measures = [one.name for one in asked_measures(request.measures)]
    ctx.progress(0, 1, "Opening the collection")
    collection = open_collection(request.collection, ctx, split=request.split)
    _check(collection)
    encoder = open_encoder(request.encoder, ctx, field="encoder").fitted(collection.documents, ctx)
    space = Space(encoder, collection, request.k, ctx, cache=kept(request.cache))
    codecs = [codec for codec in asked(request.codec, space.width, space.count) if codec.line != EXACT]
    about = (encoder.digest, collection.documents.digest, collection.queries.digest, request.k, ctx.seed)
    checkpoint = Checkpoint(ctx.checkpoint(), *about)
    table = Compared(collection, measures, request, ctx)

    def tell(line: str, trial: Trial) -> None:
        ctx.emit({"row": table.row(line, trial).model_dump(mode="json"), "primary": measures[0]})

    tell(EXACT, space.exactly())
    refused: list[Refused] = []
    for number, codec in enumerate(codecs, start=1):
        ctx.progress(number - 1, len(codecs), codec.line)
        trial = checkpoint.read(codec.line)
        if trial is None:
            try:
                trial = space.tried(codec)
            except UserError as error:
                refused.append(Refused(line=codec.line, reason=error.message))
                continue
            checkpoint.write(codec.line, trial)
        tell(codec.line, trial)
    if len(refused) == len(codecs) > 0:
        raise UserError(refused[0].reason, field="codec")
    return CompressResult(
        collection=collection.name,
        encoder=encoder_name(request.encoder),
        encoder_line=request.encoder.model_copy(update={"index": "exact", "compress": None}).line,
        documents=len(collection.documents),
        queries=len(collection.queries),
        width=space.width,
        k=request.k,
        primary=measures[0],
        codecs=table.rows(),
        refused=refused,
        test=request.test,
        correction=request.correction,
        without_vector=len(collection.documents) - space.count,
        skipped=list(collection.skipped),
    )


def _check(collection: Collection) -> None:
    if not collection.judgements:
        raise UserError(
            f"{collection.path} has no judgements (qrels), so nothing can be measured on it.",
            field="collection",
        )
