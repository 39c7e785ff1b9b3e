"""One vector for a text from the states of its tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

_TINY = 1e-9


def cls(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The state of the first token."""
    return states[torch.arange(len(states), device=states.device), mask.int().argmax(dim=1)]


def maximum(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The largest value in each dimension."""
    highest = states.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)
    return torch.where(highest.isfinite(), highest, 0.0)


def mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens."""
    weights = mask.float()
    return _weighted(states, weights) / weights.sum(dim=1, keepdim=True).clamp_min(_TINY)


def mean_sqrt_length(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The sum over the root of the number of tokens."""
    weights = mask.float()
    return _weighted(states, weights) / weights.sum(dim=1, keepdim=True).clamp_min(_TINY).sqrt()


def weighted_mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean with weights that grow with the position, from 1 (SGPT, arXiv 2202.08904)."""
    weights = mask.cumsum(dim=1) * mask.float()
    return _weighted(states, weights) / weights.sum(dim=1, keepdim=True).clamp_min(_TINY)


def last_token(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The state of the last token."""
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(dim=1)
    return states[torch.arange(len(states), device=states.device), last]


POOLINGS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "cls": cls,
    "max": maximum,
    "mean": mean,
    "mean_sqrt_len": mean_sqrt_length,
    "weightedmean": weighted_mean,
    "lasttoken": last_token,
}
"""In the order in which sentence-transformers puts several after each other."""


def pool(states: torch.Tensor, mask: torch.Tensor, modes: Sequence[str]) -> torch.Tensor:
    """(n, d times modes) float32: the poolings in `modes` after each other.

    Args:
        states: (n, tokens, d).
        mask: (n, tokens) bool, False for padding.
        modes: keys of `POOLINGS`.
    """
    states = states.float()
    return torch.cat([POOLINGS[mode](states, mask) for mode in modes], dim=1)


def _weighted(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return (states * weights[:, :, None]).sum(dim=1)
