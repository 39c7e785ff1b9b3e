"""Reading with Llama-shaped models in as few calls of torch as there can be.

For small models, what transformers does around the numbers takes most of the time of a token. This does the
numbers alone, with keys and values in one buffer that grows by doubling. It is only used for models for which
it foretells what transformers' own passes do (`probe`).
"""

from __future__ import annotations

import torch
from torch.nn import functional

from core.generation.language.lean_weights import Layer, LeanWeights, Linear
from core.generation.language.tree import Slots

_FIRST_SLOTS = 256


class LeanCache:
    """A `Cache` in front of bare weights."""

    def __init__(self, weights: LeanWeights) -> None:
        self._weights = weights
        self._filled = 0
        self._buffer = self._room(_FIRST_SLOTS)
        self._turns = weights.turns(_FIRST_SLOTS)

    def read(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor | None, rows: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        weights, n = self._weights, len(ids)
        self._make_room(self._filled + n)
        device = weights.head.device
        x = functional.embedding(ids.to(device), weights.embedding)
        if mask is None:
            cos, sin = self._turns[:, self._filled : self._filled + n]
            if n > 1:
                mask = _causal(n, self._filled)
        else:
            cos, sin = self._turns.index_select(1, positions.to(device))
        if mask is not None:
            mask = mask.to(device, x.dtype)
        for layer, kept in zip(weights.layers, self._buffer.unbind(), strict=True):
            attended = self._attend(self._normed(x, layer.before), layer, kept, cos, sin, mask)
            x = _added(x, attended, layer.out)
            gate, up = functional.linear(self._normed(x, layer.between), *layer.gate_up).chunk(2, -1)
            x = _added(x, functional.silu(gate).mul_(up), layer.down)
        self._filled += n
        if rows is not None:
            x = x.index_select(0, rows.to(device))
        x = self._normed(x, weights.norm)
        return functional.linear(x, weights.head), x

    def keep(self, slots: Slots) -> None:
        kept = self._buffer.index_select(3, torch.from_numpy(slots).to(self._buffer.device))
        self._buffer[:, :, :, : len(slots)] = kept
        self._filled = len(slots)

    def _attend(
        self,
        x: torch.Tensor,
        layer: Layer,
        kept: torch.Tensor,
        cos: torch.Tensor,
        sin: torch.Tensor,
        mask: torch.Tensor | None,
    ) -> torch.Tensor:
        """(n, h) to (n, heads · width); keys and values of the new tokens go to `kept` (2, …)."""
        weights, n = self._weights, len(x)
        heads, kv_heads, width = weights.heads, weights.kv_heads, weights.width
        parts = functional.linear(x, *layer.qkv).view(n, heads + 2 * kv_heads, width)
        turned = parts[:, : heads + kv_heads]
        if layer.query_norm is not None and layer.key_norm is not None:
            for part, norm in ((parts[:, :heads], layer.query_norm), (turned[:, heads:], layer.key_norm)):
                part.copy_(self._normed(part, norm))
        halves = turned.view(n, heads + kv_heads, 2, width // 2)
        other = halves.flip(2)
        halves.mul_(cos).addcmul_(other, sin)
        stop = self._filled + n
        kept[:, :, self._filled : stop] = parts[:, heads:].view(n, 2, kv_heads, width).permute(1, 2, 0, 3)
        keys, values = kept[:, None, :, :stop]
        query = parts[:, :heads].transpose(0, 1)[None]
        seen = functional.scaled_dot_product_attention(
            query, keys, values, mask, enable_gqa=heads != kv_heads
        )
        return seen[0].transpose(0, 1).reshape(n, heads * width)

    def _normed(self, x: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return functional.rms_norm(x, scale.shape, scale, self._weights.epsilon)

    def _make_room(self, slots: int) -> None:
        room = self._buffer.shape[3]
        if slots <= room:
            return
        while room < slots:
            room *= 2
        wider = self._room(room)
        wider[:, :, :, : self._filled] = self._buffer[:, :, :, : self._filled]
        self._buffer = wider
        self._turns = self._weights.turns(room)

    def _room(self, slots: int) -> torch.Tensor:
        """(layers, 2, key heads, slots, width), not filled."""
        weights = self._weights
        return weights.head.new_empty(len(weights.layers), 2, weights.kv_heads, slots, weights.width)


def _added(x: torch.Tensor, y: torch.Tensor, layer: Linear) -> torch.Tensor:
    """x + what a layer makes of y."""
    if layer.bias is not None:
        x = x + layer.bias
    return torch.addmm(x, y, layer.weight.t())


def _causal(n: int, filled: int) -> torch.Tensor:
    """(n, filled + n): each token sees all that was read, and of its fellows those before it."""
    return torch.full((n, filled + n), -torch.inf).triu_(filled + 1)
