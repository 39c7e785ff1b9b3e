"""Eta sampling: the least probability falls where the law is flat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Eta(Sampler):
    title: ClassVar[str] = "Eta"
    source: ClassVar[str] = "2210.15191"
    sentence: ClassVar[str] = "Like epsilon, but more tokens stay where the model is undecided."
    place: ClassVar[int] = 120
    by_law: ClassVar[bool] = True

    kind: Literal["eta"] = "eta"
    e: float = Field(
        0.0003, gt=0, lt=1, title="ε", description="The least probability is ε, or √ε·exp(−entropy) if less."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        from core.generation.decoding.law import entropy

        logs = scores.log_softmax(-1)
        least = min(self.e, math.sqrt(self.e) * math.exp(-float(entropy(logs))))
        return scores.masked_fill((logs.exp() < least) & (scores < scores.max()), float("-inf"))
