"""Frequency penalty: the more often a token was written, the less likely it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Frequency(Sampler):
    title: ClassVar[str] = "Frequency penalty"
    sentence: ClassVar[str] = "Each time a token is written it becomes less likely."
    place: ClassVar[int] = 21

    kind: Literal["frequency"] = "frequency"
    f: float = Field(
        0.5, ge=-10, le=10, title="Penalty", description="Taken from a score for each time; the prompt aside."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        counts = torch.tensor(drawn.ids, dtype=torch.long).bincount(minlength=len(scores))
        return scores - self.f * counts.to(scores.dtype)
