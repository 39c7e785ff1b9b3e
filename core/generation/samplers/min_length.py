"""Minimum length: no end before so many tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class MinLength(Sampler):
    title: ClassVar[str] = "Minimum length"
    sentence: ClassVar[str] = "The text does not end before it has so many tokens."
    place: ClassVar[int] = 40

    kind: Literal["min-length"] = "min-length"
    n: int = Field(16, ge=0, title="Tokens", description="Before them, nothing that ends a text is drawn.")

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        if len(drawn.ids) >= self.n or not drawn.ends:
            return scores
        return scores.index_fill(0, torch.tensor(sorted(drawn.ends)), float("-inf"))
