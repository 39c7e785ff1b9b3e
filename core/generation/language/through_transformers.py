"""Reading with the model as transformers runs it."""

from __future__ import annotations

from typing import Any

import torch

from core.generation.language.tree import Slots


class ModuleCache:
    """A `Cache` in front of a causal language model of transformers, which keeps its own keys and values.

    Args:
        module: on its device, in evaluation mode.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        from transformers import DynamicCache

        self._module: Any = module
        self._kept = DynamicCache()
        self._parameter = next(module.parameters())

    def read(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor | None, rows: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        device, dtype = self._parameter.device, self._parameter.dtype
        return one_pass(
            self._module,
            input_ids=ids[None].to(device),
            position_ids=positions[None].to(device),
            attention_mask=None if mask is None else mask[None, None].to(device, dtype),
            past_key_values=self._kept,
            use_cache=True,
            logits_to_keep=0 if rows is None else rows.to(device),
        )

    def keep(self, slots: Slots) -> None:
        kept = torch.from_numpy(slots)
        for layer in self._kept.layers:
            at = kept.to(layer.keys.device)
            layer.keys = layer.keys.index_select(2, at)
            layer.values = layer.values.index_select(2, at)


def one_pass(module: Any, **given: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (n, V) of one text, and what the head read (n, h)."""
    heard: list[torch.Tensor] = []
    head = module.get_output_embeddings()
    listening = head.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
    try:
        out = module(**given)
    finally:
        listening.remove()
    return out.logits[0], heard[0][0]
