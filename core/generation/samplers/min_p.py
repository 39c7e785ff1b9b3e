"""Min-p: a token must have this share of the likeliest one's probability."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class MinP(Sampler):
    title: ClassVar[str] = "Min-p"
    source: ClassVar[str] = "2407.01082"
    sentence: ClassVar[str] = "Tokens far less likely than the likeliest are left out."
    place: ClassVar[int] = 100
    by_law: ClassVar[bool] = True

    kind: Literal["min-p"] = "min-p"
    m: float = Field(
        0.05, gt=0, le=1, title="m", description="The least probability, as a share of the likeliest token's."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        # In logarithms a quotient is a difference, and what all are divided by drops out.
        return scores.masked_fill(scores < scores.max() + math.log(self.m), float("-inf"))
