"""Top-p, or nucleus: the fewest tokens that have this much mass together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class TopP(Sampler):
    title: ClassVar[str] = "Top-p"
    source: ClassVar[str] = "1904.09751"
    sentence: ClassVar[str] = "Only the likeliest tokens that together reach this probability are drawn from."
    place: ClassVar[int] = 90
    by_law: ClassVar[bool] = True

    kind: Literal["top-p"] = "top-p"
    p: float = Field(
        0.9,
        gt=0,
        le=1,
        title="p",
        description="The mass that is kept at least; of those that tie at the border, the lower numbers.",
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        from core.generation.decoding.law import nucleus

        return scores if self.p == 1 else nucleus(scores, self.p)
