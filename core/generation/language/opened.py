"""The door to language models: a folder, opened."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch

from core.generation.language.language_model import LanguageModel
from core.generation.language.loaded import load
from core.jobs.context import Context


def open_language_model(
    path: Path,
    ctx: Context,
    *,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    field: str = "models",
) -> LanguageModel:
    """The model in a folder, with nothing read yet.

    Raises:
        UserError: it is no causal language model, does not fit into memory, or has no tokenizer.
    """
    model = load(path, dtype=torch.float32, device="cpu", field=field).opened()
    model.check = ctx.check
    return model
