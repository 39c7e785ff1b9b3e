"""One vector for a text from the states of its tokens. Right and left padding will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

_TINY = 1e-9


def cls(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The state of the first token."""
    return states[torch.arange(len(states), device=states.device), (weights > 0).int().argmax(dim=1)]


def maximum(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The largest value in each dimension."""
    highest = states.masked_fill(weights[:, :, None] == 0, -torch.inf).amax(dim=1)
    return torch.where(highest == -torch.inf, 0.0, highest)


def mean(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens."""
    ones = (weights > 0).float()
    return _weighted(states, ones) / ones.sum(dim=1, keepdim=True).clamp_min(_TINY)


def mean_sqrt_length(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The sum over the root of the number of tokens."""
    ones = (weights > 0).float()
    return _weighted(states, ones) / ones.sum(dim=1, keepdim=True).clamp_min(_TINY).sqrt()


def weighted_mean(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean with weights that grow with the position, from 1 (SGPT, arXiv 2202.08904)."""
    return _weighted(states, weights) / weights.sum(dim=1, keepdim=True).clamp_min(_TINY)


def last_token(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The state of the last token."""
    last = weights.shape[1] - 1 - (weights > 0).flip(1).int().argmax(dim=1)
    return states[torch.arange(len(states), device=states.device), last]


POOLINGS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "cls": cls,
    "max": maximum,
    "mean": mean,
    "mean_sqrt_len": mean_sqrt_length,
    "weightedmean": weighted_mean,
    "lasttoken": last_token,
}
"""By the names of sentence-transformers, in the order in which older files put several after each other."""


def pool(
    states: torch.Tensor, mask: torch.Tensor, modes: Sequence[str], read: torch.Tensor | None = None
) -> torch.Tensor:
    """(n, d times modes) float32: the poolings in `modes` after each other; zeros where `mask` holds nothing.

    Args:
        states: (n, tokens, d).
        mask: (n, tokens) bool: the tokens that are pooled.
        modes: keys of `POOLINGS`.
        read: (n, tokens) bool: the tokens that count as positions; those pooled by default.
    """
    states = states.float()
    weights = ((mask if read is None else read).cumsum(dim=1) * mask).float()
    pooled = torch.cat([POOLINGS[mode](states, weights) for mode in modes], dim=1)
    return pooled * mask.any(dim=1, keepdim=True)


def shares(states: torch.Tensor, mask: torch.Tensor, modes: Sequence[str]) -> torch.Tensor:
    """(tokens,) float32: how much of one text's pooled vector is each token's; they sum to 1.

    Args:
        states: (tokens, d).
        mask: (tokens,) bool: the tokens that are pooled.
    """
    found = torch.zeros(len(mask))
    there = mask.nonzero()[:, 0]
    if not len(there):
        return found
    for mode in modes:
        if mode == "cls":
            found[there[0]] += 1
        elif mode == "lasttoken":
            found[there[-1]] += 1
        elif mode == "max":
            winners = there[states[there].argmax(dim=0)]
            found += torch.bincount(winners, minlength=len(mask)).float() / states.shape[1]
        else:
            grown = (there + 1.0) if mode == "weightedmean" else torch.ones(len(there))
            found[there] += grown / grown.sum()
    return found / len(modes)


def _weighted(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return torch.bmm(weights[:, None], states)[:, 0]
