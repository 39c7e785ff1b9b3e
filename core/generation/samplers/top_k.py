"""Top-k: only the k likeliest tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class TopK(Sampler):
    title: ClassVar[str] = "Top-k"
    source: ClassVar[str] = "1805.04833"
    sentence: ClassVar[str] = "Only the k likeliest tokens are drawn from."
    place: ClassVar[int] = 70
    by_law: ClassVar[bool] = True

    kind: Literal["top-k"] = "top-k"
    k: int = Field(40, ge=1, title="k", description="How many; those that tie with the last are kept, too.")

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        least = scores.topk(min(self.k, len(scores))).values[-1]
        return scores.masked_fill(scores < least, float("-inf"))
