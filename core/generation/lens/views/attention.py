"""What each token looks at: attention by layer and head, and rolled out through all layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from core.generation.lens.views.view import View, view

if TYPE_CHECKING:
    import torch

    from core.generation.lens.reading import Reading
    from core.jobs.context import Context

MOST_WEIGHTS = 300_000
"""Numbers that are kept at most; of a longer text, only the last positions' rows are."""


@view
class Attention(View):
    """How much each kept position takes from itself and those before it.

    A row ends with the position itself and sums to one. Rollout (arXiv 2005.00928) multiplies the layers'
    means over heads, half of each left to the residual stream: how much of each token reaches a position
    through all layers.
    """

    name: ClassVar[str] = "attention"

    positions: list[int]
    """Whose rows are kept, rising."""
    weights: list[list[list[list[float]]]]
    """[layer][head][place in `positions`]: over tokens 0 … the position. Empty where the model keeps none."""
    rollout: list[list[float]]
    """[place in `positions`], likewise."""

    @classmethod
    def of(cls, reading: Reading, ctx: Context) -> Self:
        length = len(reading.ids)
        if not reading.attention:
            return cls(positions=[], weights=[], rollout=[])
        rows = sum(len(layer) for layer in reading.attention) + 1
        kept = min(length, max(1, MOST_WEIGHTS // (rows * length)))
        positions = list(range(length - kept, length))
        if rows * sum(place + 1 for place in range(length)) <= MOST_WEIGHTS:
            positions = list(range(length))
        weights = []
        for number, layer in enumerate(reading.attention):
            ctx.progress(number, len(reading.attention), "Following attention")
            weights.append([_rows(head, positions) for head in layer])
        return cls(positions=positions, weights=weights, rollout=_rows(rollout(reading.attention), positions))

    def row(self, position: int, layer: int | None = None, head: int | None = None) -> list[float]:
        """Of one layer and head; of the mean over heads; or (`layer` None) rolled out through all layers.

        Raises:
            ValueError: that position's rows were not kept.
        """
        place = self.positions.index(position)
        if layer is None:
            return self.rollout[place]
        heads = self.weights[layer]
        if head is not None:
            return heads[head][place]
        return [sum(values) / len(heads) for values in zip(*(each[place] for each in heads), strict=True)]


def rollout(attention: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """(T, T), rows sum to one: Ã_L … Ã_1 with Ã = (mean over heads + I) / 2 (arXiv 2005.00928, section 3).

    Args:
        attention: L tensors (heads, T, T).
    """
    import torch

    identity = torch.eye(attention[0].shape[-1], dtype=torch.float64)
    rolled = identity
    for layer in attention:
        rolled = (layer.mean(0).double() + identity) / 2 @ rolled
    return rolled


def _rows(matrix: torch.Tensor, positions: list[int]) -> list[list[float]]:
    chosen = matrix[positions].tolist()
    return [
        [round(value, 5) for value in row[: position + 1]]
        for position, row in zip(positions, chosen, strict=True)
    ]
