"""A mask for every weight of a model's attention and MLP matrices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from core.errors import UserError
from core.generation.subnetwork.result import KeptWeights

_LAYER = re.compile(r"\.(\d+)\.(.+?)(?:\.weight)?$")

Kept = Mapping[str, torch.Tensor]
"""Name of a matrix → bool, its shape: which of its weights stay."""


def masked_matrices(module: Any, name: str) -> dict[str, torch.Tensor]:
    """The matrices of all layers, by name. Embeddings, head, norms and biases are none of them.

    Raises:
        UserError: no layer has any.
    """
    found = {
        key: weight.detach()
        for key, weight in module.named_parameters()
        if weight.ndim >= 2 and _LAYER.search(key)
    }
    if not found:
        raise UserError(f"{name} has no numbered layers with matrices in them.", field="model")
    return found


def without(
    weights: Mapping[str, torch.Tensor], kept: Kept, *, invert: bool = False
) -> dict[str, torch.Tensor]:
    """The weights with zeros where they are not kept; with `invert`, where they are."""
    return {name: weight * (kept[name] != invert) for name, weight in weights.items()}


def none_kept(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A mask that drops everything."""
    return {name: torch.zeros_like(weight, dtype=torch.bool) for name, weight in weights.items()}


def random_kept(kept: Kept, seed: int) -> dict[str, torch.Tensor]:
    """As many of each matrix, drawn at random."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, mask in kept.items():
        drawn = torch.zeros(mask.numel(), dtype=torch.bool)
        drawn[torch.randperm(mask.numel(), generator=generator)[: int(mask.sum())]] = True
        found[name] = drawn.view(mask.shape).to(mask.device)
    return found


def by_matrix(kept: Kept) -> Iterator[KeptWeights]:
    """How many are kept of each, in the model's order."""
    for name, mask in kept.items():
        found = _LAYER.search(name)
        assert found is not None
        yield KeptWeights(layer=int(found[1]), matrix=found[2], kept=int(mask.sum()), of=mask.numel())


class SoftMasks:
    """Real masks m, zero at first: a weight counts σ(β m) times, and is kept in the end where m > 0.

    Args:
        weights: from `masked_matrices`; they stay as they are.
    """

    def __init__(self, weights: Mapping[str, torch.Tensor]) -> None:
        self._weights = weights
        self.masks = {name: torch.zeros_like(weight).requires_grad_() for name, weight in weights.items()}
        self.count = sum(weight.numel() for weight in weights.values())

    def at(self, hardness: float) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """The weights as they count now, and the mean of all σ(β m), both with their gradients."""
        open_ = {name: torch.sigmoid(hardness * mask) for name, mask in self.masks.items()}
        total = torch.stack([each.sum() for each in open_.values()]).sum()
        return {name: self._weights[name] * share for name, share in open_.items()}, total / self.count

    def kept(self) -> dict[str, torch.Tensor]:
        return {name: mask.detach() > 0 for name, mask in self.masks.items()}

    def share(self) -> float:
        return sum(int((mask.detach() > 0).sum()) for mask in self.masks.values()) / float(self.count)
