"""Temperature: a flatter or a steeper law."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Temperature(Sampler):
    title: ClassVar[str] = "Temperature"
    sentence: ClassVar[str] = "Below 1 the likely become likelier; above, all come closer together."
    place: ClassVar[int] = 60
    by_law: ClassVar[bool] = True

    kind: Literal["temperature"] = "temperature"
    t: float = Field(
        0.8, ge=0, le=100, title="Temperature", description="Scores are divided by it; 0: only the likeliest."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        if self.t > 0:
            return scores / self.t
        best = int(
            scores.numpy().argmax()
        )  # of those that tie the lowest number, which torch does not promise
        return scores.new_full(scores.shape, float("-inf")).index_fill(
            0, scores.new_tensor([best]).long(), 0.0
        )
