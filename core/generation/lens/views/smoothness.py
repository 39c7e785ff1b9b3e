"""Smoothness: how much a token's hidden state is like the next token's, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from core.generation.lens.views.view import View, view
from core.jobs.request import Metric, Table

if TYPE_CHECKING:
    import torch

    from core.generation.lens.reading import Reading
    from core.jobs.context import Context


@view
class Smoothness(View):
    """The mean cosine of adjacent hidden states (arXiv 2410.18160), and the same once a mean state is taken
    away: where all states point the same way, the raw figure flatters."""

    name: ClassVar[str] = "smoothness"
    compares: ClassVar[bool] = True

    raw: list[float]
    """Of each layer, the embedding first."""
    centred: list[float]

    @classmethod
    def of(cls, reading: Reading, ctx: Context) -> Self:
        states = [layer[reading.first :] for layer in reading.hidden]
        ctx.check()
        return cls(
            raw=[smoothness(layer) for layer in states],
            centred=[smoothness(layer - mean) for layer, mean in zip(states, reading.mean, strict=True)],
        )

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="smoothness", value=self.raw[-1], slice="raw"),
            Metric(name="smoothness", value=self.centred[-1], slice="centred"),
        ]

    def tables(self, tokens: Sequence[str]) -> list[Table]:
        rows = [
            [number, f"{raw:.3f}", f"{centred:.3f}"]
            for number, (raw, centred) in enumerate(zip(self.raw, self.centred, strict=True))
        ]
        return [Table(["layer", "smoothness", "centred"], rows)]


def smoothness(states: torch.Tensor) -> float:
    """Mean cosine of each row of (T, h) with the next; of fewer than two rows, 0."""
    import torch

    rows = torch.nn.functional.normalize(states.double(), dim=-1)
    return float((rows[:-1] * rows[1:]).sum(-1).mean()) if len(rows) > 1 else 0.0
