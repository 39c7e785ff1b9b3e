"""The training job: read, tokenize, fit, measure, write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from core.jobs.context import Context
from core.jobs.registry import job
from core.models.bits_per_byte import bits_per_byte, token_losses
from core.tokenizers.training import train_tokenizer
from core.training.folder import ready_folder, write_folder
from core.training.job import TRAIN
from core.training.request import TrainRequest
from core.training.result import TrainResult
from core.training.texts import passages, read_text, split_held_out
from core.training.trainer import Work, fit
from core.training.vocabulary import Vocabulary, open_vocabulary


class Texts(NamedTuple):
    """What is trained on and what is held out, each text in passages; and what the tokenizer learns from."""

    training: list[str]
    held_out: list[str]
    tokenizer: list[str]


@job(TRAIN)
def train(request: TrainRequest, ctx: Context) -> TrainResult:
    """Train a model, and a tokenizer first if need be. Called again with the same working folder, it goes on.

    Raises:
        UserError: a text, the tokenizer or the output folder will not do, or the loss became no number.
    """
    out = request.out or ctx.artifact("model")
    ready_folder(out, replace=request.replace)
    texts = _read(request, ctx)
    vocabulary = _vocabulary(request, texts, ctx)
    recipe = request.recipe
    tokens = vocabulary.documents([piece for text in texts.training for piece in passages(text)], ctx)
    work = Work(
        recipe=recipe,
        tokens=tokens,
        text_bytes=_bytes(texts.training),
        seed=ctx.seed,
        digest=_digest(
            recipe.model_dump_json(), str(ctx.seed), vocabulary.tokenizer.to_str(), *texts.training
        ),
        checkpoint_every=request.checkpoint_every,
        checkpoint=ctx.checkpoint(),
    )
    with torch.random.fork_rng():
        torch.manual_seed(ctx.seed)
        network = recipe.network(vocabulary).to(ctx.device)
        recipe.check_text(len(tokens))
        curve = fit(network, work, ctx)
    network = network.to(getattr(torch, request.dtype))
    result = TrainResult(
        out=str(out),
        recipe=recipe.name,
        recipe_title=recipe.title,
        settings=recipe.model_dump(mode="json", exclude={"name"}),
        tokenizer=str(request.tokenizer or request.tokenizer_kind),
        vocab_size=vocabulary.size,
        parameters=sum(weight.numel() for weight in network.parameters()),
        steps=recipe.steps,
        tokens=recipe.steps * recipe.tokens_per_step(),
        text_tokens=len(tokens),
        text_bytes=work.text_bytes,
        final_loss=curve[-1].loss,
        held_out_bits_per_byte=_measure(network, vocabulary, texts.held_out, ctx),
        held_out_bytes=_bytes(texts.held_out),
        curve=curve,
    )
    write_folder(out, network, vocabulary, result, request, ctx)
    return result


def _read(request: TrainRequest, ctx: Context) -> Texts:
    training: list[str] = []
    held_out = [read_text(request.held_out, "held_out")] if request.held_out else []
    for number, path in enumerate(request.text):
        ctx.progress(number, len(request.text), "Reading the text")
        kept, rest = split_held_out(
            read_text(path, "text"), 0 if request.held_out else request.held_out_share
        )
        training.append(kept)
        held_out += [rest] if rest else []
    other = [read_text(path, "tokenizer_text") for path in request.tokenizer_text]
    return Texts(training, held_out, other or training)


def _vocabulary(request: TrainRequest, texts: Texts, ctx: Context) -> Vocabulary:
    """The one asked for; or a new one, which is kept with the checkpoint so that it is trained once only."""
    if request.tokenizer:
        return open_vocabulary(request.tokenizer)
    kind, size = request.tokenizer_kind, request.vocab_size
    digest = _digest(kind, str(size), *texts.tokenizer)
    kept = ctx.checkpoint() / f"tokenizer-{digest[:16]}.json"
    if kept.is_file():
        return Vocabulary.trained(Tokenizer.from_file(str(kept)), kind)
    pieces = [piece for text in texts.tokenizer for piece in passages(text)]
    tokenizer = train_tokenizer(pieces, kind, size, ctx)
    aside = kept.with_suffix(".partial")
    tokenizer.save(str(aside))
    aside.replace(kept)
    return Vocabulary.trained(tokenizer, kind)


def _measure(
    network: PreTrainedModel, vocabulary: Vocabulary, texts: Sequence[str], ctx: Context
) -> float | None:
    """Bits per byte of the texts together, with the weights as they are written."""
    if not texts:
        return None
    bits, size = 0.0, 0
    for text in texts:
        encoding = vocabulary.tokenizer.encode(text, add_special_tokens=False)
        losses = token_losses(
            network,
            encoding.ids,
            prefix=vocabulary.prefix,
            context=network.config.max_position_embeddings,
            ctx=ctx,
            stage="Measuring the held-out text",
        )
        counted = len(text.encode())
        if vocabulary.prefix is None:
            counted -= len(text[: encoding.offsets[0][1]].encode())
        if counted > 0:
            bits += bits_per_byte(losses, counted) * counted
            size += counted
    return bits / size if size else None


def _bytes(texts: Sequence[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _digest(*parts: str) -> str:
    """SHA-256 of the parts, each told apart from the next."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
