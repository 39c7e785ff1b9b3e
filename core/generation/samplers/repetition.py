"""Repetition penalty: what was read or written before becomes less likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Repetition(Sampler):
    title: ClassVar[str] = "Repetition penalty"
    source: ClassVar[str] = "1909.05858"
    sentence: ClassVar[str] = (
        "Tokens that were there before, in the prompt too, become less likely, once for all."
    )
    place: ClassVar[int] = 20

    kind: Literal["repetition"] = "repetition"
    r: float = Field(
        1.2, gt=0, le=100, title="Penalty", description="Scores above 0 are divided by it, others multiplied."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        seen = torch.tensor(drawn.prompt + drawn.ids, dtype=torch.long)
        some = scores[seen]
        return scores.scatter(0, seen, torch.where(some < 0, some * self.r, some / self.r))
