"""The training job: read, tokenize, fit, measure, write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from core.jobs.context import Context
from core.jobs.registry import job
from core.output import check_output, new_folder
from core.text_files import read_text
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import open_tokenizer
from core.tokenizers.passages import passages
from core.tokenizers.training import train_tokenizer, write_tokenizer
from core.training.card import card
from core.training.encoder import TextEncoder
from core.training.job import TRAIN
from core.training.request import TrainRequest
from core.training.result import TrainResult
from core.training.texts import split_held_out
from core.training.trainer import Work, fit


class Texts(NamedTuple):
    """What is trained on, what is held out, and what the tokenizer learns from."""

    training: list[str]
    held_out: list[str]
    tokenizer: list[str]


@job(TRAIN)
def train(request: TrainRequest, ctx: Context) -> TrainResult:
    """Train a model, and a tokenizer first if need be. Called again with the same working folder, it goes on.

    Raises:
        UserError: a text, the tokenizer or the output folder will not do, or the loss became no number.
    """
    recipe = request.recipe
    out = (request.out or ctx.artifact("model")).absolute()
    check_output(out, replace=request.replace)
    texts = _read(request, ctx)
    encoder = TextEncoder(open_tokenizer(_tokenizer(request, texts, ctx), field="tokenizer"))
    material = recipe.material(texts.training, encoder, ctx)
    text_bytes = _bytes(texts.training)
    work = Work(
        plan=recipe,
        material=material,
        text_bytes=text_bytes if recipe.foretells else None,
        seed=ctx.seed,
        digest=_digest(
            recipe.model_dump_json(),
            str(ctx.seed),
            encoder.tokenizer.path.read_text("utf-8"),
            recipe.digest(material),
            *texts.training,
        ),
        checkpoint_every=request.checkpoint_every,
        checkpoint=ctx.checkpoint(),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(ctx.seed)
        network = recipe.network(encoder, material).to(ctx.device)
        curve = fit(network, work, ctx).curve
    dtype: torch.dtype = getattr(torch, request.dtype)
    network = network.to(dtype)
    result = TrainResult(
        out=str(out),
        recipe=recipe.name,
        recipe_title=recipe.title,
        settings=recipe.model_dump(mode="json", exclude={"name"}),
        tokenizer=str(request.tokenizer or request.tokenizer_kind),
        vocab_size=encoder.tokenizer.vocabulary.count,
        parameters=sum(weight.numel() for weight in network.parameters()),
        steps=recipe.steps,
        tokens=recipe.steps * recipe.tokens_per_step(),
        text_tokens=len(material),
        text_bytes=text_bytes,
        final_loss=curve[-1].loss,
        held_out_bytes=_bytes(texts.held_out),
        curve=curve,
        **recipe.held_out(network, encoder, texts.held_out, ctx),
    )
    with new_folder(out, replace=request.replace, needed=result.parameters * dtype.itemsize) as folder:
        recipe.write(folder, network, encoder.tokenizer.path)
        (folder / "README.md").write_text(
            card(out.name, result, request, ctx.seed), encoding="utf-8", newline="\n"
        )
    return result


def _read(request: TrainRequest, ctx: Context) -> Texts:
    share = 0 if request.held_out else request.held_out_share
    training: list[str] = []
    held_out = [read_text(request.held_out, field="held_out")] if request.held_out else []
    for number, path in enumerate(request.text):
        ctx.progress(number, len(request.text), "Reading the text")
        kept, rest = split_held_out(read_text(path, field="text"), share)
        training.append(kept)
        held_out += [rest] if rest else []
    other = [read_text(path, field="tokenizer_text") for path in request.tokenizer_text]
    return Texts(training, held_out, other or training)


def _tokenizer(request: TrainRequest, texts: Texts, ctx: Context) -> Path:
    """The one asked for; or a new one, which is kept with the checkpoint so that it is trained once only."""
    if request.tokenizer:
        return find_tokenizer(request.tokenizer, field="tokenizer")
    kind, size = request.tokenizer_kind, request.vocab_size
    digest = _digest(kind, str(size), *texts.tokenizer)
    folder = ctx.checkpoint() / f"tokenizer-{digest[:16]}"
    if not folder.is_dir():
        pieces = [piece for text in texts.tokenizer for piece in passages(text)]
        write_tokenizer(train_tokenizer(pieces, kind, size, ctx), kind, folder)
    return folder


def _bytes(texts: Sequence[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _digest(*parts: str) -> str:
    """SHA-256 of the parts, each told apart from the next."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
