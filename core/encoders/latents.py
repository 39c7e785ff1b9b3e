"""Trainable pooling: learned latents look at states, and their mean is the vector (arXiv 2409.02727)."""

from __future__ import annotations

import torch
from torch import nn

_WIDER = 4
"""Times the width: the inner part of the feed-forward layer."""


class LatentPooling(nn.Module):
    """Cross-attention in which the latents are the queries, and a feed-forward layer, each with a residual
    that is not normalised; then the mean over the latents, made length 1.

    Args:
        width: of the states, and of the vector.
        places: how many layers the states are of, for a learned vector added to each; None: they are tokens,
            and nothing is added.
        latents: how many.
        heads: of the attention.
        head_width: of each.
    """

    def __init__(self, width: int, places: int | None, latents: int, heads: int, head_width: int) -> None:
        super().__init__()
        inner = heads * head_width
        self.heads, self.head_width = heads, head_width
        self.place = nn.Parameter(torch.zeros(places, width)) if places is not None else None
        self.latents = nn.Parameter(torch.randn(latents, width))
        self.norm_latents, self.norm_states = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_queries = nn.Linear(width, inner, bias=False)
        self.to_keys_and_values = nn.Linear(width, 2 * inner, bias=False)
        self.to_out = nn.Linear(inner, width, bias=False)
        self.norm_inner = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 2 * _WIDER * width)
        self.narrow = nn.Linear(_WIDER * width, width)

    def forward(self, states: torch.Tensor, there: torch.Tensor | None = None) -> torch.Tensor:
        """(n, width) of length 1.

        Args:
            states: (n, m, width).
            there: (n, m) bool, False for padding; None: all. A row without any gets zeros.
        """
        if self.place is not None:
            states = states + self.place
        attended = self.latents + self._attention(self.norm_states(states), there)
        value, gate = self.widen(self.norm_inner(attended)).chunk(2, dim=-1)
        inner = value * nn.functional.gelu(gate)
        # The last layer is linear, so that it may come after the mean: once a text, not once a latent.
        pooled = attended.mean(dim=1) + self.narrow(inner.mean(dim=1))
        vectors = nn.functional.normalize(pooled, dim=1)
        return vectors if there is None else vectors * there.any(dim=1, keepdim=True)

    def _attention(self, states: torch.Tensor, there: torch.Tensor | None) -> torch.Tensor:
        """(n, latents, width)"""
        count, m = states.shape[:2]
        queries = self.to_queries(self.norm_latents(self.latents))
        queries = queries.view(1, -1, self.heads, self.head_width).transpose(1, 2).expand(count, -1, -1, -1)
        keys, values = (
            part.view(count, m, self.heads, self.head_width).transpose(1, 2)
            for part in self.to_keys_and_values(states).chunk(2, dim=-1)
        )
        mask = None
        if there is not None:
            shown = there | ~there.any(dim=1, keepdim=True)  # a row without any is zeroed at the end
            mask = shown[:, None, None, :]
        found = nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        out: torch.Tensor = self.to_out(found.transpose(1, 2).reshape(count, len(self.latents), -1))
        return out
