"""The door to language models: a folder, opened."""

from __future__ import annotations

from pathlib import Path

import torch

from core.generation.fields import NumberType
from core.generation.language.language_model import LanguageModel
from core.generation.language.loaded import Loaded
from core.generation.language.number_type import number_type
from core.generation.language.resident import resident_model
from core.jobs.context import Context


def open_language_model(
    path: Path,
    ctx: Context,
    *,
    dtype: NumberType = "auto",
    tokens: int | None = None,
    field: str = "models",
) -> LanguageModel:
    """The model in a folder, with nothing read yet; from memory, where an earlier job has left it there.

    What it reads is given back when the job drops it; the weights stay as long as there is room.

    Args:
        dtype: of the weights; auto is float32 on a processor.
        tokens: how many are to be read at the same time, for the memory that is foreseen; by default the
            context, at most 2,048.

    Raises:
        UserError: it is no causal language model, does not fit into memory, or has no tokenizer.
    """
    kind = number_type(dtype, ctx.device, field="dtype")
    model, _ = resident_model(path, ctx, dtype=kind, tokens=tokens, field=field)
    model.check = ctx.check
    return model


def open_with_weights(
    path: Path, ctx: Context, *, tokens: int | None = None, field: str
) -> tuple[LanguageModel, Loaded]:
    """The same in float32, and the module of transformers that it reads with, for a look between its layers.

    The weights belong to later jobs, too: leave module and weights as they were, and hold on to the language
    model while they are needed.

    Raises:
        UserError: as above.
    """
    model, loaded = resident_model(path, ctx, dtype=torch.float32, tokens=tokens, field=field)
    model.check = ctx.check
    return model, loaded
