"""The weights of a Llama-shaped model, laid out for `lean`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

_ARCHITECTURES = ("LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM")
_ROTARY = ("default", "linear", "llama3", "yarn")
"""Rotary embeddings whose angles depend on the position alone, and not on how long the text has become."""


class Linear(NamedTuple):
    """A layer ``x W + b``.

    The weight lies row by row of the input, the other way round than in torch's own layers: one text at a
    time is bound by fetching weights, and torch reads them twice as fast in this order when they are not in
    the processor's cache, and no slower when they are.
    """

    weight: torch.Tensor
    """(in, out)."""
    bias: torch.Tensor | None

    def of(self, x: torch.Tensor) -> torch.Tensor:
        """(n, in) to (n, out)."""
        return torch.mm(x, self.weight) if self.bias is None else torch.addmm(self.bias, x, self.weight)

    def added(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """x + what it makes of y."""
        return torch.addmm(x if self.bias is None else x + self.bias, y, self.weight)


@dataclass(frozen=True, eq=False)
class Layer:
    """One block: attention, then a gated feed-forward network."""

    before: torch.Tensor
    """(h,) scale of the norm before attention."""
    qkv: Linear
    """Rows of queries, keys and values, one below the other."""
    query_norm: torch.Tensor | None
    """(head width,) where queries and keys are normalised (Qwen3)."""
    key_norm: torch.Tensor | None
    out: Linear
    between: torch.Tensor
    """(h,) scale of the norm before the feed-forward network."""
    gate_up: Linear
    """Rows of the gate and of what it lets through."""
    down: Linear


@dataclass(frozen=True, eq=False)
class LeanWeights:
    """All of a model; tensors share their memory with the module that they come from."""

    embedding: torch.Tensor
    """(V, h)."""
    layers: tuple[Layer, ...]
    norm: torch.Tensor
    """(h,)."""
    head: Linear
    epsilon: float
    heads: int
    kv_heads: int
    width: int
    """Of a head."""
    rotary: torch.nn.Module

    def turns(self, length: int) -> torch.Tensor:
        """(2, length, 1, 2, width / 2): cosines, and sines with the sign that the turned half gets."""
        positions = torch.arange(length, device=self.norm.device)[None]
        cos, sin = self.rotary(self.norm, positions)
        half = (length, 1, 2, self.width // 2)
        sign = sin.new_tensor([-1.0, 1.0]).view(2, 1)
        return torch.stack([cos[0].view(half), sin[0].view(half) * sign])


def lean_weights(module: Any) -> LeanWeights | None:
    """The weights of `module`, which goes on to work, on the same memory. None: it is of another shape."""
    config = module.config
    if type(module).__name__ not in _ARCHITECTURES or getattr(config, "hidden_act", "") != "silu":
        return None
    parameters = getattr(config, "rope_parameters", None) or {}
    if parameters.get("rope_type", "default") not in _ROTARY:
        return None
    body = module.model
    width = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
    tied = module.lm_head.weight is body.embed_tokens.weight
    with torch.no_grad():
        head = _one(module.lm_head)
        layers = tuple(_layer(block) for block in body.layers)
    if tied:
        body.embed_tokens.weight.data = module.lm_head.weight.data
    return LeanWeights(
        embedding=body.embed_tokens.weight.detach(),
        layers=layers,
        norm=body.norm.weight.detach(),
        head=head,
        epsilon=float(config.rms_norm_eps),
        heads=int(config.num_attention_heads),
        kv_heads=int(config.num_key_value_heads),
        width=width,
        rotary=body.rotary_emb,
    )


def _layer(block: Any) -> Layer:
    attention, network = block.self_attn, block.mlp
    query_norm, key_norm = (getattr(attention, name, None) for name in ("q_norm", "k_norm"))
    return Layer(
        before=block.input_layernorm.weight.detach(),
        qkv=_one(attention.q_proj, attention.k_proj, attention.v_proj),
        query_norm=None if query_norm is None else query_norm.weight.detach(),
        key_norm=None if key_norm is None else key_norm.weight.detach(),
        out=_one(attention.o_proj),
        between=block.post_attention_layernorm.weight.detach(),
        gate_up=_one(network.gate_proj, network.up_proj),
        down=_one(network.down_proj),
    )


def _one(*parts: Any) -> Linear:
    """Linear layers of the same input as one. Their weights become views of it, so nothing is held twice."""
    biases = [part.bias for part in parts]
    bias = None if any(bias is None for bias in biases) else torch.cat([bias.detach() for bias in biases])
    weight = torch.cat([part.weight.detach().t() for part in parts], dim=1)
    columns = weight.split([part.weight.shape[0] for part in parts], dim=1)
    for part, view in zip(parts, columns, strict=True):
        part.weight.data = view.t()
    return Linear(weight, bias)
