"""Epsilon sampling: a token must have this probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Epsilon(Sampler):
    title: ClassVar[str] = "Epsilon"
    source: ClassVar[str] = "2210.15191"
    sentence: ClassVar[str] = "Tokens less likely than this are left out, but for the likeliest."
    place: ClassVar[int] = 110
    by_law: ClassVar[bool] = True

    kind: Literal["epsilon"] = "epsilon"
    e: float = Field(0.0003, gt=0, lt=1, title="ε", description="The least probability.")

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        unlikely = scores.softmax(-1) < self.e
        return scores.masked_fill(unlikely & (scores < scores.max()), float("-inf"))
