"""Masks filled, and texts without one scored."""

from __future__ import annotations

import math

from core.generation.masked.job import MASKED
from core.generation.masked.masked_model import MaskedModel
from core.generation.masked.request import MaskedRequest
from core.generation.masked.result import Filling, MaskedResult
from core.generation.result_parts import Alternative, TokenRecord
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.shown import shown

_AT_ONCE = 2_048
"""Tokens read in one go where every one is masked in turn."""


@job(MASKED)
def masked(request: MaskedRequest, ctx: Context) -> MaskedResult:
    """Fill the text's masks; without one, mask every token in turn and score it (arXiv 1910.14659, §2).

    Raises:
        UserError: the folder holds no masked language model, or the text is too long for it.
    """
    ctx.progress(0, 0, f"opening {request.model.name}")
    model = MaskedModel(request.model, ctx.device, field="model")
    text = model.spelt(request.text)
    ids, spans, first = model.read(text, field="text")
    if model.mask in ids:
        return _filled(model, ids, request.alternatives)
    return _scored(model, text, ids, spans, first, request.alternatives, ctx)


def _filled(model: MaskedModel, ids: list[int], count: int) -> MaskedResult:
    places = [at for at, id in enumerate(ids) if id == model.mask]
    law = model.foretold([ids], [places])
    best = law.exp().topk(min(count, law.shape[1]))
    masks = [
        [
            Filling(id=id, text=model.tokenizer.decode([id]) or _piece(model, id), probability=probability)
            for id, probability in zip(found, values, strict=True)
        ]
        for found, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]
    whole = list(ids)
    for at, mask in zip(places, masks, strict=True):
        whole[at] = mask[0].id
    return MaskedResult(model=model.name, text=model.tokenizer.decode(whole).strip(), masks=masks)


def _scored(
    model: MaskedModel,
    text: str,
    ids: list[int],
    spans: list[tuple[int, int]],
    first: int,
    count: int,
    ctx: Context,
) -> MaskedResult:
    tokens: list[TokenRecord] = []
    at_once = max(1, _AT_ONCE // len(ids))
    for start in range(0, len(spans), at_once):
        ctx.progress(start, len(spans), "masking every token in turn")
        places = range(first + start, first + min(start + at_once, len(spans)))
        rows = [[*ids[:at], model.mask, *ids[at + 1 :]] for at in places]
        law = model.foretold(rows, [[at] for at in places])
        best = law.topk(min(count, law.shape[1]))
        for row, at in enumerate(places):
            own = float(law[row, ids[at]])
            begin, end = spans[at - first]
            tokens.append(
                TokenRecord(
                    id=ids[at],
                    text=_piece(model, ids[at]),
                    start=begin,
                    end=end,
                    logprob=own,
                    rank=int((law[row] > own).sum()),
                    entropy=float(-(law[row].exp() * law[row]).nansum()) / math.log(2),
                    alternatives=tuple(
                        Alternative(id=id, text=_piece(model, id), logprob=value)
                        for id, value in zip(
                            best.indices[row].tolist(), best.values[row].tolist(), strict=True
                        )
                    ),
                )
            )
    bits = -sum(token.logprob or 0.0 for token in tokens) / math.log(2)
    return MaskedResult(model=model.name, text=text, tokens=tokens, bits=bits, bytes=len(text.encode()))


def _piece(model: MaskedModel, id: int) -> str:
    entries = model.tokenizer.vocabulary.entries
    token = entries[id] if id < len(entries) else None
    return f"[{id}]" if token is None else shown(token.bytes) or token.content
