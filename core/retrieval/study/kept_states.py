"""States of texts of different lengths, held flat."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class KeptStates:
    """Of n texts, each (m, width) with an m of its own.

    Args:
        device: where batches are made.
    """

    def __init__(self, states: Sequence[torch.Tensor], width: int, device: str) -> None:
        lengths = torch.tensor([len(some) for some in states], dtype=torch.long)
        self._flat = torch.cat([*states, torch.zeros(1, width)])  # the last row is what padding reads
        self._starts = torch.cumsum(lengths, 0) - lengths
        self._lengths = lengths
        self._device = device

    def __len__(self) -> int:
        return len(self._lengths)

    def some(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(r, longest, width) and (r, longest) bool: states of some texts, padded on the right with zeros."""
        lengths = self._lengths[rows]
        positions = torch.arange(max(1, int(lengths.max())))
        there = positions < lengths[:, None]
        at = torch.where(there, self._starts[rows][:, None] + positions, len(self._flat) - 1)
        return self._flat[at].to(self._device), there.to(self._device)
