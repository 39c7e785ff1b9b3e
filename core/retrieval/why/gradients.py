"""Integrated gradients (Sundararajan, Taly, Yan, 1703.01365) of a similarity, on the embeddings of tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.attention import mask_for
from core.encoders.encoder import Encoder, Floats, TokenStates
from core.encoders.pooling import POOLINGS, pool
from core.encoders.transformer import TransformerEncoder
from core.jobs.context import Context

_BATCH_TOKENS = 4096
_SAME = 0.01
"""How far from the encoder's own score that from embeddings may be."""


@dataclass(frozen=True, eq=False)
class Gradients:
    """`shares` (tokens,): they sum, but for `completeness`, to the score less that of the baseline: the text
    with padding in place of all but its special tokens. `completeness`: that error, relative."""

    shares: NDArray[np.float64]
    completeness: float


def integrated(
    encoder: Encoder, states: TokenStates, vector: Floats, other: Floats, steps: int, ctx: Context
) -> Gradients | str:
    """Of the inner product of a text's vector with `other`; or why there are none, in a sentence.

    Args:
        states: of the text.
        vector: of the text, by `Encoder.encode`.
        steps: pieces of the way from the baseline to the text (trapezoids).
    """
    if not isinstance(encoder, TransformerEncoder):
        return "it has no embeddings under a network"
    recipe = encoder.recipe
    if recipe.layer is not None or not set(recipe.pooling) <= POOLINGS.keys():
        return "its vectors are not pooled from the model's last states"
    if encoder.similarity == "euclidean":
        return "it ranks by distance"
    embed = encoder.model.get_input_embeddings()
    device = next(encoder.model.parameters()).device
    ids = torch.from_numpy(states.ids).to(device)
    padding = getattr(encoder.model.config, "pad_token_id", None)
    padding = padding if isinstance(padding, int) and padding >= 0 else 0
    kept = torch.from_numpy(states.special).to(device)
    means = {"mean", "weightedmean", "mean_sqrt_len"}
    there = torch.ones((1, len(ids)), dtype=torch.bool, device=device)
    pooled = torch.from_numpy(states.weights > 0).to(device)[None] if means & {*recipe.pooling} else there
    towards = torch.from_numpy(other).to(device)
    with torch.no_grad():
        text = embed(ids)
        start = torch.where(kept[:, None], text, embed(torch.full_like(ids, padding)))

    def score(some: torch.Tensor) -> torch.Tensor:
        count = len(some)
        mask = mask_for(recipe.attention, there.expand(count, -1), some.dtype, encoder.model.config)
        out = encoder.model(inputs_embeds=some, **({} if mask is None else {"attention_mask": mask}))
        vectors = encoder.after(pool(out.last_hidden_state, pooled.expand(count, -1), recipe.pooling))
        found: torch.Tensor = vectors[:, : len(towards)] @ towards
        return found

    alphas = torch.linspace(0, 1, steps + 1, device=device)
    share = torch.full_like(alphas, 1 / steps)
    share[[0, -1]] /= 2
    total = torch.zeros_like(text)
    ends: list[float] = []
    batch = max(1, _BATCH_TOKENS // max(1, len(ids)))
    with torch.enable_grad():
        for first in range(0, len(alphas), batch):
            ctx.progress(first, len(alphas), "Taking gradients")
            some = alphas[first : first + batch]
            points = (start + some[:, None, None] * (text - start)).requires_grad_(True)
            values = score(points)
            (slopes,) = torch.autograd.grad(values.sum(), points)
            total += (slopes * share[first : first + batch, None, None]).sum(dim=0)
            ends += values.detach()[[0, -1]].tolist()
    if abs(ends[-1] - float(vector.astype(np.float64) @ other.astype(np.float64))) > _SAME:
        return "its model gives another score when it is fed with embeddings"
    shares = ((text - start) * total).sum(dim=1).double().cpu().numpy()
    change = ends[-1] - ends[0]
    error = abs(float(shares.sum()) - change) / max(abs(change), 1e-9)
    return Gradients(shares, error)
