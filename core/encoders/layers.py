"""The states of all layers of a model, and one vector of each layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.pooling import pool

_ALIKE, _OTHER = [5, 6, 7, 8], [5, 6, 7, 9]
"""Ids of tokens; only the last differs."""


@dataclass(frozen=True, eq=False)
class LayerStates:
    """Of some texts. `rows` (m,) int64 are their places; `states` (m, tokens, d) each: the embedding's, then
    those of layers 1 to the last. `there`: (m, tokens) bool, False for padding, which is on the right;
    `pooled`: those that are pooled. `cut` (m,) bool: longer than the most tokens."""

    rows: NDArray[np.int64]
    states: Sequence[torch.Tensor]
    there: torch.Tensor
    pooled: torch.Tensor
    cut: NDArray[np.bool_]

    @property
    def layers(self) -> int:
        return len(self.states) - 1

    def by_layer(self, looks_ahead: bool) -> torch.Tensor:
        """(m, layers, d) float32: of each layer after the embedding the mean over the tokens where they see
        each other all; otherwise the last token's state, which alone has seen all (arXiv 2409.02727)."""
        modes = ("mean",) if looks_ahead else ("lasttoken",)
        vectors = [pool(layer, self.pooled, modes, self.there) for layer in self.states[1:]]
        return torch.stack(vectors, dim=1)


def looks_ahead(model: torch.nn.Module) -> bool:
    """Whether a token's state depends on those after it, as the model was made."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        first, other = (
            model(input_ids=torch.tensor([ids], device=device)).last_hidden_state[0, 0]
            for ids in (_ALIKE, _OTHER)
        )
    return not torch.equal(first, other)
