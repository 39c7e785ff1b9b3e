"""Which numbers a model's weights are held in."""

from __future__ import annotations

import torch

from core.errors import UserError
from core.generation.fields import NumberType


def number_type(wanted: NumberType, device: str, *, field: str | None = None) -> torch.dtype:
    """``auto`` is float32 on a processor and on an Apple card, bfloat16 on another that has it, else float16.

    Raises:
        UserError: float16 on a processor, or bfloat16 on a card without it.
    """
    has_bfloat16 = device != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)
    if wanted == "auto":
        if device != "cuda":
            return torch.float32
        return torch.bfloat16 if has_bfloat16 else torch.float16
    if wanted == "float16" and device == "cpu":
        raise UserError(
            "float16 is for graphics cards: on a processor it is slow, and numbers overflow. Choose float32, "
            "or bfloat16 where memory is short.",
            field=field,
        )
    if wanted == "bfloat16" and not has_bfloat16:
        raise UserError("This graphics card does not compute in bfloat16. Choose float16.", field=field)
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[wanted]
