"""Reading with Llama-shaped models in as few calls of torch as there can be.

For small models, what transformers does around the numbers takes most of the time of a token. This does the
numbers alone, with keys and values in one buffer that grows by doubling. It is only used for models for which
it foretells what transformers' own passes do (`probe`).
"""

from __future__ import annotations

import torch
from torch.nn import functional

from core.generation.language.lean_weights import Layer, LeanWeights
from core.generation.language.tree import Slots

_FIRST_SLOTS = 256


class LeanCache:
    """A `Cache` in front of bare weights."""

    def __init__(self, weights: LeanWeights) -> None:
        self._weights = weights
        self._epsilon = weights.norm.new_full((1, 1), weights.epsilon, dtype=torch.float32)
        self._filled = 0
        self._buffer = self._room(_FIRST_SLOTS)
        self._layers = self._buffer.unbind()
        self._turns = weights.turns(_FIRST_SLOTS)

    def read(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor | None, rows: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        weights, n = self._weights, len(ids)
        self._make_room(self._filled + n)
        device = weights.norm.device
        x = functional.embedding(ids.to(device), weights.embedding)
        if mask is None:
            cos, sin = self._turns.narrow(1, self._filled, n)
            if n > 1:
                mask = _causal(n, self._filled)
        else:
            cos, sin = self._turns.index_select(1, positions.to(device))
        if mask is not None:
            mask = mask.to(device, x.dtype)
        for layer, kept in zip(weights.layers, self._layers, strict=True):
            parts = layer.qkv.of(self._normed(x, layer.before))
            x = layer.out.added(x, self._attended(parts, layer, kept, cos, sin, mask))
            gate, up = layer.gate_up.of(self._normed(x, layer.between)).chunk(2, 1)
            x = layer.down.added(x, functional.silu(gate).mul_(up))
        self._filled += n
        if rows is not None:
            x = x.index_select(0, rows.to(device))
        x = self._normed(x, weights.norm)
        return weights.head.of(x), x

    def keep(self, slots: Slots) -> None:
        kept = self._buffer.index_select(3, torch.from_numpy(slots).to(self._buffer.device))
        self._buffer.narrow(3, 0, len(slots)).copy_(kept)
        self._filled = len(slots)

    def _attended(
        self,
        parts: torch.Tensor,
        layer: Layer,
        kept: torch.Tensor,
        cos: torch.Tensor,
        sin: torch.Tensor,
        mask: torch.Tensor | None,
    ) -> torch.Tensor:
        """What the new tokens see, (n, heads · width).

        Args:
            parts: (n, …) queries, keys and values of the new tokens, side by side; changed in place.
            kept: (2, key heads, slots, width) keys and values of all; those of the new tokens are added.
        """
        heads, kv_heads, width = self._weights.heads, self._weights.kv_heads, self._weights.width
        n, stop = len(parts), self._filled + len(parts)
        parts = parts.view(n, heads + 2 * kv_heads, width)
        query, new = parts.split((heads, 2 * kv_heads), 1)
        if layer.query_norm is not None and layer.key_norm is not None:
            for part, norm in ((query, layer.query_norm), (new.narrow(1, 0, kv_heads), layer.key_norm)):
                part.copy_(self._normed(part, norm))
        turned = parts.narrow(1, 0, heads + kv_heads).view(n, heads + kv_heads, 2, width // 2)
        swapped = turned.flip(2)
        turned.mul_(cos).addcmul_(swapped, sin)
        kept.narrow(2, self._filled, n).copy_(new.view(n, 2, kv_heads, width).permute(1, 2, 0, 3))
        keys, values = kept.narrow(2, 0, stop).split(1)
        seen = functional.scaled_dot_product_attention(
            query.unsqueeze(0).transpose(1, 2), keys, values, mask, enable_gqa=heads != kv_heads
        )
        return seen.transpose(1, 2).reshape(n, heads * width)

    def _normed(self, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Over the last dimension, divided by the root of its mean square; quicker than torch's own."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
        factor = torch.addcmul(self._epsilon, length, length, value=1 / len(scale)).rsqrt_()
        return (x * factor).mul_(scale).to(x.dtype)

    def _make_room(self, slots: int) -> None:
        room = self._buffer.shape[3]
        if slots <= room:
            return
        while room < slots:
            room *= 2
        wider = self._room(room)
        wider.narrow(3, 0, self._filled).copy_(self._buffer.narrow(3, 0, self._filled))
        self._buffer = wider
        self._layers = wider.unbind()
        self._turns = self._weights.turns(room)

    def _room(self, slots: int) -> torch.Tensor:
        """(layers, 2, key heads, slots, width), not filled."""
        weights = self._weights
        return weights.norm.new_empty(len(weights.layers), 2, weights.kv_heads, slots, weights.width)


def _causal(n: int, filled: int) -> torch.Tensor:
    """(n, filled + n): each token sees all that was read, and of its fellows those before it."""
    return torch.full((n, filled + n), -torch.inf).triu_(filled + 1)
