"""What a model thinks on the way: its hidden states, attention and logits, of one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from core.errors import UserError
from core.generation.inside.decoder import Decoder

_TELLS = "eager"
"""The way of computing attention in transformers that gives it away."""


@dataclass(frozen=True, eq=False)
class States:
    """Of B sequences of T tokens; L is the number of layers.

    `hidden`: L + 1 tensors (B, T, h): the embeddings, then the residual stream after each layer, before the
    final norm. `attention`: L tensors (B, heads, T, T); empty where none was asked for or is kept.
    `logits`: (B, T, V). All float32, on the model's device.
    """

    hidden: tuple[torch.Tensor, ...]
    attention: tuple[torch.Tensor, ...]
    logits: torch.Tensor


def states(
    decoder: Decoder,
    ids: torch.Tensor,
    *,
    attention: bool = False,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> States:
    """Read (B, T) ids in one pass, without gradients.

    transformers gives the last layer's states behind the final norm: those before it are overheard.

    Args:
        weights: stand in for the module's own of that name.

    Raises:
        UserError: the model has no layers that can be looked between.
    """
    heard: list[torch.Tensor] = []
    listening = decoder.final_norm.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
    usual = decoder.module.config._attn_implementation
    if attention and usual != _TELLS:
        decoder.module.set_attn_implementation(_TELLS)
    try:
        with torch.inference_mode():
            out = decoder.read(ids, weights, output_hidden_states=True, output_attentions=attention)
    finally:
        listening.remove()
        if attention and usual != _TELLS:
            decoder.module.set_attn_implementation(usual)
    found = out.hidden_states
    if not found or not heard:
        raise UserError(
            f"{decoder.name} cannot be looked into: transformers tells nothing between the layers of a "
            f"{decoder.folder.family}.",
            field="model",
        )
    kept = [layer for layer in (getattr(out, "attentions", None) or ()) if layer is not None]
    return States(
        tuple(layer.float() for layer in (*found[:-1], heard[-1])),
        tuple(layer.float() for layer in kept),
        out.logits.float(),
    )
