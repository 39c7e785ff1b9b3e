"""The job that looks between the layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder, open_decoder
from core.generation.lens.job import LENS
from core.generation.lens.memory import memory_to_look
from core.generation.lens.reading import mean_states, read
from core.generation.lens.request import MOST_TOKENS, LensRequest
from core.generation.lens.result import LensResult, Looked
from core.generation.lens.views import VIEWS
from core.jobs.context import Context
from core.jobs.registry import job
from core.text_files import read_text
from core.tokenizers.shown import Labels

_REFERENCE_BYTES = 32_768
_REFERENCE_TOKENS = 4_096
"""Of the reference text, that are read for its mean state."""


@job(LENS)
def lens(request: LensRequest, ctx: Context) -> LensResult:
    """Read a prompt once, and take every view of it.

    Raises:
        UserError: no causal language model, no prompt, or a model whose layers cannot be read off.
    """
    if not request.prompt.strip():
        raise UserError("There is no prompt: write a few words to look at.", field="prompt")
    reference = None
    if request.reference is not None:
        reference = read_text(request.reference, field="reference", max_bytes=_REFERENCE_BYTES)
    looked = [_look(request, request.model, "model", reference, ctx)]
    if request.beside is not None:
        looked.append(_look(request, request.beside, "beside", reference, ctx))
    return LensResult(models=looked, reference=request.reference.name if request.reference else None)


def _look(request: LensRequest, path: Path, field: str, reference: str | None, ctx: Context) -> Looked:
    ctx.progress(0, 1, f"Opening {path.name}")
    decoder = open_decoder(path, ctx, field=field, room=memory_to_look)
    ids = _tokens(decoder, request.prompt, ctx)
    labels = Labels(decoder.tokenizer.vocabulary)
    mean = None if reference is None else _mean(decoder, reference, ctx)
    ctx.progress(0, 1, "Reading the prompt")
    reading = read(decoder, ids, mean=mean, top=request.top)
    if not reading.attention:
        ctx.warn(f"{decoder.name} keeps no attention to be looked at.")
    views = {name: view.of(reading, ctx) for name, view in VIEWS.items() if field == "model" or view.compares}
    return Looked(
        model=decoder.name,
        ids=ids,
        tokens=[labels[id] for id in ids],
        first=reading.first,
        layers=reading.layers,
        views=views,
    )


def _tokens(decoder: Decoder, text: str, ctx: Context) -> list[int]:
    """What is looked at, `begin` before it."""
    ids = decoder.tokenizer.encode(text).ids
    most = min(MOST_TOKENS, decoder.context or MOST_TOKENS) - len(decoder.begin)
    if len(ids) > most:
        ctx.warn(f"The prompt has {len(ids):,} tokens for {decoder.name}; the last {most} are looked at.")
    return [*decoder.begin, *ids[-most:]]


def _mean(decoder: Decoder, text: str, ctx: Context) -> Sequence[torch.Tensor]:
    ids = decoder.tokenizer.encode(text).ids[:_REFERENCE_TOKENS]
    step = min(MOST_TOKENS, decoder.context or MOST_TOKENS) - len(decoder.begin)
    windows = [[*decoder.begin, *ids[at : at + step]] for at in range(0, len(ids), step)]
    ctx.progress(0, 1, "Reading the reference text")
    return mean_states(decoder, windows)
