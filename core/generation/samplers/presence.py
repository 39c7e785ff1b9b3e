"""Presence penalty: a token that was written becomes less likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.generation.samplers.sampler import Sampler, sampler

if TYPE_CHECKING:
    import torch

    from core.generation.sampled import Drawn


@sampler
class Presence(Sampler):
    title: ClassVar[str] = "Presence penalty"
    sentence: ClassVar[str] = "A token that was written becomes less likely, however often it was."
    place: ClassVar[int] = 22

    kind: Literal["presence"] = "presence"
    g: float = Field(
        0.5, ge=-10, le=10, title="Penalty", description="Taken from a score once; the prompt aside."
    )

    def apply(self, scores: torch.Tensor, drawn: Drawn) -> torch.Tensor:
        import torch

        seen = torch.tensor(sorted(set(drawn.ids)), dtype=torch.long)
        return scores.index_add(0, seen, scores.new_full(seen.shape, -self.g))
