"""The base, open in memory, with the matrices of one graft after another in the place of its own.

What it then says is what the written model would say: the same rows in the same number type, widened to
float32 as the loader widens them.
"""

from __future__ import annotations

from typing import Any

import torch

from core.models.folder import ModelFolder
from core.transplant.graft import Graft


def put_rows(model: torch.nn.Module, graft: Graft, base: ModelFolder) -> None:
    """Give `model`, opened from `base` (or from an earlier graft of it), the vocabulary of `graft`."""
    replacements = graft.replacements
    if not replacements:  # the target is the base's own tokenizer
        return
    opened: Any = model
    new = replacements[base.input_embedding]
    inside = opened.get_input_embeddings()
    device = inside.weight.device
    inside.weight = _parameter(new, device)
    inside.num_embeddings = len(new)
    inside.padding_idx = None  # it matters to training alone, and the number may be too large now
    head = opened.get_output_embeddings() if hasattr(opened, "get_output_embeddings") else None
    if head is not None:
        other = replacements.get(graft.untied or base.head or "")
        head.weight = inside.weight if other is None or other is new else _parameter(other, device)
        head.out_features = len(new)
        if graft.biases and getattr(head, "bias", None) is not None:
            head.bias = _parameter(next(iter(graft.biases.values())), device)
    for config in (opened.config, opened.config.get_text_config()):
        config.vocab_size = len(new)


def _parameter(values: torch.Tensor, device: torch.device) -> torch.nn.Parameter:
    return torch.nn.Parameter(values.to(device, torch.float32), requires_grad=False)
