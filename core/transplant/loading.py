"""Models opened to be measured, one after the other: memory is foreseen, and given back afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.memory import free_memory
from core.models.pretrained import open_pretrained

_T = TypeVar("_T")

_FLOAT = 4
_WORKING = 512 * 2**20
"""Bytes for logits and activations of the windows that are measured at once."""


def memory_to_measure(parameters: int) -> int:
    """Bytes that a model takes while it is measured, its weights in float32."""
    return parameters * _FLOAT + _WORKING


def foresee(needed: int, device: str, what: str, mend: str, field: str) -> None:
    """Raises `UserError` where `needed` bytes are more than is free on `device`."""
    free = free_memory(device, wanted=needed)
    if needed > free:
        raise UserError(
            f"{what} takes about {needed / 1e9:,.1f} GB of memory, and {free / 1e9:,.1f} GB are free. {mend}",
            field=field,
        )


def with_model(
    folder: Path, parameters: int, ctx: Context, work: Callable[[torch.nn.Module], _T], *, field: str
) -> _T:
    """What `work` makes of the model in `folder`, in float32 on the context's device.

    The model is handed over without a name for it here, and so is gone when `work` returns.

    Args:
        parameters: how many it has.

    Raises:
        UserError: there is not enough memory, or transformers does not open it.
    """
    foresee(
        memory_to_measure(parameters),
        ctx.device,
        f"Measuring {folder.name}",
        "Close other programs, or leave out the texts and measure elsewhere.",
        "text",
    )
    ctx.check()
    try:
        return work(_opened(folder, field).to(ctx.device).eval())
    finally:
        if ctx.device == "cuda":
            torch.cuda.empty_cache()


def _opened(folder: Path, field: str) -> torch.nn.Module:
    from transformers import AutoModelForCausalLM

    return open_pretrained(AutoModelForCausalLM, folder, field=field)
