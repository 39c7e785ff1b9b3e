"""The folder that a training leaves: a model that transformers opens, with a card."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from safetensors.torch import save_file
from transformers import PreTrainedModel

from core.errors import UserError
from core.jobs.context import Context
from core.training.request import TrainRequest
from core.training.result import TrainResult
from core.training.vocabulary import Vocabulary


def ready_folder(out: Path, *, replace: bool) -> None:
    """Makes sure, before any work is done, that the folder may be written.

    Raises:
        UserError: something lies there, or its parent cannot be written to.
    """
    if out.exists() and not replace and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} exists already; choose another folder or replace it.", field="out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{out.parent} cannot be made: {error.strerror or error}.", field="out") from None
    if not os.access(out.parent, os.W_OK):
        raise UserError(f"{out.parent} cannot be written to.", field="out")


def write_folder(
    out: Path,
    network: PreTrainedModel,
    vocabulary: Vocabulary,
    result: TrainResult,
    request: TrainRequest,
    ctx: Context,
) -> None:
    """Everything is written beside `out` and renamed into place at the end."""
    ctx.check()
    aside = out.with_name(f".{out.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir()
        _weights(network, aside / "model.safetensors")
        network.config.dtype = network.dtype
        network.config.save_pretrained(aside)
        network.generation_config.save_pretrained(aside)
        vocabulary.tokenizer.save(str(aside / "tokenizer.json"))
        context = network.config.max_position_embeddings
        _text(aside / "tokenizer_config.json", json.dumps(vocabulary.configuration(context), indent=2) + "\n")
        _text(aside / "README.md", card(out.name, result, request, ctx.seed))
        if out.exists():
            shutil.rmtree(out)
        aside.replace(out)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror or error}.", field="out") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def card(name: str, result: TrainResult, request: TrainRequest, seed: int) -> str:
    """The model card: what it was trained on, how, and what it reaches."""
    texts = "\n".join(f"- {path.name}" for path in request.text)
    settings = "\n".join(f"| {name} | {value} |" for name, value in result.settings.items())
    reached = (
        f"{result.held_out_bits_per_byte:.4f} bits per byte on {result.held_out_bytes:,} bytes of held-out text"
        if result.held_out_bits_per_byte is not None
        else f"a final training loss of {result.final_loss:.4f} nats a token; nothing was held out"
    )
    return f"""---
library_name: transformers
pipeline_tag: text-generation
---
# {name}

{result.recipe_title}, {result.parameters:,} parameters, trained with Lexigraft. It reaches {reached}.

Texts ({result.text_bytes:,} bytes, {result.text_tokens:,} tokens; {result.tokens:,} tokens seen in
{result.steps:,} steps):

{texts}

Tokenizer: {result.tokenizer}, {result.vocab_size:,} tokens. Seed {seed}.

| setting | value |
|---|---|
{settings}
"""


def _weights(network: PreTrainedModel, file: Path) -> None:
    """Each tensor once: a tied head is the input embedding, and is left out."""
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in network.named_parameters()}
    save_file(tensors, file, metadata={"format": "pt"})
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
