"""The door to language models: a folder, opened."""

from __future__ import annotations

from pathlib import Path

from core.generation.fields import NumberType
from core.generation.language.language_model import LanguageModel
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
    model = resident_model(path, ctx, dtype=kind, tokens=tokens, field=field)
    model.check = ctx.check
    return model
